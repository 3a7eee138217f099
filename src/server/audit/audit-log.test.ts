/** The chain over real files: order, tearing, rotation, a full disk, a killed process. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  appendFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openAuditLog, type AuditLog } from './audit-log.ts'
import { auditKey, digestFilter } from './digests.ts'
import { hashLine } from './event.ts'
import { linesOf, testEvent, testFolder, testKey, type TestFolder } from '../../testing/audit.ts'
import { NOON_MS } from '../../testing/clock.ts'
import { compiledHost } from '../../testing/compiled.ts'
import { verifyLog } from './verify.ts'
import { OperatorError } from '../platform/operator-error.ts'

let folder: TestFolder
const logs: AuditLog[] = []
beforeEach(() => {
  folder = testFolder()
})
afterEach(async () => {
  for (const log of logs.splice(0)) await log.close()
  folder.remove()
})

async function open(file = folder.file): Promise<AuditLog> {
  const log = await openAuditLog({ file, hostKey: testKey, nowMs: () => NOON_MS, lookEveryMs: 1e8 })
  logs.push(log)
  return log
}

const writeMany = async (log: AuditLog, from: number, to: number): Promise<void> => {
  for (let n = from; n <= to; n += 1) await log.write(testEvent(n))
}
const countsIn = (file: string): unknown[] => linesOf(file).map(({ count }) => count)

describe('a line', () => {
  it('states the user, the address, the act and its outcome, and follows the line before', async () => {
    const log = await open()
    const search = {
      remotePartyNumber: { op: 'contains', text: '+39055' },
      ownerUsername: { op: 'equals', text: 'MRossi' },
    } as const
    await log.write(testEvent(1, { search, page: 0, pageSize: 50, session: 'abc' }))
    await log.write(testEvent(2, { recording: 'ABC-1', action: 'play', via: 'basic' }))
    const [first, second] = readFileSync(folder.file, 'utf8').split('\n')
    expect(JSON.parse(first!)).toEqual({
      n: 1,
      prev: '0'.repeat(64),
      at: '2026-11-23T12:00:00.000Z',
      user: 'ann',
      address: '127.0.0.1',
      session: 'abc',
      action: 'search',
      filters: {
        remotePartyNumber: `contains:${digestFilter(auditKey(testKey), 'remotePartyNumber', { op: '', value: '+39055' })}`,
        ownerUsername: `equals:${digestFilter(auditKey(testKey), 'ownerUsername', { op: '', value: 'mrossi' })}`,
      },
      page: 0,
      pageSize: 50,
      count: 1,
      requestId: 'request-1',
      outcome: 'ok',
      mac: expect.stringMatching(/^[\w-]{43}$/) as string,
    })
    expect(JSON.parse(second!)).toMatchObject({
      n: 2,
      prev: hashLine(first!),
      recording: 'abc-1',
      via: 'basic',
    })
  })

  it('keeps control characters from making a line of their own', async () => {
    const log = await open()
    await log.write(testEvent(1, { user: 'a\n{"n":2}\u0000\u001b[2J' }))
    expect(readFileSync(folder.file, 'utf8').split('\n')).toHaveLength(2)
    expect(await verifyLog(folder.file)).toMatchObject({ count: 1, fault: null })
  })

  it('is readable by the host alone', async () => {
    await open()
    expect(statSync(folder.file).mode & 0o777).toBe(0o600)
  })
})

describe('writing', () => {
  it('keeps a thousand lines at once in order, each with its own promise', async () => {
    const log = await open()
    const done: number[] = []
    const all = Array.from({ length: 1000 }, (_, n) => log.write(testEvent(n)).then(() => done.push(n)))
    await Promise.all(all)
    expect(done).toEqual(Array.from({ length: 1000 }, (_, n) => n))
    expect(countsIn(folder.file)).toEqual(done)
    expect(await verifyLog(folder.file)).toMatchObject({ count: 1000, fault: null, torn: [] })
  })

  it('goes on in the same file after a restart', async () => {
    const before = await open()
    await writeMany(before, 1, 3)
    await before.close()
    await expect(before.write(testEvent(0))).rejects.toThrow('closed')
    await writeMany(await open(), 4, 5)
    expect(linesOf(folder.file).map(({ n }) => n)).toEqual([1, 2, 3, 4, 5])
    expect((await verifyLog(folder.file)).fault).toBeNull()
  })

  it('finds the end of a file that is far longer than the part it reads', async () => {
    const log = await open()
    await Promise.all(Array.from({ length: 2000 }, (_, n) => log.write(testEvent(n))))
    await log.close()
    await writeMany(await open(), 2000, 2000)
    expect(statSync(folder.file).size).toBeGreaterThan(4 * 65_536)
    expect(await verifyLog(folder.file)).toMatchObject({ count: 2001, fault: null })
  })

  it('follows what another host wrote into the same file', async () => {
    const [one, other] = [await open(), await open()]
    await writeMany(one, 1, 2)
    await writeMany(other, 3, 4)
    await writeMany(one, 5, 6)
    expect(await verifyLog(folder.file)).toMatchObject({ count: 6, fault: null })
  })
})

describe('a line that was cut short', () => {
  it.each([
    ['the first', 0],
    ['a later one', 2],
  ])('stays in the file and in the chain: %s', async (_, whole) => {
    const before = await open()
    await writeMany(before, 1, whole)
    await before.close()
    // The host was killed during the write, and so before it wrote the record of the end.
    const record = join(folder.path, 'audit.end')
    const recorded = readFileSync(record)
    const killed = await open()
    await writeMany(killed, whole + 1, whole + 1)
    await killed.close()
    truncateSync(folder.file, statSync(folder.file).size - 40)
    writeFileSync(record, recorded)
    const after = await open()
    await writeMany(after, 10, 11)
    expect(countsIn(folder.file)).toEqual([1, 2].slice(0, whole).concat([10, 11]))
    expect(await verifyLog(folder.file)).toMatchObject({ count: whole + 3, torn: [whole + 1], fault: null })
    // The chain covers it: a change to it shows.
    const text = readFileSync(folder.file, 'utf8')
    writeFileSync(folder.file, text.replace(`"prev":"${linesOf(folder.file)[0]!.prev}"`, '"prev":""'))
    expect((await verifyLog(folder.file)).fault).not.toBeNull()
  })

  it('and lacks only its newline is whole', async () => {
    const before = await open()
    await writeMany(before, 1, 2)
    await before.close()
    truncateSync(folder.file, statSync(folder.file).size - 1)
    expect((await verifyLog(folder.file)).torn).toEqual([2])
    await writeMany(await open(), 3, 3)
    expect(await verifyLog(folder.file)).toMatchObject({ count: 3, torn: [], fault: null })
  })
})

describe('a file that is not as it was left', () => {
  it('is followed by a new one after a rotation, and the chain leads from one to the other', async () => {
    const log = await open()
    await writeMany(log, 1, 3)
    const rotated = `${folder.file}.1`
    renameSync(folder.file, rotated)
    await writeMany(log, 4, 5)
    expect([countsIn(rotated), countsIn(folder.file)]).toEqual([
      [1, 2, 3],
      [4, 5],
    ])
    const { lastHash } = await verifyLog(rotated)
    expect(await verifyLog(folder.file, { after: lastHash })).toMatchObject({
      before: { n: 3, hash: lastHash },
      fault: null,
    })
    const { fault } = await verifyLog(folder.file, { after: 'f'.repeat(64) })
    expect(fault).toMatch(/^line 1 follows/)
  })

  it('is made again after it was removed', async () => {
    const log = await open()
    await writeMany(log, 1, 2)
    rmSync(folder.file)
    await writeMany(log, 3, 3)
    expect(await verifyLog(folder.file)).toMatchObject({ count: 1, before: { n: 2 }, fault: null })
  })

  it('goes on in place where it was copied and emptied', async () => {
    const log = await open()
    await writeMany(log, 1, 2)
    truncateSync(folder.file)
    await writeMany(log, 3, 3)
    expect(await verifyLog(folder.file)).toMatchObject({ count: 1, before: { n: 2 }, fault: null })
  })

  it('shows that its end was cut off while the host ran', async () => {
    const log = await open()
    await writeMany(log, 1, 3)
    const text = readFileSync(folder.file, 'utf8')
    writeFileSync(folder.file, text.split('\n').slice(0, 2).join('\n') + '\n')
    await writeMany(log, 4, 4)
    expect((await verifyLog(folder.file)).fault).toMatch(/^line 3 does not follow/)
  })
})

describe('a log that cannot be written', () => {
  it('is a clear error at start', async () => {
    const missing = join(folder.path, 'none', 'audit.log')
    await expect(open(missing)).rejects.toThrow(OperatorError)
    await expect(open(missing)).rejects.toThrow(/none\/audit\.log cannot be opened \(ENOENT.*set AUDIT_LOG/)
    await expect(open(folder.path)).rejects.toThrow(/EISDIR/)
    writeFileSync(folder.file, 'a shopping list\nmilk\n')
    await expect(open()).rejects.toThrow(/is no audit log\. Set AUDIT_LOG/)
    expect(readFileSync(folder.file, 'utf8')).toBe('a shopping list\nmilk\n')
  })

  it('on a full disk rejects each line, and says so until one is written', async () => {
    symlinkSync('/dev/full', folder.file)
    const log = await open()
    expect([log.writable(), await log.check()]).toEqual([true, false])
    const all = await Promise.allSettled([1, 2, 3].map((n) => log.write(testEvent(n))))
    expect(all.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
    expect(log.writable()).toBe(false)
  })

  it('comes back by itself, with the number of events that were lost', async () => {
    const log = await open()
    await writeMany(log, 1, 2)
    expect(await log.check()).toBe(true)
    const kept = `${folder.file}.kept`
    renameSync(folder.file, kept)
    // A device takes lines but keeps none.
    symlinkSync('/dev/null', folder.file)
    expect(await log.check()).toBe(false)
    await expect(log.write(testEvent(3))).rejects.toThrow(/is no longer a regular file/)
    rmSync(folder.file)
    mkdirSync(folder.file)
    await expect(log.write(testEvent(4))).rejects.toThrow(/EISDIR/)
    expect([log.writable(), await log.check()]).toEqual([false, false])
    rmSync(folder.file, { recursive: true })
    renameSync(kept, folder.file)
    await writeMany(log, 5, 6)
    expect(log.writable()).toBe(true)
    expect(linesOf(folder.file).map(({ count, lost }) => [count, lost])).toEqual([
      [1, undefined],
      [2, undefined],
      [5, 2],
      [6, undefined],
    ])
    expect(await verifyLog(folder.file)).toMatchObject({ count: 4, lost: 2, fault: null })
  })
})

describe('a process of its own', () => {
  let place: TestFolder
  let script: string

  beforeAll(async () => {
    const log = join(await compiledHost(), 'host', 'server', 'audit', 'audit-log.js')
    place = testFolder()
    script = join(place.path, 'writer.mjs')
    writeFileSync(
      script,
      `import { openAuditLog } from ${JSON.stringify(log)}
      // Beyond the limit of a file's size the system kills whoever does not listen.
      process.on('SIGXFSZ', () => {})
      const log = await openAuditLog({ file: process.argv[2], hostKey: Buffer.alloc(32), nowMs: Date.now })
      const event = (count) => ({ user: 'u', address: 'a', session: null, requestId: 'r', action: 'search', count, outcome: 'ok' })
      let failed = 0
      for (let n = 1; failed < 3; n += 1) {
        const batch = [n * 10, n * 10 + 1, n * 10 + 2].map((count) =>
          log.write(event(count)).then(() => process.stdout.write(count + '\\n'), () => (failed += 1)))
        await Promise.all(batch)
      }`,
    )
  }, 120_000)
  afterAll(() => place.remove())

  it('that is killed loses nothing that was acknowledged', async () => {
    const child = spawn(process.execPath, [script, folder.file], { stdio: ['ignore', 'pipe', 'inherit'] })
    let told = ''
    child.stdout.setEncoding('utf8')
    child.stdout.on('data', (text: string) => (told += text))
    const closed = once(child, 'close')
    while (told.length < 2000) await once(child.stdout, 'data')
    child.kill('SIGKILL')
    await closed
    const acknowledged = told.split('\n').slice(0, -1).map(Number)
    expect(acknowledged.length).toBeGreaterThan(100)
    const written = new Set(countsIn(folder.file))
    expect(acknowledged.filter((count) => !written.has(count))).toEqual([])
    await writeMany(await open(), 1, 1)
    expect(await verifyLog(folder.file)).toMatchObject({ fault: null, lost: 0 })
  })

  it('that reaches its size limit reports the lines that did not fit, and no others', async () => {
    // 16 blocks of 512 or 1024 bytes: the last write fits in part.
    const limited = `ulimit -f 16; exec "${process.execPath}" "${script}" "${folder.file}"`
    const child = spawn('/bin/sh', ['-c', limited], { stdio: ['ignore', 'pipe', 'inherit'] })
    let told = ''
    child.stdout.setEncoding('utf8')
    child.stdout.on('data', (text: string) => (told += text))
    const [code] = (await once(child, 'close')) as [number]
    expect(code).toBe(0)
    const acknowledged = told.split('\n').slice(0, -1).map(Number)
    expect(acknowledged.length).toBeGreaterThan(10)
    expect(countsIn(folder.file)).toEqual(acknowledged)
    const torn = (await verifyLog(folder.file)).torn
    expect(torn).toEqual([acknowledged.length + 1])
    await writeMany(await open(), 7, 8)
    expect(await verifyLog(folder.file)).toMatchObject({ torn, fault: null })
    expect(countsIn(folder.file)).toEqual([...acknowledged, 7, 8])
  })
})

/** Changes the lines of the file behind the host's back. */
const change = (edit: (lines: string[]) => string[]): void => {
  const lines = readFileSync(folder.file, 'utf8').split('\n').slice(0, -1)
  writeFileSync(
    folder.file,
    edit(lines)
      .map((line) => `${line}\n`)
      .join(''),
  )
}

