/** Attacks by someone who can write the log's file but lacks the host's key: each of them shows. */
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openAuditLog, type AuditLog } from './audit-log.ts'
import { GENESIS, hashLine } from './event.ts'
import { isHeadOf, type Head } from './head.ts'
import { auditKeys } from './keys.ts'
import type { Finding } from './start.ts'
import { linesOf, TestAudit, testEvent, testKey, writeLines } from '../../testing/audit.ts'
import { verifyLog, type VerifyOptions } from './verify.ts'

const keys = auditKeys(testKey)

let audit: TestAudit
beforeEach(() => {
  audit = new TestAudit()
})
afterEach(() => audit.close())

const open = (expected: Head | null = null, everyMs = 1e8): Promise<AuditLog> =>
  audit.open({ expected, headEveryMs: everyMs, lookEveryMs: everyMs })
const verify = (options: VerifyOptions = {}) =>
  verifyLog(audit.file, { key: keys.lines, heads: audit.heads, ...options })
const linesIn = (): string[] => readFileSync(audit.file, 'utf8').split('\n').slice(0, -1)
const save = (lines: readonly string[], file = audit.file): void =>
  writeFileSync(file, lines.map((line) => `${line}\n`).join(''))

/** Recomputes the hashes of the chain, which needs no key. */
function rechain(lines: readonly string[], edit: (line: Record<string, unknown>) => void): string[] {
  let prev = GENESIS.hash
  return lines.map((text, index) => {
    const line = JSON.parse(text) as Record<string, unknown>
    edit(line)
    const written = JSON.stringify({ ...line, n: index + 1, prev })
    prev = hashLine(written)
    return written
  })
}
const stripped = (lines: readonly string[]): string[] => rechain(lines, (line) => delete line.mac)

