/** What `compose.yaml` and the files in `deploy/` say, and a balancer that runs as they say. */
import { execFileSync, spawn, type ChildProcessByStdio } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, join, resolve } from 'node:path'
import type { Readable } from 'node:stream'
import { readYaml } from './yaml.ts'

const project = resolve(import.meta.dirname, '../..')
const read = (file: string): string => readFileSync(join(project, file), 'utf8')

/** A service of `compose.yaml`, as far as the tests look at it. */
export interface Service {
  readonly image: string
  readonly environment?: Readonly<Record<string, string>>
  readonly secrets?: readonly string[]
  readonly volumes?: readonly string[]
  readonly ports?: readonly string[]
  readonly networks?: readonly string[] | { readonly inside: { readonly ipv4_address: string } }
  readonly read_only?: boolean
  readonly cap_drop?: readonly string[]
  readonly security_opt?: readonly string[]
  readonly stop_grace_period?: string
}

export interface Compose {
  readonly services: Readonly<Record<string, Service>>
  readonly secrets: Readonly<Record<string, { readonly file: string }>>
  readonly volumes: Readonly<Record<string, null>>
  readonly networks: {
    readonly inside: {
      readonly ipam: { readonly config: readonly { readonly subnet: string; readonly ip_range: string }[] }
    }
  }
}

export const readCompose = async (): Promise<Compose> => (await readYaml(read('compose.yaml'))) as Compose

export const balancerConfig = (): string => read('deploy/haproxy.cfg')

/** The statements that a new database begins with. */
export const databaseStatements = (): string => read('deploy/database.sql')

/** Debian keeps it off the PATH of users. */
function findBalancer(): string {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin']
  const found = folders.map((folder) => join(folder, 'haproxy')).find(existsSync)
  if (found !== undefined) return found
  throw new Error('The tests need HAProxy, and never skip. On Debian, "apt-get install haproxy" installs it.')
}

/** @param certificate a file with the certificate and its key. @throws if HAProxy refuses the configuration. */
export function checkBalancer(certificate: string): void {
  const env = { PATH: process.env.PATH, CERTIFICATE: certificate }
  execFileSync(findBalancer(), ['-c', '-q', '-f', join(project, 'deploy/haproxy.cfg')], {
    env,
    stdio: 'pipe',
  })
}

/**
 * Starts a balancer with this project's configuration.
 * @param file gets the configuration with addresses of this machine.
 * @param addresses by what the configuration names in their place.
 */
export function startBalancer(
  file: string,
  addresses: Readonly<Record<string, string>>,
  certificate: string,
): ChildProcessByStdio<null, Readable, Readable> {
  const text = Object.entries(addresses).reduce((made, [named, address]) => {
    if (!made.includes(` ${named}`)) throw new Error(`The balancer's configuration does not name ${named}.`)
    return made.replaceAll(` ${named}`, ` ${address}`)
  }, balancerConfig())
  writeFileSync(file, text)
  const env = { PATH: process.env.PATH, CERTIFICATE: certificate }
  return spawn(findBalancer(), ['-db', '-f', file], { env, stdio: ['ignore', 'pipe', 'pipe'] })
}
