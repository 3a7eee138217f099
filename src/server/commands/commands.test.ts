/**
 * The commands, called in this process, or run in their own where necessary. The worker threads run compiled, as in
 * production.
 */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setImmediate } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import Sqlite from 'better-sqlite3'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startRecorder } from '../../testing/recorder/recorder.ts'
import { openAuditLog } from '../audit/audit-log.ts'
import { readHeadsFile } from '../audit/head.ts'
import { auditKeys } from '../audit/keys.ts'
import { linesOf, testEvent } from '../../testing/audit.ts'
import { verifyLog } from '../audit/verify.ts'
import { ownAttempts } from '../auth/attempt-memory.ts'
import { openSessionFile } from '../auth/session-file.ts'
import { openSessions, type Sessions } from '../auth/sessions.ts'
import { keepTries } from '../auth/tries.ts'
import { call, type CommandEnd } from '../../testing/call-command.ts'
import { compiledHost } from '../../testing/compiled.ts'
import { readHostKey } from '../process/host-key.ts'
import { openRecorderSource } from '../sources/recorder/recorder-source.ts'
import type { Principal } from '../sources/source.ts'
import { databaseFile, openForReading } from '../sources/sqlite/database.ts'
import { openSqliteSource } from '../sources/sqlite/sqlite-source.ts'
import { NOON_MS } from '../../testing/clock.ts'
import { testHostKey } from '../../testing/compose.ts'
import { importCommand } from './import.ts'
import { userCommand } from './user.ts'
import { temporaryFolder, testGuid, testStore, type TestStore } from '../../testing/store.ts'

const nowMs = (): number => NOON_MS
/** The folder of the compiled host. */
let compiled: string
beforeAll(async () => {
  compiled = join(await compiledHost(), 'host')
}, 120_000)

let folder: TestStore
beforeEach(() => {
  folder = temporaryFolder()
})
afterEach(() => folder.remove())

function start(
  command: 'import' | 'user',
  more: Readonly<Record<string, string>>,
  ...args: string[]
): ChildProcessWithoutNullStreams {
  const env = { ...process.env, DATA_DIR: folder.dataDir, ...more }
  return spawn(process.execPath, [join(compiled, 'server', 'commands', `${command}.js`), ...args], { env })
}

async function end(child: ChildProcessWithoutNullStreams): Promise<CommandEnd> {
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  return { code: code as number | null, out, err }
}

/** Runs the command as an operator does. */
function runProcess(
  command: 'import' | 'user',
  args: string[],
  input = '',
  more: Readonly<Record<string, string>> = {},
): Promise<CommandEnd> {
  const child = start(command, more, ...args)
  // A command that fails early does not read its input.
  child.stdin.on('error', () => {})
  child.stdin.end(input)
  return end(child)
}

/** The user of each token's session, if that has not ended. */
const usersOf = (sessions: Sessions, tokens: readonly string[]) =>
  Promise.all(tokens.map(async (token) => (await sessions.find(token))?.username))

const addAs = (name: string, env: Readonly<Record<string, string>>): Promise<CommandEnd> =>
  runProcess('user', ['add', name, '--role', 'base', '--password-stdin'], 'a long secret\n', env)

/** Runs the command in this process. */
function run(command: 'import' | 'user', args: string[], input = ''): Promise<CommandEnd> {
  const how = { env: { ...process.env, DATA_DIR: folder.dataDir }, input }
  return command === 'user' ? call(userCommand, args, how) : call(importCommand, args, how)
}

const line = (n: number): string =>
  JSON.stringify({
    id: testGuid(n),
    referenceNumber: String(n),
    startTime: '2026-11-23T08:30:00Z',
    duration: 'PT5S',
    direction: 1,
    remotePartyNumber: `+39${n}`,
  })
const lines = (count: number): string => Array.from({ length: count }, (_, n) => `${line(n + 1)}\n`).join('')

function stored(): number {
  const db = openForReading(folder.dataDir)
  expect(db.pragma('integrity_check', { simple: true })).toBe('ok')
  const count = db.prepare('SELECT count(*) FROM recordings').pluck().get()
  db.close()
  return Number(count)
}

