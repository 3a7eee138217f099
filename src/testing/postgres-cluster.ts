/** Throw-away PostgreSQL clusters for tests, run by the programs that this machine has. */
import { execFile, execFileSync, spawn, type ChildProcess, type SpawnOptions } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { chmod, open } from 'node:fs/promises'
import { createServer } from 'node:http'
import { delimiter, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import { listenOnLoopback } from './listening.ts'

const OLDEST = 15
/** The message of the error where no PostgreSQL is found that is new enough. */
export const POSTGRES_MISSING = `The tests need PostgreSQL ${OLDEST} or later, and never skip. On Debian, "apt-get install postgresql" installs it.`

export interface Cluster {
  readonly port: number
  /** Holds the data, the log and the socket. */
  readonly folder: string
  /** The address of a database, by default `postgres`, with the superuser's name and password. */
  url(database?: string): string
  /** Creates an empty database. @returns its address. */
  createDatabase(name: string): Promise<string>
  /** Runs statements until one fails. @returns their rows, one on each line, with `|` between the columns. */
  sql(text: string, database?: string): Promise<string>
  /** Stops the server and keeps the folder. `immediate` is a crash, from which the next start recovers. */
  stop(mode?: 'fast' | 'immediate'): Promise<void>
  /** Starts the stopped server again, on the same port. */
  start(): Promise<void>
  /** Stops the server at once and deletes the folder. */
  remove(): Promise<void>
}

export interface Standby extends Cluster {
  /** Makes the standby a primary, which takes writes and no longer follows the other. */
  promote(): Promise<void>
}

const DEBIAN = '/usr/lib/postgresql'
const PROGRAMS = ['initdb', 'pg_basebackup', 'pg_isready', 'postgres', 'psql']
const OWNER = 'owner'
const PASSWORD = 'demo'
const PORT_TRIES = 5
/** Nothing waits for the disk, so a crash of the machine may destroy the cluster. */
const forSpeed = { fsync: 'off', full_page_writes: 'off', synchronous_commit: 'off', shared_buffers: '128MB' }
const forStandbys = { wal_level: 'replica', max_wal_senders: '10', hot_standby: 'on' }
const defaults = { autovacuum: 'on', listen_addresses: '127.0.0.1', max_connections: '100' }

/** The user that runs the programs. It is empty if that is the user of this process. */
type Account = Readonly<Pick<SpawnOptions, 'uid' | 'gid'>>

interface Home {
  readonly folder: string
  readonly data: string
  readonly log: string
  /** The folder of the programs. */
  readonly bin: string
  readonly account: Account
}

function isUsable(bin: string): boolean {
  if (!PROGRAMS.every((program) => existsSync(join(bin, program)))) return false
  const said = execFileSync(join(bin, 'postgres'), ['--version'], { encoding: 'utf8' })
  return Number(/\) (\d+)/.exec(said)?.[1]) >= OLDEST
}

/** @returns the folder of the newest programs that Debian installed, or else of those in the PATH. */
function findPrograms(): string {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).map(Number) : []
  const debian = versions.toSorted((a, b) => b - a).map((version) => join(DEBIAN, String(version), 'bin'))
  const found = [...debian, ...(process.env.PATH ?? '').split(delimiter)].find(isUsable)
  if (found === undefined) throw new Error(POSTGRES_MISSING)
  return found
}

/** PostgreSQL refuses to run as root. */
function findAccount(): Account {
  if (process.getuid?.() !== 0) return {}
  const users = readFileSync('/etc/passwd', 'utf8').split('\n')
  const [user] = ['postgres:', 'nobody:'].flatMap((name) => users.filter((line) => line.startsWith(name)))
  if (user === undefined) throw new Error('PostgreSQL needs a user other than root, like postgres or nobody.')
  const [, , uid, gid] = user.split(':').map(Number)
  return { uid, gid }
}

/** Makes an empty folder. Tests have a `TMPDIR` that only their user can enter, and the path of a socket is short. */
function makeHome(): Home {
  const bin = findPrograms()
  const account = findAccount()
  const folder = mkdtempSync('/tmp/postgres-')
  if (account.uid !== undefined && account.gid !== undefined) chownSync(folder, account.uid, account.gid)
  return { folder, data: join(folder, 'data'), log: join(folder, 'log'), bin, account }
}

/** What a program gets from this process: no settings of PostgreSQL's, and messages in English. */
const optionsOf = ({ folder, account }: Home) => ({
  cwd: folder,
  env: { PATH: process.env.PATH, LC_ALL: 'C', PGSSLMODE: 'disable' },
  ...account,
})

/** Runs a program to its end. @returns what it wrote. */
async function run(home: Home, program: string, args: readonly string[], input = ''): Promise<string> {
  const options = { ...optionsOf(home), maxBuffer: Infinity }
  const running = promisify(execFile)(join(home.bin, program), args, options)
  // A program that fails does not read to the end. Its own error says more than that of the pipe.
  running.child.stdin?.on('error', () => {}).end(input)
  return (await running).stdout
}

/**
 * Reads a line with the server's process number when that starts, and an empty line when it ends. The input ends with
 * the process that writes it, whatever ended that. Vitest ends its workers by a signal, so they run no `exit` handler.
 */
const GUARD = `
trap '' HUP INT QUIT TERM
while read -r line; do server=$line; done
if [ -n "$server" ]; then
  kill -QUIT "$server"
  for _ in $(seq 100); do [ -e "$1/data/postmaster.pid" ] || break; sleep 0.1; done
fi
rm -rf "$1" || { sleep 3; rm -rf "$1"; }
`

