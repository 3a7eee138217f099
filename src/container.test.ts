/** The image, as far as its steps can be taken without Docker, and the files for several hosts. */
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import {
  chownSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import { request } from 'node:https'
import { connect } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { RECORDINGS } from './contract/endpoints.ts'
import { readConfig } from './server/config/config.ts'
import { databaseStatements, readCompose, startBalancer } from './testing/deployment.ts'
import { readIgnored, readDockerfile, execForm } from './testing/dockerfile.ts'
import { basic } from './testing/host.ts'
import { buildImage, type Image } from './testing/image.ts'
import { listenOnLoopback } from './testing/listening.ts'
import { startCluster, type Cluster } from './testing/postgres-cluster.ts'
import { makeAuthority, type CertificateAuthority } from './testing/recorder/certificates.ts'

let image: Image
beforeAll(async () => {
  image = await buildImage()
  return () => image.remove()
})

type Running = ReturnType<Image['run']>
const running: Running[] = []

/** The dashboard's name behind the balancer. */
const NAME = 'recordings.test'

async function freePort(): Promise<string> {
  const server = await listenOnLoopback(createServer())
  await server.stop()
  return String(server.port)
}

/** Starts the container's command, and waits until the host has started. */
async function start(env: Readonly<Record<string, string>>): Promise<Running> {
  const host = image.run(image.command, env)
  running.push(host)
  let out = ''
  for await (const chunk of host.stdout.iterator({ destroyOnReturn: false })) {
    out += String(chunk)
    if (!out.includes('"msg":"started"')) continue
    host.stdout.resume()
    return host
  }
  throw new Error(`The host did not start: ${out}${await text(host.stderr)}`)
}

/** Runs a program of the image to its end. */
async function end(words: readonly string[], env: Readonly<Record<string, string>>) {
  const child = image.run(words, env)
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  return { code: code as number, out: out + err }
}

async function stop(host: Running): Promise<unknown> {
  host.kill('SIGTERM')
  const [code] = (await once(host, 'close')) as [unknown]
  return code
}

/** All files below a folder, with when they changed. */
const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).map(
    (file) => `${file} ${statSync(join(folder, file)).mtimeMs}`,
  )

/** The files that the process holds open for writing. */
function openForWriting(pid: number): string[] {
  const folder = `/proc/${pid}/fd`
  const isWritten = (fd: string): boolean => {
    const flags = /^flags:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/fdinfo/${fd}`, 'utf8'))?.[1] ?? '0'
    return (Number.parseInt(flags, 8) & 3) !== 0
  }
  return readdirSync(folder)
    .filter(isWritten)
    .map((fd) => readlinkSync(join(folder, fd)))
    .filter((path) => path.startsWith('/'))
}

describe('the image', () => {
  afterEach(() => {
    for (const child of running.splice(0)) child.kill('SIGKILL')
  })

  it('runs as a user without rights, who may write to the volume only', () => {
    expect(image.user.uid).toBeGreaterThan(0)
    expect(image.volumes).toEqual(['/data'])
    expect(image.env).toMatchObject({ HOST: '0.0.0.0', DATA_DIR: '/data', TMPDIR: '/data', DEMO: 'off' })
    const { HOST, DATA_DIR, DEMO, ...others } = image.env
    expect(Object.keys(others).toSorted()).toEqual(['NODE_ENV', 'TMPDIR'])
    expect(image.ports).toEqual([String(readConfig({ HOST, DATA_DIR, DEMO }).port)])
    const { mode, uid } = statSync(image.at('/data'))
    expect(mode & 0o777).toBe(0o700)
    expect(uid).toBe(process.getuid?.() === 0 ? image.user.uid : process.getuid?.())
  })

  it('holds the built host, the page and their packages, and no sources, tests or tools', () => {
    expect(readdirSync(image.at('/app')).toSorted()).toEqual([
      'LICENSE',
      'dist',
      'node_modules',
      'package.json',
    ])
    expect(readdirSync(image.at('/app/dist')).toSorted()).toEqual(['host', 'page'])
    const packages = readdirSync(image.at('/app/node_modules'))
    expect(packages).toEqual(expect.arrayContaining(['better-sqlite3', 'fastify', 'pg']))
    for (const name of ['react', 'typescript', 'vite', 'vitest']) expect(packages).not.toContain(name)
  })

  it('starts, is healthy, writes into the volume only, and stops on SIGTERM', async () => {
    const before = filesIn(image.at('/app'))
    const env = { PORT: await freePort() }
    const host = await start(env)
    expect(await end(image.health, env)).toEqual({ code: 0, out: 'The host lives.\n' })
    const page = await fetch(`http://127.0.0.1:${env.PORT}/recordings`)
    expect(await page.text()).toContain('<div id="root">')
    const written = openForWriting(host.pid ?? 0)
    expect(written.length).toBeGreaterThan(0)
    expect(written.filter((path) => !path.startsWith(`${image.at('/data')}/`))).toEqual([])
    expect(await stop(host)).toBe(0)
    expect(await end(image.health, env)).toMatchObject({
      code: 1,
      out: expect.stringContaining('ECONNREFUSED'),
    })
    expect(filesIn(image.at('/app'))).toEqual(before)
    expect(readdirSync(image.root).toSorted()).toEqual(['app', 'data', 'media'])
    expect(readdirSync(image.at('/media'))).toEqual([])
  })

  it('is asked for its health over TLS where it speaks that', async () => {
    const authority = await makeAuthority()
    const { cert, key } = await authority.issue(['recordings.test'])
    const folder = image.at('/run')
    mkdirSync(folder)
    writeFileSync(join(folder, 'tls.crt'), cert)
    writeFileSync(join(folder, 'tls.key'), key, { mode: 0o644 })
    const files = { TLS_CERT: join(folder, 'tls.crt'), TLS_KEY: join(folder, 'tls.key') }
    const { PORT } = { PORT: await freePort() }
    await start({ PORT, ...files })
    expect((await end(image.health, { PORT, ...files })).code).toBe(0)
    expect((await end(image.health, { PORT })).code).toBe(1)
    await authority.remove()
  })

  it('has the commands', async () => {
    const list = ['node', 'dist/host/server/commands/user.js', 'list']
    expect((await end(list, {})).code).toBe(0)
  })
})

