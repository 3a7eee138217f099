/** Others may write into the log's folder: nothing there makes the host wait or harm another file. */
import { execFileSync } from 'node:child_process'
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  linkSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { AuditLog, AuditLogOptions } from './audit-log.ts'
import { auditKeys } from './keys.ts'
import { openSink } from './sink.ts'
import { newestHead } from './sink-file.ts'
import { verifyAndTell } from './tell-verified.ts'
import { linesOf, TestAudit, testEvent, testKey, writeLines } from '../../testing/audit.ts'
import { verifyLog } from './verify.ts'

const keys = auditKeys(testKey)
const play = testEvent(7, { action: 'play' })

let audit: TestAudit
beforeEach(() => {
  audit = new TestAudit()
})
afterEach(() => audit.close())

const open = (more?: Partial<AuditLogOptions>): Promise<AuditLog> => audit.open(more)
/** Leaves the log of a host that wrote lines up to `to` and stopped. */
async function leave(to: number): Promise<void> {
  const log = await open()
  await writeLines(log, 1, to)
  await log.close()
}
const beside = (name: string): string => audit.beside(name)
const record = (): string => beside('audit.end')
const verify = () => verifyLog(audit.file, { key: keys.lines, heads: audit.heads })
const pipe = (path: string): void => void execFileSync('mkfifo', [path])

describe('the record of the end', () => {
  const precious = 'precious '.repeat(200)

  it.each([
    ['a link', () => symlinkSync(beside('other'), record())],
    ['a second name', () => linkSync(beside('other'), record())],
  ])('is not written through %s to another file', async (_, attack) => {
    writeFileSync(beside('other'), precious)
    const log = await open()
    await writeLines(log, 1, 2)
    rmSync(record())
    attack()
    await writeLines(log, 3, 3)
    // Waits its turn behind the work that follows the line.
    await log.check()
    expect(readFileSync(beside('other'), 'utf8')).toBe(precious)
    expect(JSON.parse(readFileSync(record(), 'utf8'))).toMatchObject({ n: 3 })
  })

  it('is not made elsewhere through a link that leads nowhere', async () => {
    const log = await open()
    rmSync(record())
    symlinkSync(beside('elsewhere'), record())
    await writeLines(log, 1, 1)
    await log.check()
    expect(existsSync(beside('elsewhere'))).toBe(false)
  })

  it.each([
    ['a pipe', () => pipe(record())],
    [
      'a record with an object for its MAC',
      () => writeFileSync(record(), '{"n":1,"hash":"a","size":0,"inode":"1","mac":{"length":2e8}}'),
    ],
    ['not a record', () => writeFileSync(record(), 'null')],
  ])('delays no start and no line where it is %s', async (_, attack) => {
    await leave(3)
    rmSync(record())
    attack()
    const log = await open()
    await log.write(play)
    expect(audit.findings).toEqual([])
    expect((await verify()).fault).toBeNull()
  })

  it('hides no emptied log where it was forged', async () => {
    await leave(3)
    truncateSync(audit.file)
    writeFileSync(record(), '{"n":1,"hash":"a","size":0,"inode":"1","mac":"x"}')
    await open({ expected: audit.heads.at(-1)! })
    expect(audit.findings).toEqual(['missing'])
  })
})

describe('a pipe or a device', () => {
  it.each([
    ['a pipe', () => pipe(audit.file)],
    ['a device', () => symlinkSync('/dev/null', audit.file)],
  ])('in place of the log takes no line, and delays nothing: %s', async (_, attack) => {
    const log = await open()
    await writeLines(log, 1, 2)
    renameSync(audit.file, beside('kept'))
    attack()
    await expect(log.write(play)).rejects.toThrow(/is no longer a regular file/)
    expect([await log.check(), log.writable()]).toEqual([false, false])
    rmSync(audit.file)
    renameSync(beside('kept'), audit.file)
    await log.write(play)
    expect(linesOf(audit.file).at(-1)).toMatchObject({ n: 3, lost: 1 })
    expect(audit.findings).toEqual([])
  })

  it('in place of the heads fails, and delays neither a start nor a stop', async () => {
    pipe(beside('audit.heads'))
    expect(await newestHead(beside('audit.heads'), keys.heads, null)).toBeNull()
    const errors: unknown[] = []
    const sink = openSink(
      { kind: 'file', path: beside('audit.heads') },
      { report: (error) => void errors.push(error) },
    )
    const log = await open({ keep: (head) => sink.keep(head) })
    await expect.poll(() => errors).toHaveLength(1)
    expect(sink.failing()).toBe(true)
    await log.close()
    await sink.close()
  })
})

