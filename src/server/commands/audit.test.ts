/** `npm run audit` over a host's real log: once in its own process, otherwise called in this one. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openAuditLog } from '../audit/audit-log.ts'
import type { AuditEvent } from '../audit/event.ts'
import { writeHead, type Head } from '../audit/head.ts'
import { linesOf, testEvent, testFolder, type TestFolder } from '../../testing/audit.ts'
import { call, type CommandEnd } from '../../testing/call-command.ts'
import { compiledHost } from '../../testing/compiled.ts'
import { readHostKey } from '../process/host-key.ts'
import { auditCommand } from './audit.ts'

let folder: TestFolder
beforeEach(() => {
  folder = testFolder()
})
afterEach(() => folder.remove())

const DAY_MS = 86_400_000

/** Writes one line a day from 1 November 2026, 12:00 UTC. @param heads the file for the heads, if any. */
async function writeDays(events: readonly AuditEvent[], heads = ''): Promise<void> {
  let atMs = Date.parse('2026-11-01T12:00:00Z')
  const hostKey = readHostKey(folder.path)
  const keep = (head: Head): void => appendFileSync(heads, `${writeHead(head)}\n`)
  const log = await openAuditLog({
    file: folder.file,
    hostKey,
    nowMs: () => atMs,
    keep: heads ? keep : () => {},
  })
  for (const event of events) {
    await log.write(event)
    atMs += DAY_MS
  }
  await log.close()
}

const days = (count: number): AuditEvent[] => Array.from({ length: count }, (_, n) => testEvent(n + 1))

type Env = Readonly<Record<string, string>>

const envOf = (more: Env) => ({
  ...process.env,
  DATA_DIR: folder.path,
  AUDIT_LOG: '',
  AUDIT_SINK: '',
  HOST_NAME: '',
  HOST_KEY: '',
  ...more,
})

/** Runs the command in this process. */
const run = (args: readonly string[], more: Env = {}): Promise<CommandEnd> =>
  call(auditCommand, args, { env: envOf(more) })

/** Runs the command as an operator does. */
async function runProcess(args: readonly string[]): Promise<CommandEnd> {
  const program = join(await compiledHost(), 'host', 'server', 'commands', 'audit.js')
  const child = spawn(process.execPath, [program, ...args], { env: envOf({}) })
  child.stdin.end()
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  return { code: code as number | null, out, err }
}

describe('npm run audit -- verify', () => {
  it('says how many lines, from when to when, and the last hash', async () => {
    await writeDays(days(3))
    const { code, out, err } = await runProcess(['verify'])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toContain('audit.log: 3, from 2026-11-01T12:00:00.000Z to 2026-11-03T12:00:00.000Z.')
    expect(out).toMatch(/Last hash: [0-9a-f]{64}\n/)
    expect(out).toMatch(/The chain holds\..*cut off at the beginning or the end.*--last HASH/)
    const hash = /Last hash: (\w+)/.exec(out)?.[1] ?? ''
    expect(await run(['verify', folder.file, '--last', hash.toUpperCase()])).toMatchObject({ code: 0 })
    expect(await run(['verify', '--last', 'f'.repeat(64)])).toMatchObject({
      code: 1,
      out: expect.stringContaining('lines at the end were removed') as string,
    })
    const named = await run(['verify'], { AUDIT_LOG: folder.file, DATA_DIR: '/nowhere' })
    expect(named).toMatchObject({ code: 0 })
  })

  it('names the first line that was touched', async () => {
    await writeDays(days(4))
    writeFileSync(folder.file, readFileSync(folder.file, 'utf8').replace('"count":2', '"count":3'))
    const { code, out } = await run(['verify'])
    expect(code).toBe(1)
    expect(out).toContain('The chain is broken: line 2 carries a MAC that is not of this key')
  })

  it('names what was torn and lost without calling it a forgery, and what a file follows', async () => {
    await writeDays(days(2))
    appendFileSync(folder.file, '{"n":3,"pr')
    await writeDays(days(1))
    const whole = await run(['verify'])
    expect(whole).toMatchObject({ code: 0, out: expect.stringContaining('Torn: line 3.') as string })
    const [first, ...others] = readFileSync(folder.file, 'utf8').split('\n')
    writeFileSync(folder.file, others.join('\n'))
    const { prev } = JSON.parse(others[0] ?? '') as { prev: string }
    const after = await run(['verify', '--after', prev])
    expect(after.code).toBe(0)
    expect(after.out).toContain(`It follows line 1 of another file, with the hash ${prev}.`)
    writeFileSync(folder.file, `${first}\n`)
    expect(await run(['verify', '--after', prev])).toMatchObject({ code: 1 })
  })
})