/** Asks the balancer. A new connection for each question, as of many clients. */
function ask(port: string, ca: string, path: string, headers: Readonly<Record<string, string>> = {}) {
  const options = { host: '127.0.0.1', port, path, ca, servername: NAME, agent: false as const }
  return new Promise<{ status: number; headers: IncomingHttpHeaders }>((resolve, reject) => {
    const asked = request({ ...options, headers: { host: NAME, ...headers } }, (answer) => {
      answer.resume().once('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers }))
    })
    asked.once('error', reject).end()
  })
}

/** A folder of the image with what compose puts there, as its user owns it. */
function writeSecrets(contents: Readonly<Record<string, string>>): void {
  mkdirSync(image.at('/run/secrets'), { recursive: true })
  for (const [name, content] of Object.entries(contents)) {
    const file = image.at(`/run/secrets/${name}`)
    writeFileSync(file, content, { mode: 0o600 })
    if (process.getuid?.() === 0) chownSync(file, image.user.uid, image.user.gid)
  }
}

/** The host's variables as compose sets them, with addresses and folders of this machine. */
async function variablesOf(name: string): Promise<Record<string, string>> {
  const { environment = {} } = (await readCompose()).services[name]!
  const mapped = Object.entries(environment).map(([variable, value]) => [variable, image.at(value)])
  const here = { TRUST_PROXY: '127.0.0.1', ALLOWED_HOSTS: NAME, DATA_DIR: image.at(`/data/${name}`) }
  return { ...(Object.fromEntries(mapped) as Record<string, string>), ...here, PORT: await freePort() }
}

const auditOf = (name: string): string => readFileSync(image.at(`/data/${name}/audit.log`), 'utf8')

describe('two hosts of one archive behind the balancer', () => {
  let cluster: Cluster
  let authority: CertificateAuthority
  let first: Running
  let second: Running
  const ports = { plain: '', secure: '', first: '' }

  beforeAll(async () => {
    cluster = await startCluster()
    // The image of PostgreSQL has made the superuser and set the variable.
    await cluster.sql(`CREATE ROLE postgres SUPERUSER;\n\\set password 'hunter2'\n${databaseStatements()}`)
    authority = await makeAuthority()
    const { cert, key } = await authority.issue([NAME])
    writeSecrets({
      database_url: cluster.url('recordings').replace(/\/\/[^@]+@/, '//recordings:hunter2@'),
      host_key: randomBytes(32).toString('base64'),
      certificate: cert + key,
    })
    const [one, two] = [await variablesOf('host-1'), await variablesOf('host-2')]
    ;[first, second] = await Promise.all([start(one), start(two)])
    const free = [await freePort(), await freePort()] as const
    Object.assign(ports, { plain: free[0], secure: free[1], first: one.PORT })
    const addresses = {
      'host-1:8080': `127.0.0.1:${one.PORT}`,
      'host-2:8080': `127.0.0.1:${two.PORT}`,
      ':8080': `127.0.0.1:${ports.plain}`,
      ':8443': `127.0.0.1:${ports.secure}`,
    }
    const balancer = startBalancer(
      join(image.root, 'haproxy.cfg'),
      addresses,
      image.at('/run/secrets/certificate'),
    )
    running.push(balancer)
    balancer.stdout.resume()
    balancer.stderr.resume()
    await vi.waitFor(
      async () => expect((await ask(ports.secure, authority.ca, '/readyz')).status).toBe(200),
      { timeout: 30_000, interval: 100 },
    )
  })
  afterAll(async () => {
    for (const child of running.splice(0)) child.kill('SIGKILL')
    await cluster.remove()
    await authority.remove()
  })

  it('answer over TLS, under their name only, and send plain clients there', async () => {
    const page = await ask(ports.secure, authority.ca, '/recordings')
    expect(page.status).toBe(200)
    // The hosts believe the balancer that the client came over TLS.
    expect(page.headers['strict-transport-security']).toBeDefined()
    expect((await ask(ports.secure, authority.ca, '/recordings', { host: 'evil.test' })).status).toBe(421)
    const plain = await fetch(`http://127.0.0.1:${ports.plain}/recordings?page=1`, { redirect: 'manual' })
    expect(plain.status).toBe(308)
    expect(plain.headers.get('location')).toBe(`https://127.0.0.1:${ports.plain}/recordings?page=1`)
  })

  it('write down the client that the balancer saw, whatever the client says of itself', async () => {
    const claimed = { 'x-forwarded-for': '203.0.113.9', forwarded: 'for=203.0.113.9', ...basic('nobody') }
    expect((await ask(ports.secure, authority.ca, `${RECORDINGS}?page=0&pageSize=1`, claimed)).status).toBe(
      401,
    )
    const written = auditOf('host-1') + auditOf('host-2')
    expect(written).toContain('"127.0.0.1"')
    expect(written).not.toContain('203.0.113.9')
  })

  it('use the database without more rights than their own', async () => {
    expect(await cluster.sql("SELECT rolsuper, rolcreatedb FROM pg_roles WHERE rolname = 'recordings'")).toBe(
      'f|f',
    )
    expect(await cluster.sql("SELECT rolpassword IS NULL FROM pg_authid WHERE rolname = 'postgres'")).toBe(
      't',
    )
  })

  it('stop one after the other, and no question fails', async () => {
    // A request that is not whole yet keeps the host from ending, and it answers others with 503.
    const held = connect(Number(ports.first), '127.0.0.1')
    const head = [
      'POST /auth/login HTTP/1.1',
      `host: ${NAME}`,
      'x-forwarded-proto: https',
      'sec-fetch-site: same-origin',
    ]
    const body = ['content-type: application/json', 'content-length: 9', 'expect: 100-continue', '', '{']
    held.write([...head, ...body].join('\r\n'))
    // The host says that it waits for the body.
    expect(String((await once(held, 'data'))[0])).toMatch(/^HTTP\/1\.1 100 /)
    const ended = stop(first)
    await vi.waitFor(async () => {
      const { status } = await fetch(`http://127.0.0.1:${ports.first}/readyz`)
      expect(status).toBe(503)
    })
    const statuses: number[] = []
    const deadline = Date.now() + 2000
    while (Date.now() < deadline) {
      statuses.push((await ask(ports.secure, authority.ca, '/recordings')).status)
    }
    held.destroy()
    expect(await ended).toBe(0)
    expect(new Set(statuses)).toEqual(new Set([200]))
    expect(await stop(second)).toBe(0)
    expect((await ask(ports.secure, authority.ca, '/recordings')).status).toBe(503)
  })
})

describe('a Dockerfile', () => {
  it('is read with its continued lines, comments and stages', () => {
    const [first, second] = readDockerfile(
      '# x\nFROM a AS b\nRUN c \\\n  # d\n  e\nFROM f\nCOPY --from=b --chmod=1 /g ./\n',
    )
    expect(first).toEqual({
      base: 'a',
      name: 'b',
      instructions: [{ keyword: 'RUN', flags: {}, rest: 'c    e' }],
    })
    expect(second).toMatchObject({ base: 'f', name: '1' })
    expect(second?.instructions).toEqual([
      { keyword: 'COPY', flags: { from: 'b', chmod: '1' }, rest: '/g ./' },
    ])
    expect(() => readDockerfile('FROM a\nADD x y')).toThrow('do not know')
    expect(() => execForm('node main.js')).toThrow('exec form')
  })

  it('gets what .dockerignore keeps: the last line that matches decides', () => {
    const kept = readIgnored('# x\n*\n!src\nsrc/bench\n**/*.test.ts\n!package.json\n')
    const paths = [
      'src/a.ts',
      'src/b/c.ts',
      'package.json',
      'src/bench/a.ts',
      'src/b/a.test.ts',
      'a.test.ts',
      'x/package.json',
    ]
    expect(paths.filter(kept)).toEqual(['src/a.ts', 'src/b/c.ts', 'package.json'])
  })
})
