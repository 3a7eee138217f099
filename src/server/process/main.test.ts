/** The host in production form: compiled, in its own process, started and stopped from outside. */
import Database from 'better-sqlite3'
import { spawn, type ChildProcessByStdio } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { createServer, connect, type AddressInfo, type Socket } from 'node:net'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { connect as connectSecurely, type TLSSocket } from 'node:tls'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  makeAuthority,
  type CertificateAuthority,
  type KeyPair,
} from '../../testing/recorder/certificates.ts'
import { compiledHost } from '../../testing/compiled.ts'
import { startRecorder } from '../../testing/recorder/recorder.ts'
import { RECORDINGS } from '../../contract/endpoints.ts'
import { linesOf } from '../../testing/audit.ts'
import { kinds } from '../auth/ledger.ts'
import { openForWriting } from '../sources/sqlite/database.ts'
import { Directory } from '../sources/sqlite/directory.ts'
import { WAITING_STRANGERS } from '../sources/archive/scrypt-runner.ts'
import { temporaryFolder, testStore, type TestStore } from '../../testing/store.ts'
import { basic, exchange, loginRequest, rawGet, testUsers, writeTestPage } from '../../testing/host.ts'

/** A folder with the layout of `dist`. */
let dist: string

beforeAll(async () => {
  dist = await compiledHost()
  writeTestPage(join(dist, 'page'))
}, 120_000)

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

