/** The host as it runs in earnest: compiled, as a process of its own, started and stopped from outside. */
import Database from 'better-sqlite3'
import { execFile, spawn, type ChildProcessByStdio } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, connect, type AddressInfo } from 'node:net'
import { join, resolve } from 'node:path'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { RECORDINGS } from '../contract/endpoints.ts'
import { databaseFile } from './sources/sqlite/database.ts'
import { openSqliteSource } from './sources/sqlite/sqlite-source.ts'
import { temporaryFolder, testStore, type TestStore } from './sources/sqlite/testing.ts'
import { basic, exchange, loginRequest, rawGet, testUsers, writeTestPage } from './testing.ts'

const root = resolve(import.meta.dirname, '..', '..')
/** Laid out as `dist` is, and within the project, so that packages are found. */
let dist: string

beforeAll(async () => {
  mkdirSync(join(root, 'dist'), { recursive: true })
  dist = mkdtempSync(join(root, 'dist', 'test-'))
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
  const args = [tsc, '-p', join(root, 'src', 'server'), '--outDir', join(dist, 'host')]
  await new Promise((done) => execFile(process.execPath, args, done))
  if (!existsSync(join(dist, 'host', 'server', 'main.js')))
    throw new Error('The host does not compile: npm run types')
  writeTestPage(join(dist, 'page'))
}, 120_000)
afterAll(() => rmSync(dist, { recursive: true, force: true }))

type Host = ChildProcessByStdio<null, Readable, Readable>

let folder: TestStore
const running: Host[] = []
beforeEach(() => {
  folder = temporaryFolder()
})
afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL')
  folder.remove()
})