const sink = (): string => join(folder.path, 'audit.heads')
const cut = (): void => {
  const lines = readFileSync(folder.file, 'utf8').split('\n')
  writeFileSync(folder.file, `${lines.slice(0, 2).join('\n')}\n`)
}

describe('npm run audit -- verify, with heads', () => {
  it('takes them from the configured file, from another, or from a log', async () => {
    await writeDays(days(3), sink())
    expect(await run(['verify'])).toMatchObject({
      code: 0,
      out: expect.stringContaining('The chain holds. Held against 2 heads in') as string,
    })
    cut()
    const missing = /The chain is broken: line 3 is missing: the file ends with number 2, .* kept number 3/
    expect(await run(['verify'])).toMatchObject({ code: 1, out: expect.stringMatching(missing) as string })
    const log = join(folder.path, 'host.log')
    const told = readFileSync(sink(), 'utf8')
      .replaceAll('{', '{"level":30,')
      .replaceAll('}', ',"msg":"audit head"}')
    writeFileSync(log, `Metrics: on\n${told}`)
    rmSync(sink())
    expect(await run(['verify'])).toMatchObject({
      code: 0,
      out: expect.stringContaining('There are no heads to check the log against.') as string,
    })
    for (const env of [{ AUDIT_SINK: log }, { AUDIT_SINK: 'tcp://127.0.0.1:1' }]) {
      const read = await run(['verify', '--heads', log], env)
      expect(read).toMatchObject({ code: 1, out: expect.stringMatching(missing) as string })
    }
    expect(await run(['verify'], { AUDIT_SINK: log })).toMatchObject({ code: 1 })
  })

  it('reports a missing log', async () => {
    await writeDays(days(3), sink())
    rmSync(folder.file)
    expect(await run(['verify'])).toMatchObject({
      code: 1,
      out: expect.stringMatching(
        /There is no file .*audit\.log, and the host kept the head of line 3/,
      ) as string,
    })
  })

  it('says what it cannot do without the key, and uses no head of another one', async () => {
    await writeDays(days(3), sink())
    rmSync(join(folder.path, 'host.key'))
    const blind = await run(['verify'])
    expect(blind).toMatchObject({ code: 0, out: expect.stringContaining('MACs were not checked') as string })
    const other = await run(['verify'], { HOST_KEY: Buffer.alloc(32, 8).toString('base64') })
    expect(other.code).toBe(1)
    expect(other.out).toMatch(/line 1 carries a MAC that is not of this key/)
    expect(other.out).toContain('2 others there are not of this host’s key and were not used.')
  })
})

describe('npm run audit -- export', () => {
  it('writes CSV of a period and a user', async () => {
    await writeDays(
      days(4)
        .with(2, testEvent(3, { user: 'ANN' }))
        .with(1, testEvent(2, { user: 'bob' })),
    )
    const all = await run(['export'])
    expect(all).toMatchObject({ code: 0, err: '' })
    const [header, ...rows] = all.out.split('\r\n')
    expect(header).toMatch(
      /^n,at,user,address,session,via,action,.*,outcome,lost,account,format,added,updated,skipped,host$/,
    )
    expect(rows).toHaveLength(5)
    expect(rows[0]).toBe('1,2026-11-01T12:00:00.000Z,ann,127.0.0.1,,,search,,,,,,1,,request-1,ok,,,,,,,')
    const some = async (...args: string[]) => {
      const { out } = await run(['export', folder.file, ...args])
      return out
        .split('\r\n')
        .slice(1, -1)
        .map((row) => Number(row.split(',')[0]))
    }
    expect(await some('--user', 'Ann')).toEqual([1, 3, 4])
    expect(await some('--from', '2026-11-02')).toEqual([2, 3, 4])
    expect(await some('--from', '2026-11-02T12:00:00Z', '--to', '2026-11-03T12:00:00Z')).toEqual([2])
    expect(await some('--from', '2026-11-02T13:00:00+01:00', '--to', '2026-11-04')).toEqual([2, 3])
  })

  it('lets no cell be a formula, and keeps what a cell may hold', async () => {
    const users = ['=1+1', '+390551234567', '+39-055', '-1', '@x', '\tx', '\rx', 'a,"b"', "O'Neil"]
    await writeDays(users.map((user, n) => testEvent(n, { user })))
    const { out } = await run(['export'])
    for (const cell of [
      "'=1+1",
      '+390551234567',
      "'+39-055",
      "'-1",
      "'@x",
      "'\tx",
      `"'\rx"`,
      '"a,""b"""',
      "O'Neil",
    ])
      expect(out).toContain(`Z,${cell},127.0.0.1,`)
  })

  it('leaves out what cannot be read, and says so', async () => {
    await writeDays(days(2))
    appendFileSync(folder.file, 'nonsense\n')
    const { code, out, err } = await run(['export'])
    expect([code, out.split('\r\n').length]).toEqual([1, 4])
    expect(err).toMatch(/^Lines left out because they cannot be read: 1\. Run verify\./)
  })
})

