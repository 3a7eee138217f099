/** Several hosts share a key and the place of their heads. Each has a log of its own, which carries its name. */
import { createHmac } from 'node:crypto'
import { appendFileSync, copyFileSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openAuditLog, type AuditLog, type AuditLogOptions } from './audit-log.ts'
import { chainUp } from './batch.ts'
import { GENESIS, hashLine, readLine } from './event.ts'
import { isHeadOf, readHeads, readHeadsFile, sealHead, writeHead, type Head } from './head.ts'
import { openHostAudit } from './host-audit.ts'
import { auditKeys } from './keys.ts'
import { headsOfLog } from './own-heads.ts'
import { newestHead } from './sink-file.ts'
import type { Finding } from './start.ts'
import { verifyAndTell } from './tell-verified.ts'
import { verifyLog } from './verify.ts'
import { verifyLogs } from './verify-logs.ts'
import { linesOf, testEvent, testFolder, testKey, writeLines, type TestFolder } from '../../testing/audit.ts'

const keys = auditKeys(testKey)
/** One folder for each host's log; the first holds the shared heads too. */
let folders: { a: TestFolder; b: TestFolder }
/** What all hosts have kept in one place. */
let heads: Head[]
let findings: Finding[]
const logs: AuditLog[] = []
beforeEach(() => {
  folders = { a: testFolder(), b: testFolder() }
  heads = []
  findings = []
})
afterEach(async () => {
  for (const log of logs.splice(0)) await log.close()
  for (const folder of Object.values(folders)) folder.remove()
})

async function open(
  host: string | null,
  file = folders.a.file,
  more: Partial<AuditLogOptions> = {},
): Promise<AuditLog> {
  const log = await openAuditLog({
    file,
    hostKey: testKey,
    host,
    nowMs: Date.now,
    keep: (head) => void heads.push(head),
    report: (finding) => void findings.push(finding),
    headEveryMs: 1e8,
    lookEveryMs: 1e8,
    ...more,
  })
  logs.push(log)
  return log
}

async function run(host: string | null, count: number, file = folders.a.file): Promise<void> {
  const log = await open(host, file)
  await writeLines(log, 1, count)
  await log.close()
}

const hostsOf = (file: string): unknown[] => linesOf(file).map(({ host }) => host)
const verify = async (file: string, host: string | null, isLive = true) => {
  const kept = { path: 'the place', heads }
  return verifyAndTell({ file, host, isLive, keys, kept, after: undefined, last: undefined })
}
const cutTo = (file: string, from: number, to?: number): void => {
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1).slice(from, to)
  writeFileSync(file, lines.map((line) => `${line}\n`).join(''))
}
const record = (file: string): string => join(dirname(file), 'audit.end')

const sink = (): string => join(folders.a.path, 'shared.heads')
const openHost = (hostName: string | null, file: string) =>
  openHostAudit({ auditLog: file, auditSink: { kind: 'file', path: sink() }, hostName }, testKey, Date.now)

/** Adds a line that follows, under the shared key, as a misdirected program of another host would. */
function addLine(file: string, host: string | null): void {
  const last = readFileSync(file, 'utf8').split('\n').at(-2) ?? ''
  const position = { n: readLine(last)?.n ?? 0, hash: hashLine(last) }
  const waiting = { event: testEvent(99), atMs: 0, resolve: () => {}, reject: () => {} }
  const end = { position, isTorn: false, size: 0, lastLength: null }
  const [line] = chainUp([waiting], end, { lost: 0, keys, host })
  appendFileSync(file, line?.text ?? '')
}