/** Starts a process that outlives this one, to leave no server and no folder. */
function startGuard(folder: string) {
  const guard = spawn('/bin/sh', ['-c', GUARD, 'guard', folder], { stdio: ['pipe', 'ignore', 'ignore'] })
  const gone = once(guard, 'exit')
  guard.unref()
  return {
    watch(server: ChildProcess): void {
      guard.stdin.write(`${server.pid}\n`)
      server.once('exit', () => guard.stdin.write('\n'))
    },
    /** Ends the server, if it runs, and deletes the folder. */
    async finish(): Promise<void> {
      guard.ref()
      guard.stdin.end()
      await gone
    },
  }
}

type Guard = ReturnType<typeof startGuard>

const isRunning = (child: ChildProcess): boolean => child.exitCode === null && child.signalCode === null

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (!isRunning(child)) return
  child.ref()
  await Promise.all([once(child, 'exit'), child.kill(signal)])
}

/** Starts the server as a child of this process, and waits until it accepts connections. */
async function startServer(home: Home, guard: Guard, port: number): Promise<ChildProcess> {
  const { folder, data, bin } = home
  const log = await open(home.log, 'a')
  const args = ['-D', data, '-p', String(port), '-k', folder]
  const child = spawn(join(bin, 'postgres'), args, { ...optionsOf(home), stdio: ['ignore', log.fd, log.fd] })
  guard.watch(child)
  await Promise.all([once(child, 'spawn'), log.close()])
  const deadline = Date.now() + 60_000
  // The socket in the folder is surely this server's. The port may be another's.
  const ask = ['-h', folder, '-p', String(port), '-U', OWNER, '-d', 'postgres']
  while ((await run(home, 'pg_isready', ask).catch(() => null)) === null) {
    if (!isRunning(child) || Date.now() > deadline) {
      await end(child, 'SIGQUIT')
      const tail = readFileSync(home.log, 'utf8').split('\n').slice(-20).join('\n')
      throw new Error(`PostgreSQL did not start. Its log ends with:\n${tail}`)
    }
    await pause(20)
  }
  // A process that has nothing else to do need not wait for its server.
  child.unref()
  return child
}

/** Starts the server on a free port, and on another one if that is taken in between. */
async function startAnywhere(home: Home, guard: Guard): Promise<{ child: ChildProcess; port: number }> {
  for (let tries = 1; ; tries++) {
    const { port, stop } = await listenOnLoopback(createServer())
    await stop()
    const child = await startServer(home, guard, port).catch((error: unknown) => {
      if (tries === PORT_TRIES || !String(error).includes('Address already in use')) throw error
    })
    if (child) return { child, port }
  }
}

/** Opens a cluster in a folder of its own. @param fill makes the data. */
async function openCluster(fill: (home: Home) => Promise<unknown>): Promise<Cluster> {
  const home = makeHome()
  const guard = startGuard(home.folder)
  const opening = fill(home).then(() => startAnywhere(home, guard))
  const server = await opening.catch((error: unknown) => guard.finish().then(() => Promise.reject(error)))
  const url = (database = 'postgres'): string =>
    `postgres://${OWNER}:${PASSWORD}@127.0.0.1:${server.port}/${encodeURIComponent(database)}`
  const sql = async (text: string, database?: string): Promise<string> =>
    (await run(home, 'psql', ['-AtXq', '-v', 'ON_ERROR_STOP=1', '-d', url(database)], text)).trimEnd()
  const stop = (mode = 'fast'): Promise<void> => end(server.child, mode === 'fast' ? 'SIGINT' : 'SIGQUIT')
  return {
    port: server.port,
    folder: home.folder,
    url,
    sql,
    stop,
    async createDatabase(name) {
      await sql(`CREATE DATABASE "${name.replaceAll('"', '""')}"`)
      return url(name)
    },
    async start() {
      if (!isRunning(server.child)) server.child = await startServer(home, guard, server.port)
    },
    async remove() {
      await stop('immediate')
      await guard.finish()
    },
  }
}

/** Starts an empty cluster. @param options.settings join those for speed, or replace them. */
export function startCluster(
  options: { settings?: Readonly<Record<string, string>> } = {},
): Promise<Cluster> {
  return openCluster(async (home) => {
    const pwfile = join(home.folder, 'password')
    writeFileSync(pwfile, PASSWORD)
    await chmod(pwfile, 0o644)
    const access = ['--auth', 'scram-sha-256', '--username', OWNER, '--pwfile', pwfile]
    const text = ['--no-locale', '--encoding', 'UTF8']
    await run(home, 'initdb', ['--no-sync', '-D', home.data, ...text, ...access])
    const settings = Object.entries({ ...forSpeed, ...forStandbys, ...defaults, ...options.settings })
    const lines = settings.map(([name, value]) => `${name} = '${value.replaceAll("'", "''")}'\n`)
    writeFileSync(join(home.data, 'postgresql.conf'), lines.join(''), { flag: 'a' })
  })
}

/** Starts a copy of the primary, with its settings. It follows the primary's changes, and takes reads. */
export async function startStandby(primary: Cluster): Promise<Standby> {
  const args = ['--no-sync', '--checkpoint', 'fast', '--write-recovery-conf', '-d', primary.url()]
  const cluster = await openCluster((home) => run(home, 'pg_basebackup', [...args, '-D', home.data]))
  return {
    ...cluster,
    async promote() {
      const done = await cluster.sql('SELECT pg_promote()')
      if (done !== 't') throw new Error('The standby is not promoted after a minute.')
    },
  }
}