/** Whether another connection is writing to the store. */
function isLocked(): boolean {
  const db = new Sqlite(databaseFile(folder.dataDir), { timeout: 0 })
  try {
    db.exec('BEGIN IMMEDIATE; ROLLBACK')
    return false
  } catch {
    return true
  } finally {
    db.close()
  }
}

describe('npm run import', () => {
  it('loads a file and says so in one line', async () => {
    const file = join(folder.dataDir, 'calls.ndjson')
    writeFileSync(file, lines(3))
    expect(await runProcess('import', [file])).toEqual({
      code: 0,
      out: expect.stringMatching(/^Imported: 3 added, 0 updated; [^\n]* recordings a second\.\n$/) as string,
      err: 'Nobody may sign in yet: npm run user -- add NAME --role manager\n',
    })
    expect(await run('import', ['-', '--skip-bad'], `${lines(4)}nonsense`)).toMatchObject({
      code: 0,
      out: expect.stringContaining('1 added, 3 updated, 1 left out') as string,
      err: expect.stringMatching(/^Left out: line 5: is not JSON/) as string,
    })
    expect(stored()).toBe(4)
  })

  it.each([
    [['none.json'], 1, /^There is no file none\.json[^\n]*\n$/],
    [['.'], 1, /^\. cannot be read[^\n]*\n$/],
    [[], 2, /Name exactly one FILE\.\n\nUsage/],
    [['a', 'b'], 2, /Name exactly one FILE/],
    [['a', '--format', 'xml'], 2, /--format cannot be “xml”/],
    [['a', '--dates', 'ymd'], 2, /--dates cannot be “ymd”: it takes dmy or mdy/],
    [['a', '--tz', 'Europe/Atlantis'], 2, /--tz cannot be “Europe\/Atlantis”/],
    [['a', '--fromat', 'csv'], 2, /--fromat[^]*Usage/],
    [['-'], 1, /standard input: line 1: .*Nothing was imported/],
  ])('with %j ends with %i and says why', async (args, expected, message) => {
    const { code, out, err } = await run('import', args, '{"id":"x"}')
    expect({ code, out }).toEqual({ code: expected, out: '' })
    expect(err).toMatch(message)
  })

  it.each([
    ['SIGINT', 130],
    ['SIGKILL', null],
  ] as const)('leaves the store as it was after %s', async (signal, code) => {
    await run('import', ['-'], line(999_999))
    const child = start('import', {}, '-')
    const ended = end(child)
    // This is more than the buffers between the processes hold, and standard input stays open.
    child.stdin.on('error', () => {})
    await new Promise((written) => child.stdin.write(lines(5000), written))
    while (!isLocked()) await setImmediate()
    child.kill(signal)
    expect((await ended).code).toBe(code)
    expect(isLocked()).toBe(false)
    expect(stored()).toBe(1)
    expect(await run('import', ['-'], lines(2))).toMatchObject({ code: 0 })
    expect(stored()).toBe(3)
  })
})

async function userWith(username: string, password: string) {
  const source = await openSqliteSource({ dataDir: folder.dataDir, workers: 0 })
  const user = await source.authenticate(username, password)
  await source.close()
  return user
}