describe('text that another program appends', () => {
  it.each([
    ['empty lines', '\n'.repeat(900_000)],
    ['lines that look as if they were cut short', '{"n":3,"user":"eve"\n'.repeat(1000)],
    ['more than commands write in a second', `{"n":${'9'.repeat(2_000_000)}`],
  ])('is found out: %s', async (_, text) => {
    const log = await open()
    await writeLines(log, 1, 2)
    appendFileSync(audit.file, text)
    await expect(log.write(play)).rejects.toThrow(/is not the file that the host wrote/)
    expect(audit.findings).toEqual(['foreign_lines'])
  })

  it('delays no start, even where the log is all line ends', async () => {
    await leave(2)
    writeFileSync(audit.file, Buffer.alloc(20_000_000, 10))
    appendFileSync(audit.file, '{"n":1000000,"prev":"","at":""}\n')
    await open({ expected: audit.heads.at(-1)! })
    expect(audit.findings).toEqual(['end_changed'])
  })
})

describe('a log whose heads only a collector has', () => {
  it('is missed when it is deleted, despite an older record and the file before it', async () => {
    const log = await open()
    await writeLines(log, 1, 3)
    copyFileSync(record(), beside('kept'))
    renameSync(audit.file, `${audit.file}.1`)
    await writeLines(log, 4, 6)
    await log.close()
    rmSync(audit.file)
    copyFileSync(beside('kept'), record())
    await writeLines(await open(), 7, 7)
    expect((await verify()).fault).toMatch(/^line 2 is missing: .* number 4, .* number 6 /)
  })

  it('is missed when all of it is deleted, although a rotation follows', async () => {
    await leave(3)
    rmSync(audit.file)
    rmSync(record())
    const log = await open()
    renameSync(audit.file, beside('other'))
    await writeLines(log, 1, 1)
    expect((await verify()).fault).toMatch(/^line 2 is missing: .* number 1, .* number 3 /)
  })

  it('shows a lost line although a head is sent again', async () => {
    const log = await open()
    await writeLines(log, 1, 3)
    renameSync(audit.file, `${audit.file}.1`)
    await writeLines(log, 4, 6)
    await log.close()
    const lines = readFileSync(audit.file, 'utf8').split('\n')
    writeFileSync(audit.file, `${lines.slice(0, 2).join('\n')}\n`)
    audit.heads.push(audit.heads.find(({ reason }) => reason === 'rotation')!)
    expect((await verify()).fault).toMatch(/^line 3 is missing: .* number 5, .* number 6 /)
  })

  it('shows at the start, by its record, that lines were cut off or an older file was put back', async () => {
    const log = await open()
    await writeLines(log, 1, 3)
    copyFileSync(audit.file, beside('old'))
    await writeLines(log, 4, 6)
    await log.close()
    copyFileSync(beside('old'), audit.file)
    await open()
    expect(audit.findings).toEqual(['shortened'])
  })
})

describe('a log that is emptied just before the stop', () => {
  it('says so, and stays broken for the verification', async () => {
    const log = await open()
    await writeLines(log, 1, 3)
    truncateSync(audit.file)
    await log.close()
    expect(audit.findings).toEqual(['shortened'])
    expect(linesOf(audit.file)).toMatchObject([{ n: 4, action: 'log_changed', outcome: 'shortened' }])
    expect((await verify()).fault).toMatch(/^line 1 follows line 3, but not in the file/)
    truncateSync(audit.file)
    expect((await verify()).fault).toMatch(/^line 1 is missing: the file is empty/)
  })
})

it('the verification reports a finding although the file that it was in is gone', async () => {
  const log = await open()
  await writeLines(log, 1, 3)
  truncateSync(audit.file)
  await writeLines(log, 4, 4)
  renameSync(audit.file, beside('other'))
  await writeLines(log, 5, 5)
  const { told } = await verifyAndTell({
    file: audit.file,
    host: null,
    isLive: true,
    keys,
    kept: { path: 'heads', heads: audit.heads },
    after: undefined,
    last: undefined,
  })
  expect(told).toMatch(/The heads say that the host found its file changed: after line 3 at 2/)
})

it.each(['audit.end', 'audit.lock'])(
  'a log cannot have a name that the host needs beside it: %s',
  async (name) => {
    await expect(open({ file: beside(name) })).rejects.toThrow(/Set AUDIT_LOG to a name that ends with \.log/)
  },
)
