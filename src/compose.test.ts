/** The files for several hosts: that they fit each other, the image and the host. */
import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { beforeAll, expect, it } from 'vitest'
import { HEALTH_READY } from './contract/endpoints.ts'
import { readConfig } from './server/config/config.ts'
import { variableNames, variables } from './server/config/variables.ts'
import {
  balancerConfig,
  checkBalancer,
  readCompose,
  type Compose,
  type Service,
} from './testing/deployment.ts'
import { readDockerfile } from './testing/dockerfile.ts'
import { makeAuthority } from './testing/recorder/certificates.ts'
import { readYaml } from './testing/yaml.ts'

let compose: Compose
beforeAll(async () => {
  compose = await readCompose()
})

const service = (name: string): Service => compose.services[name]!
const hosts = (): Service[] => ['host-1', 'host-2'].map(service)
const secretFile = (name: string): string => `/run/secrets/${name}`

it('the services use only secrets and volumes that are declared, and every one of these', () => {
  const all = Object.values(compose.services)
  const secrets = new Set(all.flatMap(({ secrets: names = [] }) => names))
  expect([...secrets].toSorted()).toEqual(Object.keys(compose.secrets).toSorted())
  const volumes = new Set(
    all.flatMap(({ volumes: mounted = [] }) => mounted.map((one) => one.split(':')[0] ?? '')),
  )
  const named = [...volumes].filter((name) => !name.startsWith('./'))
  expect(named.toSorted()).toEqual(Object.keys(compose.volumes).toSorted())
  for (const name of [...volumes].filter((one) => one.startsWith('./'))) {
    expect(readFileSync(resolve(import.meta.dirname, '..', name), 'utf8')).not.toBe('')
  }
  for (const { environment = {}, secrets: names = [] } of all) {
    const files = Object.values(environment).filter((value) => value.startsWith('/run/'))
    expect(files.toSorted()).toEqual(names.map(secretFile).toSorted())
  }
})

it('each host has variables that the host knows, and that fit together', () => {
  const folder = mkdtempSync(join(tmpdir(), 'compose-'))
  const contents: Readonly<Record<string, string>> = {
    database_url: 'postgres://recordings:hunter2@database/recordings',
    host_key: randomBytes(32).toString('base64'),
  }
  for (const [name, text] of Object.entries(contents))
    writeFileSync(join(folder, name), text, { mode: 0o400 })
  try {
    for (const { environment = {} } of hosts()) {
      // Several hosts have names, which come with what lets them share sessions.
      const unknown = Object.keys(environment).filter((name) => !(name in variables))
      expect(unknown).toEqual([])
      const env = Object.entries(environment).map(([name, value]) => [
        name,
        value.replace('/run/secrets', folder).replace(/^\$\{ALLOWED_HOSTS:\?.+\}$/, 'recordings.example.com'),
      ])
      const config = readConfig(Object.fromEntries(env) as Record<string, string>)
      expect(config).toMatchObject({
        database: { url: contents.database_url },
        hostKey: Buffer.from(contents.host_key ?? '', 'base64'),
        allowedHosts: [{ name: 'recordings.example.com', port: null }],
        mediaDir: '/media',
      })
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
  expect(variableNames).toContain('DATABASE_URL_FILE')
})

it('both hosts are the same, but for their names and their own folders', () => {
  const [first, second] = hosts().map((host) => JSON.stringify(host))
  expect(second).not.toBe(first)
  expect(second).toBe(first?.replaceAll('host-1', 'host-2'))
  for (const [index, host] of hosts().entries()) {
    expect(host.environment?.HOST_NAME).toBe(`host-${index + 1}`)
    expect(host.volumes).toEqual([`host-${index + 1}:/data`, 'media:/media'])
  }
})

it('a host can do little in its container, and has time to stop', () => {
  for (const host of hosts()) {
    expect(host).toMatchObject({
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
      stop_grace_period: '30s',
    })
  }
  expect(service('balancer')).toMatchObject({ read_only: true, cap_drop: ['ALL'] })
  // Only the balancer can be reached from outside.
  const open = Object.entries(compose.services).filter(([, { ports }]) => ports)
  expect(open.map(([name]) => name)).toEqual(['balancer'])
})

it('the hosts believe the balancer, at its address, and nobody else', () => {
  const { networks } = service('balancer')
  const address = networks && 'inside' in networks ? networks.inside.ipv4_address : ''
  for (const { environment } of hosts()) expect(environment?.TRUST_PROXY).toBe(address)
  const [{ subnet = '', ip_range: range = '' } = {}] = compose.networks.inside.ipam.config
  expect(subnet).toBe(`${address.replace(/\d+$/, '0')}/24`)
  // The upper half is for the others.
  expect(range).toBe(`${address.replace(/\d+$/, '128')}/25`)
  expect(Number(address.split('.').at(-1))).toBeLessThan(128)
})

it('the balancer knows both hosts, where they listen, and asks whether they are ready', () => {
  const text = balancerConfig()
  const stages = readDockerfile(readFileSync(resolve(import.meta.dirname, '../Dockerfile'), 'utf8'))
  const port = stages.at(-1)?.instructions.find(({ keyword }) => keyword === 'EXPOSE')?.rest
  const servers = [...text.matchAll(/^ {2}server (\S+) (\S+)$/gm)].map(([, name, address]) => [name, address])
  expect(servers).toEqual(['host-1', 'host-2'].map((name) => [name, `${name}:${port}`]))
  expect(text).toContain(`http-check send meth GET uri ${HEALTH_READY} `)
  const bound = [...text.matchAll(/^ {2}bind :(\d+)/gm)].map((match) => match[1])
  expect(service('balancer').ports?.map((pair) => pair.split(':')[1])).toEqual(bound)
  for (const name of ['For', 'Proto', 'Host'])
    expect(text).toContain(`http-request set-header X-Forwarded-${name} `)
  // A cookie or a table would bind clients to a host.
  expect(text).not.toMatch(/^\s*(cookie|stick|hash-type|balance source)/m)
  // Addresses of the page hold numbers and names.
  expect(text).not.toMatch(/option httplog|%(\{[^}]*\})?(r|HU|HP|HQ|HPO)\b/)
})

it('HAProxy takes the balancer’s configuration', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'balancer-'))
  const authority = await makeAuthority()
  const { cert, key } = await authority.issue(['recordings.test'])
  writeFileSync(join(folder, 'certificate'), cert + key)
  try {
    checkBalancer(join(folder, 'certificate'))
    expect(() => checkBalancer('/nowhere')).toThrow()
  } finally {
    await authority.remove()
    rmSync(folder, { recursive: true })
  }
})

it('YAML is read with what compose files use', async () => {
  const text = 'a: &x { b: 1, c: "2" }\nd:\n  <<: *x\n  c: [e, true]\nf:\n# g\nh:\n  - i: null\n'
  const read = { a: { b: 1, c: '2' }, d: { b: 1, c: ['e', true] }, f: null, h: [{ i: null }] }
  expect(await readYaml(text)).toEqual(read)
  await expect(readYaml('a: |\n  b')).rejects.toThrow('do not read YAML with a block')
})