/** Starts the host in the temporary folder, on a free port, without demo data. */
function start(env: Record<string, string> = {}, args: readonly string[] = []): Host {
  const child = spawn(process.execPath, [join(dist, 'host', 'server', 'main.js'), ...args], {
    cwd: folder.dataDir,
    env: { PATH: process.env.PATH, PORT: '0', DEMO: 'off', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  running.push(child)
  return child
}

/** @returns the port of the address in its log. */
async function listening(child: Host): Promise<number> {
  let out = ''
  for await (const chunk of child.stdout.iterator({ destroyOnReturn: false })) {
    out += String(chunk)
    const port = /"address":"https?:\/\/127\.0\.0\.1:(\d+)\/","msg":"started"/.exec(out)?.[1]
    if (port !== undefined) {
      child.stdout.resume()
      return Number(port)
    }
  }
  throw new Error(`The host did not start: ${out}${await text(child.stderr)}`)
}

/** Runs a host that should fail, to its end. */
async function fail(
  env: Record<string, string>,
  args: readonly string[] = [],
): Promise<{ code: unknown; err: string }> {
  const child = start(env, args)
  child.stdout.resume()
  const [err, [code]] = await Promise.all([text(child.stderr), once(child, 'close')])
  return { code, err }
}

async function stop(child: Host, signal: NodeJS.Signals): Promise<unknown> {
  child.kill(signal)
  const [code] = (await once(child, 'close')) as [unknown]
  return code
}

/** Sends a password, which the host tries at its source. */
const guess = (port: number, secret: string): Promise<string> =>
  exchange(port, rawGet(`${RECORDINGS}?page=0&pageSize=1`, basic('ada', secret)))

/** The number of recorder tries in the host's file. */
function keptTries(): unknown {
  const db = new Database(join(folder.dataDir, 'data', 'attempts.db'), { readonly: true })
  const count = db.prepare('SELECT count(*) FROM attempt WHERE kind = ?').pluck().get(kinds.try)
  db.close()
  return count
}

/** Collects everything that the host writes, as it comes. */
function output(child: Host): { text: string } {
  const out = { text: '' }
  child.stdout.on('data', (chunk: Buffer) => (out.text += String(chunk)))
  return out
}

/** The messages of the log. @throws if a line is not JSON. */
const messagesOf = (out: { readonly text: string }): unknown[] =>
  out.text
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { msg: unknown }).msg)

/** Waits until the host has written a match. @returns the match. */
async function written(
  child: Host,
  out: { readonly text: string },
  pattern: RegExp,
): Promise<RegExpExecArray> {
  for (;;) {
    const match = pattern.exec(out.text)
    if (match) return match
    await once(child.stdout, 'data')
  }
}

describe('the host', () => {
  it('starts in any folder, serves the page under loopback names, and stops over idle connections', async () => {
    const child = start()
    const out = output(child)
    const port = await listening(child)
    const answer = await exchange(port, rawGet('/recordings'))
    expect(answer).toContain('HTTP/1.1 200')
    expect(answer).toContain('<meta name="boot" content="{&quot;nowMs&quot;:')
    expect(readdirSync(join(folder.dataDir, 'data'))).toEqual(
      expect.arrayContaining(['recordings.db', 'sessions.db']),
    )
    expect(await exchange(port, rawGet('/', { host: `127.0.0.1:${port}` }))).toContain('HTTP/1.1 200')
    expect(await exchange(port, rawGet('/', { host: `evil.test:${port}` }))).toContain('HTTP/1.1 421')

    child.kill('SIGHUP')
    await written(child, out, /no certificate to read again/)
    const idle = connect(port, '127.0.0.1', () => idle.write('GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n'))
    await once(idle, 'data')
    const [code] = await Promise.all([stop(child, 'SIGTERM'), once(idle, 'close')])
    expect(code).toBe(0)
  })

  it('starts its clock at the given instant, and runs on', async () => {
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

  it('counts what it has sent to a recorder over a kill and a new start', async () => {
    const users = [{ username: 'ada', password: 'demo', may: 'all' }] as const
    const recorder = await startRecorder({ users, recordings: [] })
    const env = { RECORDER_URL: recorder.url }
    const first = start(env)
    const out = output(first)
    const port = await listening(first)
    await written(first, out, /"level":30,.*"the recorder answers"/)
    for (const password of ['a', 'b', 'c']) expect(await guess(port, password)).toContain('HTTP/1.1 401')
    await expect.poll(keptTries).toBe(3)
    await stop(first, 'SIGKILL')
    expect(await guess(await listening(start(env)), 'd')).toContain('HTTP/1.1 429')
    expect(recorder.requests.filter(({ headers }) => headers.authorization !== undefined)).toHaveLength(3)
    await recorder.stop()
  })

  it('says at its start why its recorder cannot be reached', async () => {
    const child = start({ RECORDER_URL: 'http://127.0.0.1:9' })
    const out = output(child)
    await listening(child)
    await written(child, out, /"level":40,.*"code":"ECONNREFUSED".*"the recorder cannot be reached"/)
    expect(await stop(child, 'SIGTERM')).toBe(0)
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
    // The answer is longer than the buffers in between, so the host cannot have written it all.
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
    const out = output(child)
    await written(child, out, /"address":"http:[^"]*","msg":"started"/)
    await written(child, out, /"level":40.*Set ALLOWED_HOSTS to/)
    expect(out.text).toContain('plain HTTP')
    expect(out.text).not.toContain('http://0.0.0.0')
  })

  it('answers under the names that it is given alone', async () => {
    const settings = { ALLOWED_HOSTS: 'recordings.test', TRUST_PROXY: 'loopback', LOG_LEVEL: 'warn' }
    const named = start(settings)
    const out = output(named)
    const port = await listening(named)
    const forwarded = { host: '127.0.0.1', 'x-forwarded-host': 'recordings.test' }
    expect(await exchange(port, rawGet('/', forwarded))).toContain('HTTP/1.1 200')
    expect(await exchange(port, rawGet('/', { host: 'localhost' }))).toContain('HTTP/1.1 421')
    expect(messagesOf(out)).toEqual(['started'])
  })

  it('goes on when the reader of its log leaves, and logs nothing about it', async () => {
    const child = start()
    const port = await listening(child)
    child.stdout.destroy()
    for (let count = 0; count < 3; count += 1)
      expect(await exchange(port, rawGet('/healthz'))).toContain('HTTP/1.1 200')
    const [err, code] = await Promise.all([text(child.stderr), stop(child, 'SIGTERM')])
    expect([err, code]).toEqual(['', 0])
  })

  it('prints its release, and says in a sentence that a Node is too old', async () => {
    const released = start({}, ['--version'])
    const { version } = JSON.parse(
      readFileSync(join(import.meta.dirname, '../../../package.json'), 'utf8'),
    ) as { version: string }
    expect(await text(released.stdout)).toBe(`${version}\n`)
    const file = join(folder.dataDir, 'old.cjs')
    writeFileSync(file, `Object.defineProperty(process, 'version', { value: 'v18.20.8' })`)
    const ended = await fail({ NODE_OPTIONS: `--require=${file}` })
    expectClear(ended)
    expect(ended.err).toMatch(/^This host needs Node 20\.19 or later, and this is Node 18\.20\.8: .*\n$/)
  })
})

/** Starts a host that does this work at SIGUSR2. */
const meeting = (work: string): Host => {
  const file = join(folder.dataDir, 'meet.mjs')
  writeFileSync(file, `import { connect } from 'node:net'\nprocess.on('SIGUSR2', () => { ${work} })\n`)
  return start({ NODE_OPTIONS: `--import=file://${file}`, LOG_LEVEL: 'info' })
}
const heardNumber = '+390557177313'

describe('an uncaught error', () => {
  it('on a connection is logged, and the host goes on', async () => {
    const child = meeting(`connect({ port: 1, host: '127.0.0.1' })`)
    const port = await listening(child)
    const out = output(child)
    child.kill('SIGUSR2')
    await written(child, out, /"level":50,.*"code":"ECONNREFUSED".*a connection failed/)
    expect(await exchange(port, rawGet('/healthz'))).toContain('HTTP/1.1 200')
    expect(await stop(child, 'SIGTERM')).toBe(0)
  })

  it.each([
    ['thrown', `throw new TypeError('${heardNumber}')`],
    ['rejected', `void Promise.reject(new TypeError('${heardNumber}'))`],
  ])(
    'and was %s by the host itself ends it with 1, in good order, without its message',
    async (_how, work) => {
      const child = meeting(work)
      await listening(child)
      const out = output(child)
      const [err, code] = await Promise.all([text(child.stderr), stop(child, 'SIGUSR2')])
      expect(code).toBe(1)
      expect(out.text).toMatch(/"level":60,.*"type":"TypeError".*"uncaught"/)
      expect(out.text).toMatch(/"stopped"/)
      expect(out.text + err).not.toContain(heardNumber)
    },
  )
})

const expectClear = ({ code, err }: { code: unknown; err: string }): void => {
  expect(code).toBe(1)
  expect(err).not.toMatch(/\n\s+at |Error:/)
}

describe('while wrong passwords are checked, the host', () => {
  it('answers signed-in users and writes its log, refuses the rest of a flood, and delays no file', async () => {
    const store = await testStore([{}], testUsers)
    // A check that takes minutes, so everything else has to come before it.
    const db = openForWriting(store.dataDir)
    const slow = [
      'scrypt',
      2 ** 15,
      8,
      2000,
      Buffer.alloc(16).toString('base64'),
      Buffer.alloc(32).toString('base64'),
    ]
    for (const name of ['solo', 'supervisor']) new Directory(db).savePassword(name, slow.join('$'))
    db.close()
    // One thread for files, which a check would occupy.
    const env = { LOGIN_FAILURES: '1000', UV_THREADPOOL_SIZE: '1', METRICS_PORT: '0' }
    const child = start({ DATA_DIR: store.dataDir, ...env })
    const out = output(child)
    const url = `http://127.0.0.1:${await listening(child)}`
    const metricsPort = Number(
      /"address":"http:\/\/127\.0\.0\.1:(\d+)\/metrics","msg":"metrics"/.exec(out.text)?.[1],
    )
    const logIn = (username: string, secret?: string, signal: AbortSignal | null = null) => {
      const { headers, payload } = loginRequest(username, secret)
      return fetch(`${url}/auth/login`, {
        method: 'POST',
        headers: { ...(headers as Record<string, string>), 'content-type': 'application/json' },
        body: JSON.stringify(payload),
        signal,
      })
    }
    const cookie = (await logIn('manager')).headers.get('set-cookie')?.split(';')[0] ?? ''
    const leaving = new AbortController()
    const flood = Array.from({ length: 40 }, (_, n) =>
      logIn(n % 2 === 0 ? 'solo' : 'supervisor', 'wrong', leaving.signal).then(
        ({ status, headers }) => `${status} ${headers.get('retry-after')}`,
        () => 'left',
      ),
    )
    let refused = 0
    for (const answer of flood) void answer.then((told) => (refused += told === '503 2' ? 1 : 0))
    const threads = Math.min(4, Math.max(1, Math.floor(availableParallelism() / 2)))
    await expect.poll(() => refused, { timeout: 20_000 }).toBe(40 - threads - WAITING_STRANGERS)

    const list = await fetch(`${url}${RECORDINGS}?page=0&pageSize=1`, { headers: { cookie } })
    expect(list.status).toBe(200)
    const lines = linesOf(join(store.dataDir, 'audit.log'))
    expect(lines).toContainEqual(
      expect.objectContaining({ user: 'manager', action: 'search', outcome: 'ok' }),
    )
    expect(lines.filter(({ action }) => action === 'failed_login')).toEqual([])

    // A client that leaves gives up its place in the queue.
    const waiting = async () =>
      /^recordings_password_checks_waiting (\d+)$/m.exec(await exchange(metricsPort, rawGet('/metrics')))?.[1]
    expect(await waiting()).toBe(`${WAITING_STRANGERS}`)
    leaving.abort()
    await Promise.all(flood)
    await expect.poll(waiting, { timeout: 20_000 }).toBe('0')
    await stop(child, 'SIGKILL')
    store.remove()
  })
})

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

  it('a session file that is no database', async () => {
    writeFileSync(
      join(folder.dataDir, 'sessions.db'),
      'this is not a database, but long enough to be looked at'.repeat(50),
    )
    const ended = await fail({ DATA_DIR: folder.dataDir })
    expectClear(ended)
    expect(ended.err).toContain('sessions.db is not a database')
  })

  it('a page that is not built', async () => {
    const [page, away] = [join(dist, 'page'), join(dist, 'page-away')]
    renameSync(page, away)
    const ended = await fail({})
    renameSync(away, page)
    expectClear(ended)
    expect(ended.err).toContain('Run npm run build')
  })
})

/** Names in the folder, at any depth, that other users can access. */
const openToOthers = (path: string): string[] =>
  ['.', ...readdirSync(path, { recursive: true, encoding: 'utf8' })].filter(
    (name) => (statSync(join(path, name)).mode & 0o077) !== 0,
  )

describe('DATA_DIR', () => {
  it('is for one host: a second one names the process of the first, until that has ended', async () => {
    const env = { DATA_DIR: join(folder.dataDir, 'data') }
    const first = start(env)
    await listening(first)
    for (const more of [{}, { RECORDER_URL: 'http://127.0.0.1:9', DEMO: '' }]) {
      const ended = await fail({ ...env, ...more })
      expectClear(ended)
      expect(ended.err).toBe(
        `Another host (process ${first.pid}) runs in DATA_DIR ${env.DATA_DIR}: stop it first, also for an upgrade, ` +
          'or give this one a DATA_DIR of its own.\n',
      )
    }
    await stop(first, 'SIGKILL')
    const next = start(env)
    await listening(next)
    expect(readFileSync(join(env.DATA_DIR, 'host.pid'), 'utf8')).toBe(`${next.pid}\n`)
    expect(await stop(next, 'SIGTERM')).toBe(0)
    expect(existsSync(join(env.DATA_DIR, 'host.pid'))).toBe(false)
  })

  it('has a log that is rotated under the running host, and gone on with by a command', async () => {
    const [file, old] = ['audit.log', 'audit.log.1'].map((name) => join(folder.dataDir, name)) as [
      string,
      string,
    ]
    const command = async (name: string): Promise<void> => {
      const script = join(dist, 'host', 'server', 'commands', 'user.js')
      const child = spawn(process.execPath, [script, 'add', name, '--role', 'base', '--password-stdin'], {
        env: { PATH: process.env.PATH, DATA_DIR: folder.dataDir },
        stdio: ['pipe', 'ignore', 'pipe'],
      })
      child.stdin.end('a long secret\n')
      const [err, [code]] = await Promise.all([text(child.stderr), once(child, 'close')])
      expect([err, code]).toEqual(['', 0])
    }
    const host = start({ DATA_DIR: folder.dataDir })
    const out = output(host)
    await listening(host)
    await command('ann')
    renameSync(file, old)
    await command('bob')
    expect(await stop(host, 'SIGTERM')).toBe(0)
    expect([linesOf(old), linesOf(file)].map((lines) => lines.map(({ n, account }) => [n, account]))).toEqual(
      [[[1, 'ann']], [[2, 'bob']]],
    )
    expect(out.text).toContain('"reason":"rotation"')
    expect(out.text).not.toContain('AUDIT LOG')
  })

  it('has an audit log under its name, which a command keeps and a host of another name may not write', async () => {
    // Containers set HOSTNAME.
    const host = start({ DATA_DIR: folder.dataDir, HOST_NAME: 'a', HOSTNAME: 'c0ffee' })
    const out = output(host)
    await listening(host)
    const script = join(dist, 'host', 'server', 'commands', 'user.js')
    const child = spawn(process.execPath, [script, 'add', 'ann', '--role', 'base', '--password-stdin'], {
      env: { PATH: process.env.PATH, DATA_DIR: folder.dataDir },
      stdio: ['pipe', 'ignore', 'pipe'],
    })
    child.stdin.end('a long secret\n')
    const [err, [code]] = await Promise.all([text(child.stderr), once(child, 'close')])
    expect([err, code]).toEqual(['', 0])
    expect(await stop(host, 'SIGTERM')).toBe(0)
    expect(linesOf(join(folder.dataDir, 'audit.log'))).toMatchObject([{ account: 'ann', host: 'a' }])
    expect(out.text).toMatch(/"reason":"stop","file":"audit\.log","host":"a","mac":/)
    const other = await fail({ DATA_DIR: folder.dataDir, HOST_NAME: 'b' })
    expect(other.code).toBe(1)
    expect(other.err).toMatch(/audit\.log is the audit log of host a, and this host is b\. Set HOST_NAME=a/)
  })

  it('is closed to everybody else, whatever the umask, and what was open is closed with a line', async () => {
    const dataDir = join(folder.dataDir, 'data')
    mkdirSync(join(dataDir, 'media', 'ab'), { recursive: true })
    writeFileSync(join(dataDir, 'media', 'ab', 'x.mp3'), 'x')
    for (const name of ['.', 'media', 'media/ab', 'media/ab/x.mp3']) chmodSync(join(dataDir, name), 0o777)
    const program = [process.execPath, join(dist, 'host', 'server', 'main.js')]
    const child = spawn('sh', ['-c', 'umask 0 && exec "$@"', 'sh', ...program], {
      env: { PATH: process.env.PATH, PORT: '0', DEMO: 'off', DATA_DIR: dataDir },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    running.push(child)
    const out = output(child)
    await listening(child)
    await written(child, out, /"count":4,"example":"\.","msg":"files in DATA_DIR could be reached/)
    expect(readdirSync(dataDir)).toEqual(
      expect.arrayContaining(['recordings.db', 'sessions.db', 'host.key', 'host.lock', 'audit.log']),
    )
    expect(openToOthers(dataDir)).toEqual([])
    expect(await stop(child, 'SIGTERM')).toBe(0)
  })

  it('is not opened with a key in it that others may have read', async () => {
    const file = join(folder.dataDir, 'host.key')
    writeFileSync(file, Buffer.alloc(32, 'k').toString('base64'))
    chmodSync(file, 0o644)
    const ended = await fail({ DATA_DIR: folder.dataDir })
    expectClear(ended)
    expect(ended.err).toContain(`${file} can be read or changed by every user of this machine (mode 0644)`)
    expect(statSync(file).mode & 0o777).toBe(0o644)
  })
})

/** Accepts any kind of close: `once` would treat a reset as a failure. */
function whenClosed(socket: Socket): Promise<void> {
  socket.on('error', () => {}).resume()
  return new Promise((done) => socket.once('close', () => done()))
}

/** Sends a GET and reads only the start of the answer, which is longer than the buffers in between. */
async function askForMuch(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1', () => socket.write(rawGet(RECORDINGS, basic('manager'))))
  socket.on('error', () => {})
  await once(socket, 'readable')
  return socket
}

describe('a signal', () => {
  it.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const)('%s again means now', async (signal, expected) => {
    const store = await testStore(
      Array.from({ length: 20_000 }, (_, index) => ({ remotePartyNumber: `+39${index}` })),
      testUsers,
    )
    const child = start({ DATA_DIR: store.dataDir })
    const out = output(child)
    const socket = await askForMuch(await listening(child))
    child.kill(signal)
    await written(child, out, /"msg":"stopping"/)
    expect(await stop(child, signal)).toBe(expected)
    expect(out.text).toContain('"msg":"stopped at once"')
    socket.destroy()
    store.remove()
  })
})

const writeFiles = ({ cert, key }: KeyPair) => {
  const files = { TLS_CERT: join(folder.dataDir, 'tls.crt'), TLS_KEY: join(folder.dataDir, 'tls.key') }
  writeFileSync(files.TLS_CERT, cert)
  writeFileSync(files.TLS_KEY, key)
  return files
}

/** Requests the page's headers under a name. */
const headUnder = async (socket: TLSSocket, name: string): Promise<string> => {
  socket.write(`HEAD / HTTP/1.1\r\nhost: ${name}\r\n\r\n`)
  const [answer] = (await once(socket, 'data')) as [Buffer]
  return String(answer)
}

describe('with a certificate of its own, the host', () => {
  let authority: CertificateAuthority
  beforeAll(async () => {
    authority = await makeAuthority()
  }, 60_000)
  afterAll(() => authority.remove())

  const open = async (port: number): Promise<TLSSocket> => {
    const socket = connectSecurely({ port, host: '127.0.0.1', ca: authority.ca, servername: 'localhost' })
    await once(socket, 'secureConnect')
    return socket
  }

  it('speaks TLS only, takes a renewed one on SIGHUP, and stops over open connections', async () => {
    const child = start({ METRICS_PORT: '0', ...writeFiles(await authority.issue(['localhost'])) })
    const out = output(child)
    const port = await listening(child)
    const metricsPort = Number(
      /"address":"http:\/\/127\.0\.0\.1:(\d+)\/metrics","msg":"metrics"/.exec(out.text)?.[1],
    )
    const expiryMs = async (): Promise<number> => {
      const scraped = await exchange(metricsPort, rawGet('/metrics'))
      const found = /^recordings_certificate_expiry_timestamp_seconds (\S+)$/m.exec(scraped)
      return Number(found?.[1]) * 1000
    }
    expect(out.text).toContain(`"address":"https://127.0.0.1:${port}/","msg":"started"`)
    const idle = await open(port)
    idle.write('GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n')
    const [answer] = (await once(idle, 'data')) as [Buffer]
    expect(String(answer)).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*strict-transport-security/)
    const { serialNumber: before, valid_to: ends } = idle.getPeerCertificate()
    expect(await expiryMs()).toBe(Date.parse(ends))
    expect(await headUnder(idle, 'renewed.test')).toContain('HTTP/1.1 421')
    writeFiles(await authority.issue(['localhost', 'renewed.test'], 9))
    child.kill('SIGHUP')
    await written(child, out, /certificate read again/)
    const renewed = await open(port)
    expect(await headUnder(renewed, 'renewed.test')).toContain('HTTP/1.1 200')
    expect(renewed.getPeerCertificate().serialNumber).not.toBe(before)
    expect(await expiryMs()).toBe(Date.parse(renewed.getPeerCertificate().valid_to))
    expect(await expiryMs()).toBeGreaterThan(Date.parse(ends))
    const closed = [idle, renewed].map(whenClosed)
    expect(await stop(child, 'SIGTERM')).toBe(0)
    await Promise.all(closed)
    expect(out.text).toContain('"msg":"stopped"')
  })

  it('stops over a connection that only now begins its handshake', async () => {
    const child = start(writeFiles(await authority.issue(['localhost'])))
    const out = output(child)
    const socket = connect(await listening(child), '127.0.0.1').on('error', () => {})
    await once(socket, 'connect')
    child.kill('SIGTERM')
    await written(child, out, /"msg":"stopping"/)
    connectSecurely({ socket, ca: authority.ca, servername: 'localhost' }).on('error', () => {})
    const [code] = child.exitCode === null ? await once(child, 'close') : [child.exitCode]
    expect(code).toBe(0)
  })

  it('warns of an expired one, and starts', async () => {
    const child = start(writeFiles(await authority.issue(['localhost'], -1)))
    const out = output(child)
    await listening(child)
    await written(child, out, /"level":40.*TLS_CERT ended on/)
    expect(await stop(child, 'SIGTERM')).toBe(0)
  })

  it('needs no proxy to be reached from other machines', async () => {
    const child = start({ HOST: '0.0.0.0', ...writeFiles(await authority.issue(['localhost'])) })
    const out = output(child)
    await written(child, out, /"address":"https:[^"]*","msg":"started"/)
    expect(out.text).not.toContain('plain HTTP')
  })
})

it('stops at once where clients sent many requests ahead and left', async () => {
  const child = start()
  const port = await listening(child)
  const sockets = await Promise.all(
    [1, 2, 3].map(async () => {
      const socket = connect(port, '127.0.0.1').on('error', () => {})
      await once(socket, 'connect')
      socket.write('GET /recordings HTTP/1.1\r\nhost: x\r\n\r\n'.repeat(60))
      return socket
    }),
  )
  await Promise.all(sockets.map((socket) => once(socket, 'readable')))
  for (const socket of sockets) socket.destroy()
  expect(await stop(child, 'SIGTERM')).toBe(0)
})

describe('metrics', () => {
  it('are answered at their own address, also while the host stops, and hold back no stop', async () => {
    const store = await testStore(
      Array.from({ length: 20_000 }, (_, index) => ({ remotePartyNumber: `+39${index}` })),
      testUsers,
    )
    const child = start({ DATA_DIR: store.dataDir, METRICS_PORT: '0' })
    const out = output(child)
    const port = await listening(child)
    const metricsPort = Number(
      /"address":"http:\/\/127\.0\.0\.1:(\d+)\/metrics","msg":"metrics"/.exec(out.text)?.[1],
    )
    expect(await exchange(port, rawGet('/metrics'))).toContain('HTTP/1.1 404')
    const scraped = await exchange(metricsPort, rawGet('/metrics'))
    expect(scraped).toContain(
      'recordings_http_request_duration_seconds_count{method="GET",route="/*",status="404"} 1',
    )
    expect(scraped).toContain('\nrecordings_audit_writable 1\n')
    expect(scraped).toMatch(
      /^recordings_build_info\{version="\d+\.\d+\.\d+",node="v[\d.]+",source="store"\} 1$/m,
    )
    for (const [, name = '', help] of scraped.matchAll(/^# HELP recordings_(\w+) (.*)$/gm))
      expect(help).not.toBe(name.replaceAll('_', ' '))
    const idle = connect(metricsPort, '127.0.0.1').on('error', () => {})
    await once(idle, 'connect')
    const socket = await askForMuch(port)
    child.kill('SIGTERM')
    await written(child, out, /"msg":"stopping"/)
    expect(await exchange(metricsPort, rawGet('/metrics'))).toContain(
      '\nrecordings_http_requests_in_flight 1\n',
    )
    socket.resume()
    const [[code]] = (await Promise.all([once(child, 'close'), whenClosed(idle)])) as [[unknown], unknown]
    expect(code).toBe(0)
    store.remove()
  })

  it('name their variable where their address is none of this machine', async () => {
    const ended = await fail({ METRICS_PORT: '192.0.2.1:9464' })
    expectClear(ended)
    expect(ended.err).toContain('METRICS_PORT=192.0.2.1:9464 is not an address of this machine')
  })

  it('name their variable where their port is in use', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo
    const ended = await fail({ METRICS_PORT: String(port) })
    other.close()
    expectClear(ended)
    expect(ended.err).toContain(`Port ${port} on 127.0.0.1 is in use.`)
    expect(ended.err).toContain(`Example: METRICS_PORT=127.0.0.1:${port === 65_535 ? port - 1 : port + 1}`)
  })
})

describe('--print-config', () => {
  it('prints and ends, and starts nothing', async () => {
    const key = Buffer.alloc(32, 'k').toString('base64')
    const child = start({ DATA_DIR: join(folder.dataDir, 'x'), HOST_KEY: key }, ['--print-config'])
    const [printed, [code]] = await Promise.all([text(child.stdout), once(child, 'close')])
    expect(code).toBe(0)
    expect(printed).toMatch(/^PORT +set +0$/m)
    expect(printed).toMatch(/^HOST_KEY +set +\(set\)$/m)
    expect(printed).not.toContain(key)
    expect(existsSync(join(folder.dataDir, 'x'))).toBe(false)
  })

  it('ends quietly if nobody reads the output', async () => {
    const child = start({}, ['--print-config'])
    child.stdout.destroy()
    const [err, [code]] = await Promise.all([text(child.stderr), once(child, 'close')])
    expect([err, code]).toEqual(['', 0])
  })

  it('names the faults instead, with the code of a failure', async () => {
    const ended = await fail({ RECORDER_ULR: 'x', LOGIN_FAILURES: 'x' }, ['--print-config'])
    expectClear(ended)
    expect(ended.err).toMatch(/\n {2}LOGIN_FAILURES takes .*\n {2}RECORDER_ULR is unknown/)
  })

  it('takes no other argument beside it: the usage is told', async () => {
    const ended = await fail({}, ['--print-config', 'x'])
    expectClear(ended)
    expect(ended.err).toContain('--print-config x are unknown.')
    expect(ended.err).toContain('Usage: npm start -- [--print-config | --version]')
  })
})

it('the log reports the start, the stop and every request, and never a number, a name or a query', async () => {
  const store = await testStore([{ remotePartyNumber: '+390551234567' }], testUsers)
  const child = start({ DATA_DIR: store.dataDir, LOG_LEVEL: 'debug' })
  const out = output(child)
  const port = await listening(child)
  const filters = [
    'remotePartyNumber=contains:%2B390551234567',
    // More digits in a row than a port, a time or a request's id has, so none matches by chance.
    'localPartyNumber=49891234567890',
    'ownerUsername=mrossi',
  ]
  for (const filter of filters) {
    await exchange(port, rawGet(`${RECORDINGS}?${filter}&pageSize=5`, basic('supervisor')))
  }
  await exchange(port, rawGet(`${RECORDINGS}?startTime=mrossi`, basic('supervisor')))
  await exchange(port, rawGet(`/recordings?${filters.join('&')}`))
  const refused = await exchange(port, rawGet(RECORDINGS, basic('supervisor', 'Hunter2')))
  await exchange(port, rawGet(`${RECORDINGS}/mrossi/Media`, { cookie: 'rc=mrossi' }))
  expect(await stop(child, 'SIGTERM')).toBe(0)
  const lines = out.text.trimEnd().split('\n')
  expect(lines.join('\n')).not.toMatch(
    /390551234567|49891234567890|mrossi|supervisor|Hunter2|contains|pageSize|startTime/,
  )
  const read = lines.map((line) => JSON.parse(line) as Record<string, unknown>)
  expect(read.find(({ msg }) => msg === 'started')).toMatchObject({
    version: expect.stringMatching(/^\d+\.\d+\.\d+/),
    node: process.version,
    source: 'store',
    address: `http://127.0.0.1:${port}/`,
  })
  expect(read.filter(({ msg }) => msg === 'answered')).toHaveLength(filters.length + 4)
  const { requestId } = JSON.parse(refused.slice(refused.indexOf('{'))) as { requestId: string }
  expect(read.find(({ reqId }) => reqId === requestId)).toMatchObject({
    status: 401,
    route: RECORDINGS,
    method: 'GET',
    ms: expect.any(Number),
  })
  expect(read.slice(-3).map(({ msg }) => msg)).toEqual(['stopping', 'audit head', 'stopped'])
  store.remove()
})