describe('npm run user', () => {
  it('adds, lists, changes and removes', async () => {
    const add = ['add', 'MRossi', '--role', 'supervisor', '--leads', 'Sales, Support', '--group', 'Sales']
    const names = ['--first-name', 'Maria', '--last-name', 'Rossi', '--password-stdin']
    expect(await runProcess('user', [...add, ...names], 'correct horse\n')).toEqual({
      code: 0,
      out: 'Added MRossi (supervisor).\n',
      err: '',
    })
    expect(await userWith('mrossi', 'correct horse')).toMatchObject({
      displayName: 'Maria Rossi',
      scope: { kind: 'groups', groups: ['Sales', 'Support'] },
    })
    expect((await run('user', ['list'])).out).toMatch(
      /^USERNAME .*\nMRossi +supervisor +Sales +Sales, Support +Maria Rossi\n$/,
    )
    expect(await run('user', ['passwd', 'mrossi', '--password-stdin'], 'battery staple\r\n')).toMatchObject({
      code: 0,
    })
    expect(await userWith('mrossi', 'correct horse')).toBeNull()
    expect(await userWith('mrossi', 'battery staple')).not.toBeNull()
    expect(await run('user', ['remove', 'MROSSI'])).toMatchObject({ code: 0 })
    expect(await userWith('mrossi', 'battery staple')).toBeNull()
    expect((await run('user', ['list'])).out).toMatch(/There are no accounts/)
  })

  it.each([
    [[], 2, /Name a command: add, [^]*Usage/],
    [['chown'], 2, /There is no command chown/],
    [['add'], 2, /Give their NAME/],
    [['add', 'a:b', '--role', 'base'], 2, /cannot contain a colon/],
    [['add', 'a'], 2, /--role takes one of none, base, supervisor, manager/],
    [['add', 'a', '--role', 'king'], 2, /--role takes one of/],
    [['add', 'a', '--role', 'supervisor', '--password-stdin'], 2, /name them with --leads/],
    [['add', 'a', '--role', 'base', '--leads', 'G'], 2, /--leads is for the role supervisor/],
    [['add', 'a', '--role', 'base', '--password-stdin'], 1, /The password is empty/],
    [['add', 'a', '--role', 'base'], 2, /no terminal .* use --password-stdin/],
    [['add', 'taken', '--role', 'base', '--password-stdin'], 1, /taken has an account already/],
    [['add', 'a', 'b', '--role', 'base'], 2, /Too many names: b/],
    [['passwd', 'nobody', '--password-stdin'], 1, /There is no account nobody/],
    [['remove', 'nobody'], 1, /There is no account nobody/],
    [['list', '--rol', 'x'], 2, /--rol[^]*Usage/],
    [['set', 'taken'], 2, /Name what to change: --role, --group/],
    [['set', 'taken', '--role', 'king'], 2, /--role takes one of/],
    [['set', 'taken', '--role', 'supervisor'], 2, /name them with --leads/],
    [['set', 'taken', '--leads', 'G'], 2, /--leads is for the role supervisor/],
    [['set', 'taken', '--group', 'Nowhere'], 1, /There is no group “Nowhere”\. The store has no groups yet/],
    [['set', 'nobody', '--role', 'base'], 1, /There is no account nobody/],
  ])('with %j ends with %i and says why', async (args, expected, message) => {
    folder.remove()
    folder = await testStore([], [{ username: 'taken', role: 'base', password: 'x' }])
    const { code, out, err } = await run('user', args, '\n')
    expect({ code, out }).toEqual({ code: expected, out: '' })
    expect(err).toMatch(message)
  })

  it('sets rights, groups and names, and keeps the password and what is not named', async () => {
    const add = ['add', 'MRossi', '--role', 'supervisor', '--leads', 'Sales, Support', '--group', 'Sales']
    await run('user', [...add, '--first-name', 'Maria', '--password-stdin'], 'correct horse\n')
    const set = (...args: string[]) => run('user', ['set', 'mrossi', ...args])
    const listed = async () => (await run('user', ['list'])).out.split('\n')[1]

    expect(await set('--leads', 'support', '--last-name', 'Rossi')).toEqual({
      code: 0,
      out: 'Changed MRossi (supervisor).\n',
      err: '',
    })
    expect(await listed()).toMatch(/^MRossi +supervisor +Sales +Support +Maria Rossi$/)
    expect((await set('--leads', 'Slaes')).err).toMatch(
      /no group “Slaes”\. The store has Sales, Support; .* Nothing/,
    )
    await set('--role', 'base', '--group', '', '--first-name', '')
    expect(await listed()).toMatch(/^MRossi +base +Rossi$/)
    await set('--group', 'Support')
    expect(await listed()).toMatch(/^MRossi +base +Support +Rossi$/)
    expect(await userWith('mrossi', 'correct horse')).toMatchObject({ role: 'base', scope: { kind: 'own' } })
    const told = linesOf(auditFile()).map(({ action, outcome }) => [action, outcome])
    const changed = ['account_changed', 'ok']
    expect(told).toEqual([['account_added', 'ok'], changed, ['account_changed', 'failed'], changed, changed])
  })

  it('sets rights that a running host obeys at once, and ends sessions only where they are narrower', async () => {
    const add = ['add', 'ann', '--role', 'supervisor', '--leads', 'Sales,Support', '--password-stdin']
    await run('user', add, 'correct horse\n')
    const source = await openSqliteSource({ dataDir: folder.dataDir, workers: 0 })
    const file = join(folder.dataDir, 'sessions.db')
    const sessions = openSessions({ rows: openSessionFile(file), nowMs, hostKey: testHostKey })
    /** The viewer of a request with the session's cookie. */
    const viewer = async (token: string) => {
      const session = await sessions.find(token)
      const principal = session && (await source.principal(session.username))
      return principal?.stamp === session?.stamp ? principal : null
    }
    const open = async (): Promise<string> => {
      const principal = await source.authenticate('ann', 'correct horse')
      return principal ? sessions.open(principal) : ''
    }
    const kept = await open()
    expect((await run('user', ['set', 'ann', '--role', 'manager'])).out).toBe('Changed ann (manager).\n')
    expect(await viewer(kept)).toMatchObject({ role: 'manager', scope: { kind: 'all' } })
    expect((await run('user', ['set', 'ann', '--group', 'Sales'])).out).toBe('Changed ann (manager).\n')
    expect(await viewer(kept)).toMatchObject({ role: 'manager' })

    const narrower = [
      ['--role', 'supervisor', '--leads', 'Sales,Support'],
      ['--leads', 'SALES'],
      ['--role', 'base'],
      ['--role', 'none'],
    ]
    for (const flags of narrower) {
      const token = await open()
      expect((await run('user', ['set', 'ann', ...flags])).out).toMatch(/ Ended \d sessions? of ann\.\n$/)
      expect(await viewer(token)).toBeNull()
    }
    expect(await viewer(kept)).toBeNull()
    const wider = await open()
    await run('user', ['set', 'ann', '--role', 'base'])
    expect(await viewer(wider)).toMatchObject({ role: 'base', scope: { kind: 'own' } })
    await sessions.close()
    await source.close()
  })

  it('prints its release, and does not mind a reader that leaves', async () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }
    expect(await run('user', ['--version'])).toEqual({ code: 0, out: `${version}\n`, err: '' })
    await run('user', ['add', 'ann', '--role', 'base', '--password-stdin'], 'correct horse\n')
    const child = start('user', {}, 'list')
    child.stdout.destroy()
    const [err, [code]] = await Promise.all([text(child.stderr), once(child, 'close')])
    expect([code, err]).toEqual([0, ''])
  })

  it('signs out one user or all, beside a running host and without a store', async () => {
    const file = join(folder.dataDir, 'sessions.db')
    const none = await run('user', ['sign-out', 'mrossi'])
    expect(none).toMatchObject({
      code: 1,
      err: `There is no sessions.db in ${folder.dataDir}. Set DATA_DIR to the host's folder.\n`,
    })
    const sessions = openSessions({ rows: openSessionFile(file), nowMs, hostKey: testHostKey })
    const open = (username: string): Promise<string> =>
      sessions.open({ username, displayName: null, role: 'base', scope: { kind: 'own' }, stamp: '' })
    const tokens = await Promise.all(['mrossi', 'MRossi', 'CORP\\mrossi', 'ada'].map(open))
    const known = () => usersOf(sessions, tokens)
    expect(await run('user', ['sign-out', 'Mrossi'])).toEqual({
      code: 0,
      out: 'Ended 2 sessions of Mrossi.\n',
      err: '',
    })
    expect(await known()).toEqual([undefined, undefined, 'CORP\\mrossi', 'ada'])
    expect((await run('user', ['sign-out', 'nobody'])).out).toBe('Ended 0 sessions of nobody.\n')
    expect((await run('user', ['sign-out', '--all', 'ada'])).err).toMatch(
      /Give a NAME or --all, not both: ada/,
    )
    expect((await run('user', ['sign-out'])).err).toMatch(/Give their NAME/)
    expect((await run('user', ['sign-out', '--all'])).out).toBe('Ended 2 sessions, of everybody.\n')
    expect(await known()).toEqual([undefined, undefined, undefined, undefined])
    await sessions.close()
    expect(existsSync(databaseFile(folder.dataDir))).toBe(false)
  })

  it('signs out an account in all its spellings, in front of a recorder', async () => {
    const people = ['mrossi', 'CORP\\mrossi', 'ada'].map(
      (username) => ({ username, password: 'demo', may: 'own' }) as const,
    )
    const recorder = await startRecorder({ users: people, recordings: [] })
    const spoolFolder = join(folder.dataDir, 'spool')
    const tries = keepTries(ownAttempts({ failures: 4, nowMs, kept: null }), nowMs)
    const options = { url: recorder.url, ca: null, remoteParameter: 'auto', tries, spoolFolder } as const
    const relay = openRecorderSource(options)
    const file = join(folder.dataDir, 'sessions.db')
    const sessions = openSessions({ rows: openSessionFile(file), nowMs, hostKey: testHostKey })
    const told = {
      MROSSI: 'CORP\\mrossi',
      'corp\\mrossi': 'mrossi',
      'mrossi@corp.example': 'mrossi, CORP\\mrossi',
    }
    for (const [name, others] of Object.entries(told)) {
      const tokens: string[] = []
      for (const { username, password } of people) {
        const principal = await relay.authenticate(username, password)
        if (principal) tokens.push(await sessions.open(principal))
      }
      const { out } = await run('user', ['sign-out', name])
      expect(out).toMatch(/^Ended 2 sessions of /)
      expect(
        out
          .replace(/.*: |\.\n/g, '')
          .split(', ')
          .toSorted(),
      ).toEqual(others.split(', ').toSorted())
      expect(await usersOf(sessions, tokens)).toEqual([undefined, undefined, 'ada'])
    }
    await sessions.close()
    await relay.close()
    await recorder.stop()
  })

  it.each(['user', 'import'] as const)('%s writes for nobody else, whatever the umask', async (command) => {
    const dataDir = join(folder.dataDir, 'new')
    const args = command === 'user' ? ['add', 'a', '--role', 'base', '--password-stdin'] : ['-']
    const child = spawn(
      'sh',
      [
        '-c',
        'umask 0 && exec "$@"',
        'sh',
        process.execPath,
        join(compiled, 'server', 'commands', `${command}.js`),
        ...args,
      ],
      { env: { ...process.env, DATA_DIR: dataDir } },
    )
    child.stdin.end(command === 'user' ? 'a long password of one\n' : line(1))
    expect(await end(child)).toMatchObject({ code: 0 })
    expect(statSync(dataDir).mode & 0o777).toBe(0o700)
    expect(statSync(databaseFile(dataDir)).mode & 0o777).toBe(0o600)
  })

  it.each([
    ['seven77', /Use at least 8 characters for the password\. Nothing was changed\./],
    ['Sunshine1', /among the commonest/],
    ['PASSWORD', /among the commonest/],
    ['MariaRossi', /not the username/],
    ['x'.repeat(257), /at most 256 characters/],
  ])('does not set the password %s', async (password, message) => {
    folder.remove()
    folder = await testStore([], [{ username: 'mariarossi', role: 'base', password: 'x' }])
    for (const command of [
      ['passwd', 'MariaRossi'],
      ['add', 'new', '--role', 'base'],
    ]) {
      if (command[0] === 'add' && password === 'MariaRossi') continue
      const { code, err } = await run('user', [...command, '--password-stdin'], `${password}\n`)
      expect(code).toBe(1)
      expect(err).toMatch(message)
    }
    expect(await userWith('mariarossi', 'x')).not.toBeNull()
    expect((await run('user', ['list'])).out).not.toMatch(/new/)
  })

  it('does not make a store to list no accounts', async () => {
    expect(await run('user', ['list'])).toMatchObject({
      code: 1,
      err: expect.stringMatching(/There is no store/) as string,
    })
    expect(existsSync(databaseFile(folder.dataDir))).toBe(false)
  })
})