describe('verifying', () => {
  beforeEach(async () => {
    const log = await open()
    await writeMany(log, 1, 5)
    await log.close()
  })

  it.each([
    ['a changed line', (lines: string[]) => lines.with(1, lines[1]!.replace('"count":2', '"count":0')), 3],
    ['a removed line', (lines: string[]) => lines.toSpliced(2, 1), 3],
    ['removed first lines', (lines: string[]) => lines.slice(2), null],
    ['a line put in twice', (lines: string[]) => lines.toSpliced(2, 0, lines[1]!), 3],
    ['two lines swapped', (lines: string[]) => lines.with(1, lines[2]!).with(2, lines[1]!), 2],
    ['an unreadable line', (lines: string[]) => lines.with(3, 'x'), 4],
    ['an empty line', (lines: string[]) => lines.toSpliced(3, 0, ''), 4],
    ['a first line of another number', (lines: string[]) => [lines[0]!.replace('"n":1', '"n":7')], 1],
    ['a first line that follows nothing known', (lines: string[]) => [lines[0]!.replace('"0', '"1')], 1],
  ])('finds %s', async (_, edit, line) => {
    change(edit)
    const { fault, before } = await verifyLog(folder.file)
    if (line === null) expect(before.n).toBe(2)
    else expect(fault).toMatch(new RegExp(`^line ${line} `))
  })

  it('finds a skipped number under a right hash', async () => {
    change((lines) => {
      const forged = lines[4]!.replace('"n":5', '"n":6')
      return lines.with(4, forged)
    })
    expect((await verifyLog(folder.file)).fault).toMatch(/^line 5 is numbered 6, and 5 was expected/)
  })

  it('finds a cut-off end only against a hash kept elsewhere', async () => {
    const { lastHash } = await verifyLog(folder.file)
    expect((await verifyLog(folder.file, { last: lastHash })).fault).toBeNull()
    change((lines) => lines.slice(0, -1))
    expect((await verifyLog(folder.file)).fault).toBeNull()
    expect((await verifyLog(folder.file, { last: lastHash })).fault).toMatch(/were removed/)
  })

  it('reads lines across the pieces that a file is read in', async () => {
    const log = await open()
    await Promise.all(
      Array.from({ length: 800 }, (_, n) => log.write(testEvent(n, { user: 'é'.repeat(50) }))),
    )
    expect(await verifyLog(folder.file)).toMatchObject({ count: 805, fault: null })
  })

  it('reports a missing file, and a line without an end', async () => {
    await expect(verifyLog(join(folder.path, 'none'))).rejects.toThrow(/There is no file .*none/)
    appendFileSync(folder.file, Buffer.alloc(2_000_000, 120))
    await expect(verifyLog(folder.file)).rejects.toThrow(/line 6 has no end/)
  })
})