/** Starts the host in the temporary folder, on any free port, without demo data. */
function start(env: Record<string, string> = {}): Host {
  const child = spawn(process.execPath, [join(dist, 'host', 'server', 'main.js')], {
    cwd: folder.dataDir,
    env: { PATH: process.env.PATH, PORT: '0', DEMO: 'off', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  running.push(child)
  return child
}

/** @returns the port of the address that it prints. */
async function listening(child: Host): Promise<number> {
  let out = ''
  for await (const chunk of child.stdout.iterator({ destroyOnReturn: false })) {
    out += String(chunk)
    const port = /^Recordings Dashboard: http:\/\/127\.0\.0\.1:(\d+)\/$/m.exec(out)?.[1]
    if (port !== undefined) {
      child.stdout.resume()
      return Number(port)
    }
  }
  throw new Error(`The host did not start: ${out}${await text(child.stderr)}`)
}

/** Runs it to its end. */
async function fail(env: Record<string, string>): Promise<{ code: unknown; err: string }> {
  const child = start(env)
  child.stdout.resume()
  const [err, [code]] = await Promise.all([text(child.stderr), once(child, 'close')])
  return { code, err }
}

async function stop(child: Host, signal: NodeJS.Signals): Promise<unknown> {
  child.kill(signal)
  const [code] = (await once(child, 'close')) as [unknown]
  return code
}

describe('the host', () => {
  it('starts in any folder, prints one address and serves the page there', async () => {
    const child = start()
    const port = await listening(child)
    const answer = await exchange(port, rawGet('/recordings'))
    expect(answer).toContain('HTTP/1.1 200')
    expect(answer).toContain('<meta name="boot" content="{&quot;nowMs&quot;:')
    expect(readdirSync(join(folder.dataDir, 'data'))).toEqual(
      expect.arrayContaining(['recordings.db', 'sessions.db']),
    )
    expect(await stop(child, 'SIGTERM')).toBe(0)
  })

  it('starts its clock where it is told to, and runs on', async () => {
    const child = start({ DEMO_NOW: '2026-11-23T08:30:00Z' })
    const answer = await exchange(await listening(child), rawGet('/'))
    const nowMs = Number(/&quot;nowMs&quot;:(\d+)/.exec(answer)?.[1])
    expect(nowMs).toBeGreaterThanOrEqual(Date.parse('2026-11-23T08:30:00Z'))
    expect(nowMs).toBeLessThan(Date.parse('2026-11-23T09:30:00Z'))
    expect(await stop(child, 'SIGINT')).toBe(0)
  })

  it('keeps sessions over a kill and a new start', async () => {
    const store = await testStore([], testUsers)
    const env = { DATA_DIR: store.dataDir }
    const first = start(env)
    const { headers, payload } = loginRequest('manager')
    const login = await fetch(`http://127.0.0.1:${await listening(first)}/auth/login`, {
      method: 'POST',
      headers: { ...(headers as Record<string, string>), 'content-type': 'application/json' },
      body: JSON.stringify(payload),
    })
    const cookie = login.headers.get('set-cookie')?.split(';')[0] ?? ''
    await stop(first, 'SIGKILL')
    const port = await listening(start(env))
    expect(await exchange(port, rawGet('/auth/session', { cookie }))).toContain('"username":"manager"')
    store.remove()
  })

  it('finishes a running answer when it is told to stop, takes on no other, and ends with 0', async () => {
    const count = 20_000
    const store = await testStore(
      Array.from({ length: count }, (_, index) => ({ remotePartyNumber: `+39${index}` })),
      testUsers,
    )
    const child = start({ DATA_DIR: store.dataDir })
    const port = await listening(child)
    const socket = connect(port, '127.0.0.1', () => socket.write(rawGet(RECORDINGS, basic('manager'))))
    await once(socket, 'readable')
    // More than the buffers in between hold: the host cannot have written it all.
    child.kill('SIGTERM')
    const refused = async (): Promise<string> => {
      for (;;) {
        const answer = await exchange(port, rawGet('/readyz'))
        if (answer.includes('HTTP/1.1 503')) return answer
      }
    }
    expect(await refused()).toContain('"code":"not_ready"')
    expect(await exchange(port, rawGet('/healthz'))).toContain('HTTP/1.1 200')
    expect(await exchange(port, rawGet('/'))).toContain('HTTP/1.1 503')
    const answer = await text(socket)
    expect(answer.match(/referenceNumber/g)).toHaveLength(count)
    expect(answer.trimEnd().endsWith('\r\n0')).toBe(true)
    const [code] = child.exitCode === null ? await once(child, 'close') : [child.exitCode]
    expect(code).toBe(0)
    store.remove()
  })

  it('warns of plain HTTP where other machines reach it', async () => {
    const child = start({ HOST: '0.0.0.0' })
    let out = ''
    for await (const chunk of child.stdout) {
      out += String(chunk)
      if (out.includes('Recordings Dashboard: http://')) break
    }
    expect(out).toContain('plain HTTP')
    expect(out).not.toContain('http://0.0.0.0')
  })

  it('waits for no connection on which nothing is asked', async () => {
    const child = start()
    const port = await listening(child)
    const idle = connect(port, '127.0.0.1', () => idle.write('GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n'))
    await once(idle, 'data')
    const [code] = await Promise.all([stop(child, 'SIGTERM'), once(idle, 'close')])
    expect(code).toBe(0)
  })
})

const expectClear = ({ code, err }: { code: unknown; err: string }): void => {
  expect(code).toBe(1)
  expect(err).not.toMatch(/\n\s+at |Error:/)
}

describe('a host that cannot start says why and what to do, with no stack', () => {
  it('a wrong configuration', async () => {
    const ended = await fail({ PORT: 'x', EMBED_ORIGINS: '*' })
    expectClear(ended)
    expect(ended.err).toMatch(/\n {2}PORT takes .*\n {2}EMBED_ORIGINS takes /)
  })

  it('a port in use', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo
    const ended = await fail({ PORT: String(port) })
    other.close()
    expectClear(ended)
    expect(ended.err).toContain(`Port ${port} on 127.0.0.1 is in use.`)
  })

  it('a host name that is not this machine’s', async () => {
    const ended = await fail({ HOST: '192.0.2.1' })
    expectClear(ended)
    expect(ended.err).toContain('HOST=192.0.2.1')
  })

  it('a DATA_DIR that is no folder', async () => {
    const file = join(folder.dataDir, 'file')
    writeFileSync(file, 'x')
    for (const env of [{ DATA_DIR: file }, { DATA_DIR: join(file, 'below') }]) {
      const ended = await fail(env)
      expectClear(ended)
      expect(ended.err).toContain('DATA_DIR cannot be used')
    }
  })

  it('a database of a newer version', async () => {
    const source = await openSqliteSource({ dataDir: folder.dataDir, workers: 0 })
    await source.close()
    const db = new Database(databaseFile(folder.dataDir))
    db.pragma('user_version = 9999')
    db.close()
    const ended = await fail({ DATA_DIR: folder.dataDir })
    expectClear(ended)
    expect(ended.err).toContain('newer')
  })

  it('a session file that is no database', async () => {
    writeFileSync(
      join(folder.dataDir, 'sessions.db'),
      'this is not a database, but long enough to be looked at'.repeat(50),
    )
    const ended = await fail({ DATA_DIR: folder.dataDir })
    expectClear(ended)
    expect(ended.err).toContain('sessions.db is not a database')
  })

  it('demo accounts that other machines could reach', async () => {
    const ended = await fail({ HOST: '0.0.0.0', DEMO: 'on' })
    expectClear(ended)
    expect(ended.err).toMatch(/Demo accounts.*HOST=127\.0\.0\.1.*DEMO=off/)
    expect(existsSync(join(folder.dataDir, 'data', 'recordings.db'))).toBe(false)
  })

  it('a page that is not built', async () => {
    const [page, away] = [join(dist, 'page'), join(dist, 'page-away')]
    renameSync(page, away)
    const ended = await fail({})
    renameSync(away, page)
    expectClear(ended)
    expect(ended.err).toContain('Run npm run build')
  })

  it('a page without its place for what it starts with', async () => {
    const file = join(dist, 'page', 'index.html')
    writeFileSync(file, '<title>x</title>')
    const ended = await fail({})
    writeTestPage(join(dist, 'page'))
    expectClear(ended)
    expect(ended.err).toContain('exactly one <meta name="boot"')
  })
})