describe('a log that was stopped', () => {
  beforeEach(async () => {
    const log = await open()
    await writeLines(log, 1, 5)
    await log.close()
  })

  it('matches the heads of its start and stop', async () => {
    expect(audit.heads.map(({ n, reason, file }) => [n, reason, file])).toEqual([
      [0, 'start', 'audit.log'],
      [5, 'stop', 'audit.log'],
    ])
    expect(audit.heads.every((head) => isHeadOf(keys.heads, head))).toBe(true)
    expect(await verify()).toMatchObject({ fault: null, sealed: 5, unsealed: 0, isHeld: true })
  })

  it.each([
    ['a changed line', (lines) => lines.with(1, lines[1]!.replace('"count":2', '"count":0')), 2],
    ['a changed last line', (lines) => lines.with(4, lines[4]!.replace('"count":5', '"count":0')), 5],
    [
      'a recomputed chain',
      (lines) =>
        rechain(lines, (line) => {
          if (line.n === 3) line.user = 'eve'
        }),
      3,
    ],
    ['a last line without its MAC', (lines) => lines.with(4, lines[4]!.replace(/,"mac":".*"/, '')), 5],
  ] as [string, (lines: string[]) => string[], number][])(
    'without any head shows %s',
    async (_, edit, line) => {
      save(edit(linesIn()))
      expect((await verify({ heads: [] })).fault).toMatch(new RegExp(`^line ${line} carries`))
    },
  )

  it('shows MACs that were stripped, by the heads alone', async () => {
    save(stripped(linesIn()))
    expect(await verify({ heads: [] })).toMatchObject({ fault: null, unsealed: 5 })
    expect((await verify()).fault).toMatch(/^line 1 carries no MAC, and the host wrote one/)
    expect((await verify({ key: null })).fault).toMatch(/^line 1 carries no MAC/)
  })

  it.each([
    [
      'first lines cut off',
      (lines) => lines.slice(2),
      /^line 1 is numbered 3, and no head reports a rotation/,
    ],
    ['last lines cut off', (lines) => lines.slice(0, 3), /^line 4 is missing: .* number 3, .* number 5 /],
    ['every line gone', () => [], /^line 1 is missing: the file is empty, .* number 5 /],
  ] as [string, (lines: string[]) => string[], RegExp][])(
    'shows %s, by the heads',
    async (_, edit, fault) => {
      save(edit(linesIn()))
      expect((await verify({ heads: [] })).fault).toBeNull()
      expect((await verify()).fault).toMatch(fault)
    },
  )

  it('checks without the key all that needs none', async () => {
    const text = readFileSync(audit.file, 'utf8')
    writeFileSync(audit.file, text.replace('"count":5', '"count":0'))
    expect((await verify({ key: null, heads: [] })).fault).toBeNull()
    expect((await verify({ key: null })).fault).toMatch(
      /^line 5 is not the line that the host kept the hash of/,
    )
  })

  it('ignores heads that another key sealed', () => {
    const other = auditKeys(Buffer.alloc(32, 8))
    expect(audit.heads.some((head) => isHeadOf(other.heads, head))).toBe(false)
    expect(isHeadOf(keys.heads, { ...audit.heads[1]!, n: 4 })).toBe(false)
  })

  it.each([
    ['cut off', 'shortened', () => save(linesIn().slice(0, 3))],
    ['emptied', 'missing', () => truncateSync(audit.file)],
    ['removed', 'missing', () => rmSync(audit.file)],
    ['forged', 'end_changed', () => save(stripped(linesIn()))],
    ['replaced by a longer forgery', 'end_changed', () => save(stripped([...linesIn(), ...linesIn()]))],
  ] as [string, Finding, () => void][])(
    'that was %s is reported at the next start',
    async (_, finding, attack) => {
      attack()
      const log = await open(audit.heads.at(-1))
      expect(audit.findings).toEqual([finding])
      await log.write(testEvent(9, { action: 'play' }))
      expect(log.finding()).toBeNull()
      const told = linesOf(audit.file).at(-2)
      expect(told).toMatchObject({ n: 6, action: 'log_changed', outcome: finding, user: 'host:audit' })
      await log.close()
      expect(await verify()).toMatchObject({ fault: expect.any(String) as string })
    },
  )

  it('is not reported while it is unchanged, however many lines follow', async () => {
    const log = await open(audit.heads.at(-1))
    await Promise.all(Array.from({ length: 400 }, (_, n) => log.write(testEvent(n))))
    await log.close()
    await (await open(audit.heads.find(({ n }) => n === 5))).close()
    expect(audit.findings).toEqual([])
    expect(await verify()).toMatchObject({ fault: null, count: 405 })
  })

  it('may be moved away then, if the operator vouches for it by the last hash', async () => {
    mkdirSync(audit.beside('old'))
    const old = join(audit.beside('old'), 'audit.log')
    renameSync(audit.file, old)
    const { hash } = audit.heads.at(-1)!
    await (await open(audit.heads.at(-1))).close()
    expect(audit.findings).toEqual(['missing'])
    expect((await verify()).fault).toMatch(/^line 1 follows line 5, .* not rotated$/)
    expect((await verify({ after: hash })).fault).toBeNull()
    const read = await verifyLog(old, { key: keys.lines, heads: audit.heads, isLive: false })
    expect(read).toMatchObject({ fault: null, isHeld: true })
  })

  it('of another key is reported at the start', async () => {
    const log = await openAuditLog({
      file: audit.file,
      hostKey: Buffer.alloc(32, 8),
      nowMs: Date.now,
      report: (finding) => void audit.findings.push(finding),
    })
    await log.close()
    expect(audit.findings).toEqual(['foreign_key'])
  })
})