describe('a name', () => {
  it('is in every line and head, under their MACs', async () => {
    await run('a-1.example', 2)
    expect(hostsOf(folders.a.file)).toEqual(['a-1.example', 'a-1.example'])
    expect(heads.map(({ host }) => host)).toEqual(['a-1.example', 'a-1.example'])
    expect(await verifyLog(folders.a.file, { key: keys.lines, heads })).toMatchObject({
      fault: null,
      host: 'a-1.example',
      isHeld: true,
    })
    const [head] = heads
    expect(isHeadOf(keys.heads, head!)).toBe(true)
    const { host: _, ...nameless } = head!
    expect([{ ...head!, host: 'b' }, nameless].some((one) => isHeadOf(keys.heads, one))).toBe(false)
    const text = readFileSync(folders.a.file, 'utf8')
    writeFileSync(folders.a.file, text.replace('"host":"a-1.example"', '"host":"b"'))
    expect((await verifyLog(folders.a.file, { key: keys.lines })).fault).toMatch(/^line 1 carries a MAC/)
  })

  it('leaves everything as it was where there is none', async () => {
    await run(null, 1)
    expect(readFileSync(folders.a.file, 'utf8')).toMatch(/^\{"n":1,"prev":"0+","at":"[^"]+","user":"ann",/)
    const { n, hash, at, reason, file, mac } = heads[0]!
    expect(Object.keys(heads[0]!)).toEqual(['n', 'hash', 'at', 'reason', 'file', 'mac'])
    const sealed = JSON.stringify([n, hash, at, reason, file])
    expect(mac).toBe(createHmac('sha256', keys.heads).update(sealed).digest('base64url'))
    expect(Object.keys(JSON.parse(readFileSync(record(folders.a.file), 'utf8')) as object)).toEqual([
      'n',
      'hash',
      'size',
      'inode',
      'mac',
    ])
  })

  it('may come later, also in the middle of a file', async () => {
    await run(null, 2)
    await run('a', 2)
    expect(hostsOf(folders.a.file)).toEqual([undefined, undefined, 'a', 'a'])
    expect(findings).toEqual([])
    const { told, isWhole } = await verify(folders.a.file, 'a')
    expect([isWhole, told]).toEqual([true, expect.stringMatching(/Held against 4 heads in the place\.\n$/)])
    expect(told).toMatch(/^Lines in .*audit\.log of host a: 4, from /)
  })

  it.each([
    ['b', /^line 3 is of host b, and this is the log of a$/],
    [null, /^line 3 names no host, and lines before it are of host a$/],
  ])('of another host in a log is a fault: %s', async (other, fault) => {
    await run('a', 2)
    addLine(folders.a.file, other)
    expect((await verifyLog(folders.a.file, { key: keys.lines })).fault).toMatch(fault)
  })
})

describe('a log of a host', () => {
  it.each([
    ['by its lines', 1],
    ['by the record beside it', 0],
  ])('is refused to a host of another name, known %s', async (_, count) => {
    await run('a', count)
    const text = readFileSync(folders.a.file, 'utf8')
    const refusal = /audit\.log is the audit log of host a, and this host is b\. Set HOST_NAME=a; or/
    await expect(open('b')).rejects.toThrow(refusal)
    await expect(open('b', folders.a.file, { isHostRunning: () => false })).rejects.toThrow(refusal)
    expect(readFileSync(folders.a.file, 'utf8')).toBe(text)
  })

  it('is not refused because of a name that somebody without the key wrote', async () => {
    await run('a', 1)
    appendFileSync(folders.a.file, `{"n":2,"prev":"${'0'.repeat(64)}","at":"x","host":"b"}\n`)
    await run('a', 1)
    expect(hostsOf(folders.a.file)).toEqual(['a', 'b', 'a'])
  })

  it('keeps its name without HOST_NAME, also over a rotation while it is stopped', async () => {
    await run('a', 1)
    await run(null, 1)
    renameSync(folders.a.file, `${folders.a.file}.1`)
    const log = await open(null, folders.a.file, { expected: heads.at(-1)! })
    await writeLines(log, 3, 3)
    await log.close()
    expect([hostsOf(`${folders.a.file}.1`), hostsOf(folders.a.file)]).toEqual([['a', 'a'], ['a']])
    expect(new Set(heads.map(({ host }) => host))).toEqual(new Set(['a']))
    expect(findings).toEqual([])
    expect((await verify(folders.a.file, 'a')).isWhole).toBe(true)
    expect((await verify(`${folders.a.file}.1`, null, false)).isWhole).toBe(true)
  })

  it('gets the lines of a command under the name of the host that runs', async () => {
    const command = (host: string | null) => open(host, folders.a.file, { isHostRunning: () => true })
    const nameless = await open(null)
    // The host gets the name at its next start.
    await writeLines(await command('a'), 1, 1)
    await writeLines(nameless, 2, 2)
    await nameless.close()
    const named = await open('a')
    await writeLines(await command(null), 3, 3)
    await expect(command('b')).rejects.toThrow(/is the audit log of host a, and this host is b/)
    await writeLines(named, 4, 4)
    expect(hostsOf(folders.a.file)).toEqual([undefined, undefined, 'a', 'a'])
    expect(await verifyLog(folders.a.file, { key: keys.lines })).toMatchObject({ fault: null, host: 'a' })
  })
})

describe('heads of several hosts in one place', () => {
  it('are read with and without a name, after a collector’s prefix and in a container’s log', async () => {
    await run(null, 1)
    await run('a', 1)
    await run('b', 1, folders.b.file)
    const json = heads.map((head) => JSON.stringify({ level: 30, ...head, msg: 'audit head' }))
    for (const text of [
      heads.map((head) => `Nov 23 12:00:00 box recordings[7]: ${writeHead(head)}`).join('\n'),
      json.join('\n'),
      json.map((line) => JSON.stringify({ log: `${line}\n` })).join('\n'),
    ]) {
      expect(readHeads(text)).toEqual(heads)
    }
  })

  it('do not accuse one another, and show the host whose log was cut', async () => {
    const [one, other] = [await open('a'), await open('b', folders.b.file)]
    await writeLines(one, 1, 5)
    await writeLines(other, 1, 3)
    await Promise.all([one.close(), other.close()])
    for (const file of [folders.a.file, folders.b.file]) {
      expect(await verify(file, null)).toMatchObject({ isWhole: true, told: expect.stringContaining('Held') })
    }
    cutTo(folders.b.file, 0, 2)
    expect((await verify(folders.a.file, null)).isWhole).toBe(true)
    expect((await verify(folders.b.file, null)).told).toMatch(/line 3 is missing: .* number 2, .* number 3 /)
  })

  it('show a log that was put in the place of another host’s, which has the same key', async () => {
    await run('a', 3)
    await run('b', 5, folders.b.file)
    copyFileSync(folders.b.file, folders.a.file)
    const fault = /line 1 is of host b, and this is the log of a/
    expect((await verify(folders.a.file, 'a')).told).toMatch(fault)
    // The record beside the log names its host as well.
    expect((await verify(folders.a.file, null)).told).toMatch(fault)
    await expect(open('a')).rejects.toThrow(/is the audit log of host b, and this host is a/)
  })

  it('show a log that names nobody any more', async () => {
    await run('a', 3)
    let prev = GENESIS.hash
    const forged = linesOf(folders.a.file).map(({ host: _host, mac: _mac, ...line }) => {
      const text = JSON.stringify({ ...line, prev })
      prev = hashLine(text)
      return `${text}\n`
    })
    writeFileSync(folders.a.file, forged.join(''))
    expect((await verify(folders.a.file, null)).told).toMatch(/broken: line 1 carries no MAC, and the host/)
    rmSync(record(folders.a.file))
    expect((await verify(folders.a.file, null)).told).toMatch(/broken: line 1 carries no MAC, and the host/)
    await run('b', 1, folders.b.file)
    const { told } = await verify(folders.a.file, null)
    expect(told).toMatch(/Those of a, b were not used, because the log names no host: set HOST_NAME/)
    expect((await verify(folders.a.file, 'a')).isWhole).toBe(false)
  })

  it('without a name are its own before it had one, and show that its first lines were removed', async () => {
    await run(null, 3)
    await run('a', 2)
    cutTo(folders.a.file, 1)
    const fault = /line 1 is numbered 2, and no head reports a rotation/
    expect((await verify(folders.a.file, 'a')).told).toMatch(fault)
    await run('b', 2, folders.b.file)
    expect((await verify(folders.a.file, 'a')).told).toMatch(fault)
  })

  it('without a name may be of another host, and are no false alarm', async () => {
    await run(null, 4, folders.b.file)
    await run(null, 2)
    await run('a', 2)
    await run('b', 2, folders.b.file)
    for (const file of [folders.a.file, folders.b.file]) {
      const { told } = await verify(file, null)
      expect(told).toContain('The chain holds. Held against ')
      expect(told).toMatch(/ \d others there name no host, may be of another one, and were not used\./)
    }
    // A change to a line from before the name shows all the same, by its MAC and by the lines after it.
    const text = readFileSync(folders.a.file, 'utf8')
    writeFileSync(folders.a.file, text.replace('"count":2', '"count":7'))
    expect((await verify(folders.a.file, null)).told).toMatch(/broken: line 2 carries a MAC/)
  })

  it('without a name are not all its own because one is', async () => {
    await run(null, 2)
    await run('a', 6)
    const own = heads.filter(({ n }) => n > 0)
    heads = []
    await run(null, 20, folders.b.file)
    await run('b', 1, folders.b.file)
    // The nameless head of the other host is at no line of this log, but beyond its end.
    heads = [...heads.filter(({ n }) => n > 0), ...own]
    expect((await verify(folders.a.file, null)).told).toContain('The chain holds. Held against 3 heads')
    cutTo(folders.a.file, 0, 4)
    expect((await verify(folders.a.file, null)).told).toMatch(/line 5 is missing: .* number 4, .* number 8 /)
  })

  it('that another host keeps without a name after this one has one are not of this host', async () => {
    await run('a', 2)
    await run(null, 4, folders.b.file)
    expect(await headsOfLog(folders.a.file, 'a', heads)).toEqual({ heads: heads.slice(0, 2), doubtful: 2 })
    expect((await verify(folders.a.file, null)).isWhole).toBe(true)
  })
})

describe('the file of the heads, shared by hosts', () => {
  it('lets each host start with its own newest head', async () => {
    for (const count of [1, 2]) {
      const [one, other] = [await openHost('a', folders.a.file), await openHost('b', folders.b.file)]
      for (let n = 0; n < count; n += 1) await one.log.write(testEvent(n))
      await other.log.write(testEvent(1))
      await Promise.all([one.close(), other.close()])
    }
    expect(linesOf(folders.a.file).map(({ action }) => action)).toEqual(['search', 'search', 'search'])
    expect(linesOf(folders.b.file).map(({ action }) => action)).toEqual(['search', 'search'])
    cutTo(folders.b.file, 0, 1)
    await (await openHost('a', folders.a.file)).close()
    await (await openHost('b', folders.b.file)).close()
    expect(linesOf(folders.a.file)).toHaveLength(3)
    expect(linesOf(folders.b.file).at(-1)).toMatchObject({
      action: 'log_changed',
      outcome: 'shortened',
      host: 'b',
    })
    const kept = { path: sink(), heads: await readHeadsFile(sink()) }
    const { told, isWhole } = await verifyLogs(
      [
        { file: folders.a.file, host: 'a', kept },
        { file: folders.b.file, host: 'b', kept },
      ],
      keys,
    )
    expect(isWhole).toBe(false)
    const [first, second, end] = told.split('\n\n')
    expect(first).toMatch(/^Host a \(.*\)\nLines in .* of host a: 3, [^]*The chain holds\. Held against /)
    expect(second).toMatch(/^Host b \(.*\)\nLines in .* of host b: 2, [^]*The chain is broken: line 2 /)
    expect(end).toBe(`Not whole: host b (${folders.b.file}).\n`)
  })

  it('has the newest head of a host that was stopped while the others went on', async () => {
    await run(null, 1)
    const nameless = heads.at(-1)!
    await run('a', 1)
    const own = heads.at(-1)!
    const others = Array.from({ length: 1000 }, (_, n) =>
      sealHead(keys.heads, { ...own, n, at: new Date(n).toISOString(), reason: 'minute', host: 'b' }),
    )
    const write = (some: readonly Head[]): void =>
      writeFileSync(sink(), some.map((head) => `${writeHead(head)}\n`).join(''))
    write([nameless, own, ...others])
    expect(await newestHead(sink(), keys.heads, 'a')).toEqual(own)
    expect(await newestHead(sink(), keys.heads, 'b')).toEqual(others.at(-1))
    expect(await newestHead(sink(), keys.heads, null)).toEqual(nameless)
    // Whose it is cannot be known here.
    expect(await newestHead(sink(), keys.heads, 'c')).toBeNull()
    write([nameless])
    expect(await newestHead(sink(), keys.heads, 'c')).toEqual(nameless)
  })
})

it('tells a log that cannot be read, and checks the others', async () => {
  await run('a', 1)
  const missing = join(folders.b.path, 'none.log')
  const { told, isWhole } = await verifyLogs(
    [
      { file: missing, host: 'b', kept: null },
      { file: 'none.log', host: null, kept: null },
      { file: folders.a.file, host: null, kept: { path: 'the place', heads } },
    ],
    null,
  )
  expect(isWhole).toBe(false)
  expect(told).toMatch(
    /^Host b \(.*none\.log\)\nThere is no file .*none\.log\.[^]*\n\nnone\.log\n[^]*\n\nHost a \(.*The chain holds/s,
  )
})

it('checks logs against the newest head of each host alone, and names a log that it cannot reach', async () => {
  await run('a', 3)
  await run('b', 4, folders.b.file)
  const newest = heads.filter(({ reason }) => reason === 'stop')
  const kept = { path: 'the database', heads: newest }
  const told = async (file: string | null) => {
    const own = { file: folders.a.file, host: 'a', kept }
    return verifyLogs([own, { file, host: 'b', kept }], keys)
  }
  expect(await told(folders.b.file)).toEqual({
    isWhole: true,
    told: expect.stringMatching(
      /(?:Held against 1 head in the database\.\n\n[^]*){2}All 2 logs hold\.\n$/,
    ) as string,
  })
  const unreached = await told(null)
  expect(unreached.isWhole).toBe(true)
  expect(unreached.told).toContain(
    `Host b\nThis machine cannot reach its log, which was not checked: run verify on the host itself. Its newest head in the database is of line 4, at ${newest[1]?.at}, with the hash ${newest[1]?.hash}.\n\nNot checked: host b.\n`,
  )
  rmSync(folders.a.file)
  cutTo(folders.b.file, 0, 3)
  const broken = await told(folders.b.file)
  expect(broken.told).toMatch(
    /There is no file .*, and the host kept the head of line 3[^]*line 4 is missing/,
  )
  expect(broken.isWhole).toBe(false)
})