const auditFile = (): string => join(folder.dataDir, 'audit.log')

describe('the audit log', () => {
  const lineOf = { user: `terminal:${userInfo().username}`, address: null, session: null, requestId: null }

  it('has a line for each change of an account and each import, made or failed', async () => {
    const add = ['add', 'ann', '--role', 'base', '--password-stdin']
    for (const args of [add, add, ['passwd', 'ann', '--password-stdin'], ['list'], ['remove', 'ANN']]) {
      await run('user', args, 'a long secret\n')
    }
    await run('import', ['-', '--skip-bad'], `${lines(3)}nonsense`)
    await run('import', ['-'], '{"id":"x"}')
    await run('user', ['chown'])
    const told = linesOf(auditFile())
    expect(told.map(({ action, outcome }) => [action, outcome])).toEqual([
      ['account_added', 'ok'],
      ['account_added', 'failed'],
      ['password_changed', 'ok'],
      ['account_removed', 'ok'],
      ['import', 'ok'],
      ['import', 'failed'],
    ])
    expect(told[3]).toMatchObject({ ...lineOf, account: 'ANN' })
    expect(told[4]).toMatchObject({ ...lineOf, format: 'ndjson', added: 3, updated: 0, skipped: 1 })
    expect(readFileSync(auditFile(), 'utf8')).not.toMatch(/\+39|secret/)
    const heads = await readHeadsFile(join(folder.dataDir, 'audit.heads'))
    const { lines: key } = auditKeys(readHostKey(folder.dataDir))
    expect(await verifyLog(auditFile(), { key, heads })).toMatchObject({
      fault: null,
      sealed: 6,
      isHeld: true,
    })
  })

  it('takes them beside a host that writes at the same time', async () => {
    const host = await openAuditLog({
      file: auditFile(),
      hostKey: readHostKey(folder.dataDir),
      nowMs: Date.now,
    })
    const over = new AbortController()
    const writing = (async () => {
      for (let n = 0; !over.signal.aborted; n += 1) await host.write(testEvent(n, { action: 'play' }))
    })()
    const add = await runProcess(
      'user',
      ['add', 'ann', '--role', 'base', '--password-stdin'],
      'a long secret\n',
    )
    over.abort()
    await writing
    await host.write(testEvent(0, { action: 'play' }))
    expect([add.err, host.finding()]).toEqual(['', null])
    await host.close()
    expect(linesOf(auditFile()).filter(({ action }) => action === 'account_added')).toHaveLength(1)
    expect(await verifyLog(auditFile(), { key: auditKeys(readHostKey(folder.dataDir)).lines })).toMatchObject(
      {
        fault: null,
        torn: [],
      },
    )
  })

  it('carries the host’s name, keeps it, and takes no line of another host', async () => {
    expect(await addAs('ann', { HOST_NAME: 'a' })).toMatchObject({ code: 0 })
    expect(await addAs('bob', {})).toMatchObject({ code: 0, err: '' })
    const refused = await addAs('eve', { HOST_NAME: 'b' })
    expect(refused.code).toBe(1)
    expect(refused.err).toMatch(/audit\.log is the audit log of host a, and this host is b\. Set HOST_NAME=a/)
    expect(linesOf(auditFile()).map(({ host, account }) => [host, account])).toEqual([
      ['a', 'ann'],
      ['a', 'bob'],
    ])
    expect((await run('user', ['list'])).out).not.toContain('eve')
    const heads = await readHeadsFile(join(folder.dataDir, 'audit.heads'))
    expect(new Set(heads.map(({ host }) => host))).toEqual(new Set(['a']))
  })

  it('is opened before anything is changed', async () => {
    const env = { AUDIT_LOG: join(folder.dataDir, 'none', 'audit.log') }
    const add = start('user', env, 'add', 'ann', '--role', 'base', '--password-stdin')
    add.stdin.end('a long secret\n')
    expect(await end(add)).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^The audit log .*none/) as string,
    })
    expect((await run('user', ['list'])).out).toMatch(/There are no accounts/)
    const load = start('import', env, '-')
    load.stdin.on('error', () => {})
    load.stdin.end(lines(1))
    expect(await end(load)).toMatchObject({
      code: 1,
      err: expect.stringMatching(/The audit log .*none/) as string,
    })
    expect(stored()).toBe(0)
  })

  it('says so where the change was made and its line could not be', async () => {
    // Only the log is full: a limit on the file system would stop the store as well.
    symlinkSync('/dev/full', auditFile())
    const add = await run('user', ['add', 'ann', '--role', 'base', '--password-stdin'], 'a long secret\n')
    expect(add).toMatchObject({ code: 1, out: '' })
    expect(add.err).toMatch(/^It was done, but it is not in the audit log .*ENOSPC/)
    expect((await run('user', ['list'])).out).toContain('ann')
  })
})