const logOf = (host: string): string => join(folder.path, `${host}.log`)

/** Writes a line every so many hours from 1 November 2026, 12:00 UTC, and keeps the heads in the one sink. */
async function writeHours(host: string, hours: readonly number[]): Promise<void> {
  let atMs = 0
  const log = await openAuditLog({
    file: logOf(host),
    hostKey: readHostKey(folder.path),
    host,
    nowMs: () => atMs,
    keep: (head) => appendFileSync(sink(), `${writeHead(head)}\n`),
  })
  for (const hour of hours) {
    atMs = Date.parse('2026-11-01T12:00:00Z') + hour * 3_600_000
    await log.write(testEvent(hour))
  }
  await log.close()
}

describe('npm run audit with the logs of several hosts', () => {
  it('verifies each in a paragraph under its name, and fails if any is broken', async () => {
    await writeHours('a', [1, 2])
    renameSync(logOf('a'), `${logOf('a')}.1`)
    await writeHours('a', [5])
    await writeHours('b', [3, 4])
    const files = [`${logOf('a')}.1`, logOf('a'), logOf('b')]
    const whole = await runProcess(['verify', ...files])
    expect(whole).toMatchObject({ code: 0, err: '' })
    const paragraphs = whole.out.split('\n\n')
    expect(paragraphs.map((told) => told.split('\n')[0])).toEqual([
      `Host a (${files[0]})`,
      `Host a (${files[1]})`,
      `Host b (${files[2]})`,
      'All 3 logs hold.',
    ])
    for (const told of paragraphs.slice(0, 3)) expect(told).toMatch(/The chain holds\. Held against \d heads/)
    const [first] = readFileSync(logOf('b'), 'utf8').split('\n')
    writeFileSync(logOf('b'), `${first}\n`)
    const broken = await run(['verify', ...files, join(folder.path, 'none.log')])
    expect(broken.code).toBe(1)
    expect(broken.out).toMatch(/Host b .*\n[^]*The chain is broken: line 2 is missing/)
    expect(broken.out).toContain(`There is no file ${join(folder.path, 'none.log')}.`)
    expect(broken.out).toMatch(/\nNot whole: host b \(.*b\.log\), .*none\.log\.\n$/)
  })

  it('takes the log of this host for no other', async () => {
    await writeHours('b', [1])
    const { code, out } = await run(['verify'], { AUDIT_LOG: logOf('b'), HOST_NAME: 'a' })
    expect([code, out]).toEqual([1, expect.stringMatching(/line 1 is of host b, and this is the log of a/)])
  })

  it('exports them as one, in the order of time', async () => {
    await writeHours('a', [1, 4, 3])
    await writeHours('b', [2, 6])
    await writeDays(days(1))
    const { code, out } = await run(['export', logOf('b'), logOf('a'), folder.file])
    const rows = out.split('\r\n').slice(1, -1)
    expect(code).toBe(0)
    // The clock of a was set back, and its lines keep their order.
    expect(rows.map((row) => [row.split(',')[12], row.split(',').at(-1)])).toEqual([
      ['1', ''],
      ['1', 'a'],
      ['2', 'b'],
      ['4', 'a'],
      ['3', 'a'],
      ['6', 'b'],
    ])
  })
})