describe('a log of an older host', () => {
  beforeEach(async () => {
    const log = await open()
    await writeLines(log, 1, 3)
    await log.close()
    save(stripped(linesIn()))
    audit.heads = []
    rmSync(audit.beside('audit.end'))
  })

  it('stays verifiable, alone and when a new host continues it', async () => {
    expect(await verify()).toMatchObject({ fault: null, unsealed: 3, sealed: 0 })
    const log = await open()
    await writeLines(log, 4, 6)
    await log.close()
    expect(await verify()).toMatchObject({ fault: null, unsealed: 3, sealed: 3, isHeld: true })
    save(linesIn().with(1, linesIn()[1]!.replace('"count":2', '"count":0')))
    expect((await verify()).fault).toMatch(/^line 3 does not follow/)
  })

  it('is not judged by heads that are younger than it', async () => {
    const old = `${audit.file}.1`
    copyFileSync(audit.file, old)
    const log = await open()
    await writeLines(log, 4, 6)
    await log.close()
    save(readFileSync(old, 'utf8').split('\n').slice(0, 2), old)
    const read = await verifyLog(old, { key: keys.lines, heads: audit.heads, isLive: false })
    expect(read).toMatchObject({ fault: null, isHeld: false })
  })
})

const forged = (): string[] => stripped([...linesIn(), ...linesIn(), ...linesIn()])
const play = testEvent(7, { action: 'play' })