describe('searches in worker threads', () => {
  const manager: Principal = {
    username: 'm',
    displayName: null,
    role: 'manager',
    scope: { kind: 'all' },
    stamp: '',
  }

  it('answer as those in place do, end early, and end with the source', async () => {
    await run('import', ['-'], lines(2500))
    const file = pathToFileURL(join(compiled, 'server', 'sources', 'sqlite', 'sqlite-source.js')).href
    const module = (await import(/* @vite-ignore */ file)) as { openSqliteSource: typeof openSqliteSource }
    const threaded = await module.openSqliteSource({ dataDir: folder.dataDir })
    const inPlace = await openSqliteSource({ dataDir: folder.dataDir, workers: 0 })
    const { signal } = new AbortController()

    const paging = { page: 3, pageSize: 7 }
    const search = { remotePartyNumber: { op: 'contains', text: '9' } } as const
    const wanted = await inPlace.list(search, paging, manager, signal)
    const many = Array.from({ length: 20 }, () =>
      threaded.list(search, paging, manager, new AbortController().signal),
    )
    for (const answer of await Promise.all(many)) expect(answer).toEqual(wanted)

    const walk = await threaded.listAll({}, manager, signal)
    const ids: string[] = []
    for await (const { id } of walk.recordings) ids.push(id)
    expect(ids).toEqual(Array.from({ length: 2500 }, (_, n) => testGuid(2500 - n)))
    expect(walk.totalCount).toBe(2500)

    const leaving = new AbortController()
    const half = await threaded.listAll({}, manager, leaving.signal)
    const left = [1, 2, 3, 4, 5].map(() => threaded.list(search, paging, manager, leaving.signal))
    leaving.abort(new Error('left'))
    expect((await Promise.allSettled(left)).map(({ status }) => status)).toEqual(left.map(() => 'rejected'))
    await expect(left[0]).rejects.toThrow('left')
    const reading = (async () => {
      for await (const row of half.recordings) expect(row).toBeUndefined()
    })()
    await expect(reading).rejects.toThrow('left')
    for await (const row of (await threaded.listAll({}, manager, signal)).recordings) {
      expect(row.id).toBe(testGuid(2500))
      break
    }
    expect((await threaded.list({}, paging, manager, signal)).totalCount).toBe(2500)
    await threaded.close()
    await inPlace.close()
  })

  it('keep no user waiting for all searches of another', async () => {
    await run('import', ['-'], lines(2500))
    const file = pathToFileURL(join(compiled, 'server', 'sources', 'sqlite', 'sqlite-source.js')).href
    const module = (await import(/* @vite-ignore */ file)) as { openSqliteSource: typeof openSqliteSource }
    const source = await module.openSqliteSource({ dataDir: folder.dataDir })
    const paging = { page: 0, pageSize: 50 }
    const scan = { remotePartyNumber: { op: 'contains', text: '9' } } as const
    const ask = (username: string) =>
      source.list(scan, paging, { ...manager, username }, new AbortController().signal)
    // The thread has started.
    await ask('ann')

    let left = 60
    const many = Array.from({ length: left }, () => ask('ann').finally(() => (left -= 1)))
    await ask('bob')
    expect(left).toBeGreaterThan(many.length - 5)
    await Promise.all(many)
    await source.close()
  })
})