describe('npm run audit -- digest', () => {
  it('says how the log writes a value, so that who searched for it can be found', async () => {
    const search = {
      remotePartyNumber: { op: 'contains', text: '+39055' },
      ownerUsername: { op: 'equals', text: 'MRossi' },
      startTime: { op: 'after', at: Date.parse('2026-11-01T00:00:00Z') },
    } as const
    await writeDays([testEvent(1, { search })])
    const filters = linesOf(folder.file)[0]?.filters as Record<string, string>
    const digest = async (name: string, value: string) => (await run(['digest', name, value])).out.trim()
    expect(filters.remotePartyNumber).toBe(`contains:${await digest('remotePartyNumber', '+39055')}`)
    expect(filters.remotePartyNumber).toBe(`contains:${await digest('remotePartyNumber', 'contains:+39055')}`)
    expect(filters.ownerUsername).toBe(`equals:${await digest('ownerUsername', 'mrossi')}`)
    expect(filters.startTime).toBe(`after:${await digest('startTime', 'after:2026-11-01T01:00:00+01:00')}`)
    expect(await digest('localPartyNumber', '+39055')).not.toBe(await digest('remotePartyNumber', '+39055'))
    const HOST_KEY = readFileSync(join(folder.path, 'host.key'), 'utf8').trim()
    const given = await run(['digest', 'ownerUsername', 'mrossi'], { HOST_KEY, DATA_DIR: '/nowhere' })
    expect(filters.ownerUsername).toBe(`equals:${given.out.trim()}`)
    const HOST_KEY_FILE = join(folder.path, 'host.key')
    expect(await run(['digest', 'ownerUsername', 'mrossi'], { HOST_KEY_FILE, DATA_DIR: '/nowhere' })).toEqual(
      given,
    )
    const other = await run(['digest', 'ownerUsername', 'mrossi'], {
      HOST_KEY: Buffer.alloc(32, 9).toString('base64'),
    })
    expect(other.out).not.toBe(given.out)
  })
})

describe('npm run audit', () => {
  it.each([
    [[], 2, /Name a command: verify, [^]*Usage/],
    [['prune'], 2, /There is no command prune[^]*Usage/],
    [['verify', 'a', 'b', '--last', 'f'.repeat(64)], 2, /--after and --last are for one FILE/],
    [['export', 'none.log', 'b'], 1, /There is no file none\.log\. .*AUDIT_LOG/],
    [['verify', 'none.log'], 1, /There is no file none\.log\. .*AUDIT_LOG/],
    [['verify', '.'], 1, /\. cannot be read \(EISDIR\)/],
    [['verify', '--last', 'x'], 2, /--last takes the 64 hexadecimal digits/],
    [['verify', '--user', 'x'], 2, /--user is not for this command/],
    [['verify', '--heads', 'none.heads'], 1, /There is no file none\.heads/],
    [['export', '--after', 'x'], 2, /--after is not for this command/],
    [['export', '--heads', 'x'], 2, /--heads is not for this command/],
    [['export', '--from', 'yesterday'], 2, /--from takes an ISO-8601 date/],
    [['export', '--to', '2026-02-30'], 2, /--to takes an ISO-8601 date/],
    [['export', '--form', 'x'], 2, /--form[^]*Usage/],
    [['digest', 'number', '1'], 2, /NAME is one of startTime, .*direction/],
    [['digest', 'direction'], 2, /Give one VALUE for direction/],
    [['digest', 'direction', '7'], 2, /direction cannot be “7”/],
    [['digest', 'direction', '1'], 1, /There is no host\.key in .*HOST_KEY/],
  ])('with %j ends with %i and says why', async (args, expected, message) => {
    const { code, out, err } = await run(args)
    expect(code).toBe(expected)
    expect(out.split('\r\n').slice(1).join('')).toBe('')
    expect(err).toMatch(message)
    expect(existsSync(join(folder.path, 'host.key'))).toBe(false)
  })

  it('refuses an invalid sink', async () => {
    const { code, err } = await run(['verify'], { AUDIT_SINK: 'udp://collector:514' })
    expect(code).toBe(1)
    expect(err).toMatch(/^AUDIT_SINK takes the path of a file, or tcp:\/\/ or tls:\/\//)
  })

  it('refuses an invalid name', async () => {
    const { code, err } = await run(['verify'], { HOST_NAME: 'one two' })
    expect([code, err]).toEqual([1, 'HOST_NAME takes up to 63 letters, digits, dots and hyphens.\n'])
  })

  it('refuses an invalid key', async () => {
    const both = { HOST_KEY: Buffer.alloc(32, 9).toString('base64'), HOST_KEY_FILE: '/nowhere' }
    expect((await run(['digest', 'direction', '1'], both)).err).toContain('HOST_KEY_FILE cannot stand beside')
    const { code, err } = await run(['digest', 'direction', '1'], { HOST_KEY: 'short' })
    expect([code, err]).toEqual([
      1,
      'HOST_KEY takes 32 random bytes in base64, as openssl rand -base64 32 prints them.\n',
    ])
  })
})