describe('a running host', () => {
  it.each([
    ['emptied', 'shortened', () => truncateSync(audit.file)],
    ['shortened', 'shortened', () => save(linesIn().slice(0, 2))],
    [
      'with another last line',
      'end_changed',
      () => save(linesIn().with(2, linesIn()[2]!.replace('ann', 'bob'))),
    ],
    ['with a longer forgery in it', 'end_changed', () => save(forged())],
    [
      'with a line that does not follow',
      'foreign_lines',
      () => appendFileSync(audit.file, `${linesIn()[0]}\n`),
    ],
    [
      'with a line that follows, without a MAC',
      'foreign_lines',
      () => {
        const line = JSON.parse(linesIn()[2]!) as Record<string, unknown>
        const next = { ...line, n: 4, prev: hashLine(linesIn()[2]!), mac: undefined }
        appendFileSync(audit.file, `${JSON.stringify(next)}\n`)
      },
    ],
    [
      'replaced by its own last lines',
      'replaced',
      () => {
        save(linesIn().slice(1), `${audit.file}.new`)
        renameSync(`${audit.file}.new`, audit.file)
      },
    ],
    [
      'replaced by a longer forgery',
      'replaced',
      () => {
        save(forged(), `${audit.file}.new`)
        renameSync(`${audit.file}.new`, audit.file)
      },
    ],
  ] as [string, Finding, () => void][])(
    'that finds its file %s lets nothing out',
    async (_, finding, attack) => {
      const log = await open()
      await writeLines(log, 1, 3)
      expect(await log.check()).toBe(true)
      attack()
      expect(await log.check()).toBe(false)
      for (const action of ['play', 'download', 'export'] as const) {
        await expect(log.write({ ...play, action })).rejects.toThrow(/is not the file that the host wrote/)
      }
      await writeLines(log, 8, 9)
      expect(await log.check()).toBe(false)
      expect([audit.findings, log.finding(), log.writable()]).toEqual([[finding], finding, true])
      // The break stays in the file, with the host's line about it.
      expect(linesOf(audit.file).slice(-3)).toMatchObject([
        { n: 4, action: 'log_changed', outcome: finding, prev: audit.heads.at(-1)!.hash },
        { n: 5, count: 8 },
        { n: 6, count: 9 },
      ])
      expect(linesOf(audit.file).some(({ action }) => action === 'play')).toBe(false)
      expect((await verify()).fault).toMatch(/^line \d+ /)
      await log.close()
      const next = await open(audit.heads.at(-1))
      await next.write(play)
      expect(audit.findings).toEqual([finding])
    },
  )

  it('notices a change when a line would let a recording out', async () => {
    const log = await open()
    await writeLines(log, 1, 3)
    truncateSync(audit.file)
    const all = [testEvent(4), play, testEvent(5)].map((event) => log.write(event))
    expect((await Promise.allSettled(all)).map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
      'fulfilled',
    ])
    expect(linesOf(audit.file).map(({ n, action, lost }) => [n, action, lost])).toEqual([
      [4, 'search', undefined],
      [5, 'search', undefined],
    ])
  })

  it('does not write to a file in its place that is not an audit log', async () => {
    const log = await open()
    await writeLines(log, 1, 3)
    save(['milk'], `${audit.file}.new`)
    renameSync(`${audit.file}.new`, audit.file)
    await expect(log.write(play)).rejects.toThrow(/is no audit log/)
    expect([audit.findings, readFileSync(audit.file, 'utf8')]).toEqual([['replaced'], 'milk\n'])
  })

  it('notices a change by itself, without a line', async () => {
    const log = await open(null, 5)
    await writeLines(log, 1, 3)
    truncateSync(audit.file)
    await expect.poll(() => log.finding()).toBe('shortened')
    expect(audit.heads.find(({ reason }) => reason === 'changed')).toMatchObject({ n: 3 })
  })

  it('keeps a head while lines are written, and none while there are none', async () => {
    const log = await open(null, 5)
    await writeLines(log, 1, 3)
    await expect.poll(() => audit.heads.at(-1)).toMatchObject({ n: 3, reason: 'minute' })
    const count = audit.heads.length
    await expect.poll(() => log.check()).toBe(true)
    expect(audit.heads).toHaveLength(count)
    expect(log.head()).toEqual(audit.heads.at(-1))
    expect(audit.heads.at(-1)!.hash).toBe(hashLine(linesIn().at(-1)!))
  })

  it.each([
    ['by a rename', () => renameSync(audit.file, `${audit.file}.1`)],
    [
      'by a rename and a new, empty file',
      () => {
        renameSync(audit.file, `${audit.file}.1`)
        writeFileSync(audit.file, '')
      },
    ],
  ])('follows a rotation %s, and keeps its head', async (_, rotate) => {
    const log = await open()
    await writeLines(log, 1, 3)
    rotate()
    await log.write(play)
    await writeLines(log, 4, 4)
    expect(audit.heads.at(-1)).toMatchObject({ n: 3, reason: 'rotation' })
    await log.close()
    expect([audit.findings, log.finding()]).toEqual([[], null])
    expect(await verify()).toMatchObject({ fault: null, before: { n: 3 }, isHeld: true })
    const old = `${audit.file}.1`
    const verifyOld = () => verifyLog(old, { key: keys.lines, heads: audit.heads, isLive: false })
    expect(await verifyOld()).toMatchObject({ fault: null, isHeld: true })
    save(readFileSync(old, 'utf8').split('\n').slice(0, 2), old)
    expect((await verifyOld()).fault).toMatch(/^line 3 is missing/)
    // The first lines of the new file are cut off as well, where no rotation was.
    save(linesIn().slice(1))
    expect((await verify()).fault).toMatch(/^line 1 is numbered 5, and no head reports a rotation/)
  })

  it('takes over the new file of a rotation before it has a line to write', async () => {
    const log = await open(null, 5)
    await writeLines(log, 1, 3)
    renameSync(audit.file, `${audit.file}.1`)
    await expect.poll(() => audit.heads.at(-1)).toMatchObject({ n: 3, reason: 'rotation' })
    expect([existsSync(audit.file), statSync(audit.file).mode & 0o777]).toEqual([true, 0o600])
  })

  it('notices an older log that was put in its place', async () => {
    const log = await open()
    await writeLines(log, 1, 3)
    renameSync(audit.file, audit.beside('old'))
    await writeLines(log, 4, 6)
    await log.close()
    copyFileSync(audit.beside('old'), audit.file)
    expect((await verify()).fault).toMatch(/^line 4 is missing/)
  })
})
