/** Rotates the log at the worst moments: no attack is reported, and all files together hold one chain. */
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { AuditLog, AuditLogOptions } from './audit-log.ts'
import { auditKeys } from './keys.ts'
import { linesOf, TestAudit, testKey, writeLines } from '../../testing/audit.ts'
import { verifyLog } from './verify.ts'

const keys = auditKeys(testKey)

let audit: TestAudit
beforeEach(() => {
  audit = new TestAudit()
})
afterEach(() => audit.close())

const open = (more: Partial<AuditLogOptions> = {}): Promise<AuditLog> =>
  audit.open({ expected: audit.heads.at(-1) ?? null, ...more })
const openCommand = (isHostRunning: boolean, more: Partial<AuditLogOptions> = {}): Promise<AuditLog> =>
  open({ isHostRunning: () => isHostRunning, ...more })
const record = (): string => audit.beside('audit.end')
const old = (): string => `${audit.file}.1`
const rotate = (): void => renameSync(audit.file, old())
const rotateAndMake = (): void => {
  rotate()
  writeFileSync(audit.file, '')
}
const numbersIn = (file: string): unknown[] => linesOf(file).map(({ n }) => n)

async function expectOneChain(): Promise<void> {
  expect(audit.findings).toEqual([])
  const last = await verifyLog(audit.file, { key: keys.lines, heads: audit.heads })
  expect(last).toMatchObject({ fault: null, isHeld: true, findings: [] })
  const first = await verifyLog(old(), { key: keys.lines, heads: audit.heads, isLive: false })
  expect(first).toMatchObject({ fault: null, isHeld: true, findings: [] })
  const end = { n: numbersIn(old()).at(-1), hash: first.lastHash }
  if (last.count > 0) expect(last.before).toEqual(end)
}

describe('a command beside a running host', () => {
  it.each([
    ['by a rename', rotate, true],
    ['by a rename and an empty file', rotateAndMake, true],
    ['whose heads go to a collector', rotate, false],
  ])('waits for the host to take a rotation over: %s', async (_, doRotate, isFileSink) => {
    const host = await open({ lookEveryMs: 20 })
    await writeLines(host, 1, 3)
    doRotate()
    const expected = isFileSink ? audit.heads.at(-1)! : null
    const command = await openCommand(true, { expected })
    await writeLines(command, 4, 4)
    await command.close()
    await writeLines(host, 5, 5)
    await host.close()
    expect([numbersIn(old()), numbersIn(audit.file)]).toEqual([
      [1, 2, 3],
      [4, 5],
    ])
    await expectOneChain()
  })

  it('writes nothing and makes no file where the host does not take over', async () => {
    const host = await open()
    await writeLines(host, 1, 3)
    rotate()
    await expect(openCommand(true, { takeoverMs: 60 })).rejects.toThrow(
      /is not the file that the host wrote last.*Look into the host’s log/,
    )
    expect(existsSync(audit.file)).toBe(false)
  })

  it('follows the host after the host has found another file', async () => {
    const host = await open()
    await writeLines(host, 1, 3)
    writeFileSync(`${audit.file}.new`, '')
    renameSync(`${audit.file}.new`, audit.file)
    writeFileSync(audit.file, 'no line\n')
    truncateSync(audit.file)
    await writeLines(host, 4, 4)
    const command = await openCommand(true, { takeoverMs: 60 })
    await writeLines(command, 5, 5)
    await writeLines(host, 6, 6)
    expect(numbersIn(audit.file)).toEqual([4, 5, 6])
  })

  it('has its line followed by the host, although the file was rotated since', async () => {
    const host = await open()
    await writeLines(host, 1, 3)
    const command = await openCommand(true)
    await writeLines(command, 4, 4)
    await command.close()
    rotate()
    await writeLines(host, 5, 6)
    await host.close()
    expect([numbersIn(old()), numbersIn(audit.file)]).toEqual([
      [1, 2, 3, 4],
      [5, 6],
    ])
    await expectOneChain()
  })

  it('continues where the host does, however often the file is rotated meanwhile', async () => {
    const host = await open()
    await writeLines(host, 1, 3)
    const command = await openCommand(true)
    rotate()
    await writeLines(host, 4, 5)
    renameSync(audit.file, `${audit.file}.2`)
    await writeLines(host, 6, 7)
    await writeLines(command, 8, 8)
    await command.close()
    await writeLines(host, 9, 9)
    await host.close()
    expect(numbersIn(audit.file)).toEqual([6, 7, 8, 9])
    expect(audit.findings).toEqual([])
    expect((await verifyLog(audit.file, { key: keys.lines, heads: audit.heads })).fault).toBeNull()
  })

  it('waits with its line where the file is rotated meanwhile', async () => {
    const host = await open()
    await writeLines(host, 1, 3)
    const command = await openCommand(true, { takeoverMs: 5000 })
    rotateAndMake()
    const written = writeLines(command, 4, 4)
    await host.close()
    await written
    await command.close()
    expect(numbersIn(audit.file)).toEqual([4])
    await expectOneChain()
  })

  it('has its line counted where the old file is overwritten at once', async () => {
    const host = await open()
    await writeLines(host, 1, 3)
    const command = await openCommand(true)
    await writeLines(command, 4, 4)
    await command.close()
    rotate()
    writeFileSync(old(), 'x'.repeat(statSync(old()).size))
    await writeLines(host, 5, 5)
    expect([audit.findings, numbersIn(audit.file)]).toEqual([[], [5]])
  })

  it('writes nothing where the host’s file is not known', async () => {
    const host = await open()
    await writeLines(host, 1, 3)
    rmSync(record())
    rotateAndMake()
    await expect(openCommand(true, { takeoverMs: 60 })).rejects.toThrow(/is not the file that the host wrote/)
    await writeLines(host, 4, 4)
    await writeLines(await openCommand(true), 5, 5)
    await host.close()
    expect(numbersIn(audit.file)).toEqual([4, 5])
    await expectOneChain()
  })

  it('with another key writes nothing in any of several tries, and leaves nothing behind', async () => {
    const host = await open({ lookEveryMs: 5 })
    await writeLines(host, 1, 3)
    rotateAndMake()
    await expect.poll(() => audit.heads.at(-1)).toMatchObject({ n: 3, reason: 'rotation' })
    const kept = audit.heads.length
    const recorded = readFileSync(record())
    const other = { hostKey: Buffer.alloc(32, 8) }
    for (const isRunning of [true, true, false, false]) {
      await expect(openCommand(isRunning, other)).rejects.toThrow(/written with another key/)
    }
    expect([readFileSync(audit.file, 'utf8'), audit.heads.length, readFileSync(record())]).toEqual([
      '',
      kept,
      recorded,
    ])
    await writeLines(host, 4, 4)
    await host.close()
    await expectOneChain()
  })
})

/** Writes three lines whose heads are kept and five whose heads are not. @param meanwhile runs before the sixth. */
async function rotateUnseen(meanwhile: () => void): Promise<void> {
  const host = await open()
  await writeLines(host, 1, 3)
  await host.close()
  audit.isPlaceAway = true
  const away = await open()
  await writeLines(away, 4, 5)
  meanwhile()
  await writeLines(away, 6, 8)
  await away.close()
  audit.isPlaceAway = false
}

describe('a start', () => {
  it('after a rotation without a line since reports nothing', async () => {
    const host = await open({ lookEveryMs: 5 })
    await writeLines(host, 1, 3)
    rotate()
    await expect.poll(() => audit.heads.at(-1)).toMatchObject({ n: 3, reason: 'rotation' })
    await host.close()
    const next = await open()
    await writeLines(next, 4, 4)
    await next.close()
    expect(numbersIn(audit.file)).toEqual([4])
    await expectOneChain()
  })

  it('after a rotation just before the stop reports nothing', async () => {
    const host = await open()
    await writeLines(host, 1, 3)
    rotate()
    await host.close()
    expect(audit.heads.slice(-2)).toMatchObject([
      { n: 3, reason: 'rotation' },
      { n: 3, reason: 'stop' },
    ])
    const next = await open()
    await writeLines(next, 4, 4)
    await next.close()
    await expectOneChain()
  })

  it.each([
    ['a host', open],
    ['a command, and then a host', () => openCommand(false)],
  ])('finds the file that was rotated meanwhile: %s', async (_, openFirst) => {
    const host = await open()
    await writeLines(host, 1, 3)
    await host.close()
    rotate()
    const first = await openFirst()
    await writeLines(first, 4, 4)
    await first.close()
    const next = await open()
    await writeLines(next, 5, 5)
    await next.close()
    expect(numbersIn(audit.file)).toEqual([4, 5])
    await expectOneChain()
  })

  it('with a head from before a rotation continues at the end of the file', async () => {
    await rotateUnseen(rotate)
    const next = await open()
    await writeLines(next, 9, 9)
    await next.close()
    expect(numbersIn(audit.file)).toEqual([6, 7, 8, 9])
    await expectOneChain()
  })

  it.each([
    ['from the first line on', 1],
    ['from a later one on', 4],
  ])('keeps the head of a rotation that was not kept before, %s', async (_, first) => {
    const host = await open()
    await writeLines(host, 1, first - 1)
    audit.isPlaceAway = true
    await writeLines(host, first, first + 2)
    rotate()
    await host.close()
    audit.isPlaceAway = false
    const next = await open()
    await writeLines(next, 9, 9)
    await next.close()
    expect(numbersIn(audit.file)).toEqual([first + 3])
    await expectOneChain()
  })

  it('finds the rotated file among many, and is not misled by a copy', async () => {
    await rotateUnseen(() => copyFileSync(audit.file, `${audit.file}-copy`))
    rmSync(record())
    rotate()
    for (let n = 0; n < 60; n += 1) {
      writeFileSync(`${audit.file}-${n}`, 'milk\n')
      utimesSync(`${audit.file}-${n}`, 1, 1)
    }
    const next = await open()
    await writeLines(next, 9, 9)
    await next.close()
    expect(numbersIn(audit.file)).toEqual([9])
    await expectOneChain()
  })

  it('without a line leaves a file whose chain holds, rotated or not', async () => {
    await (await open()).close()
    await (await open()).close()
    rotate()
    const host = await open()
    await writeLines(host, 1, 1)
    await host.close()
    expect(await verifyLog(old(), { key: keys.lines, heads: audit.heads, isLive: false })).toMatchObject({
      fault: null,
    })
    expect((await verifyLog(audit.file, { key: keys.lines, heads: audit.heads })).fault).toBeNull()
  })

  it('keeps its numbers where the rotated file is gone, and says so', async () => {
    await rotateUnseen(rotate)
    rmSync(old())
    const next = await open()
    await writeLines(next, 9, 9)
    await next.close()
    expect(audit.findings).toEqual(['missing'])
    // The host's own line about it is the ninth.
    expect(numbersIn(audit.file)).toEqual([6, 7, 8, 9, 10])
    expect(linesOf(audit.file)[3]).toMatchObject({ action: 'log_changed', outcome: 'missing' })
  })
})

const stripped = (): void => {
  const text = readFileSync(audit.file, 'utf8')
  writeFileSync(old(), text.replaceAll(/,"mac":"[\w-]*"/g, ''))
  rmSync(audit.file)
}
const shortened = (): void => {
  const lines = readFileSync(audit.file, 'utf8').split('\n')
  writeFileSync(old(), `${lines.slice(0, 2).join('\n')}\n`)
  rmSync(audit.file)
}

describe('a file beside the log that was removed', () => {
  it.each([
    ['lacks its MACs', stripped],
    ['lacks its last line', shortened],
    [
      'is a folder',
      () => {
        rmSync(audit.file)
        mkdirSync(old())
      },
    ],
    [
      'is not a log',
      () => {
        rmSync(audit.file)
        writeFileSync(old(), 'milk\n')
      },
    ],
  ])('is no proof of a rotation where it %s', async (_, attack) => {
    const host = await open()
    await writeLines(host, 1, 3)
    await host.close()
    attack()
    await open()
    expect(audit.findings).toEqual(['missing'])
  })
})

describe('the record of the end', () => {
  it.each([
    ['is gone', () => rmSync(record())],
    ['cannot be read', () => writeFileSync(record(), '{')],
    ['is an older one', () => writeFileSync(record(), readFileSync(`${record()}.kept`))],
    [
      'cannot be written',
      () => {
        rmSync(record())
        mkdirSync(record())
        chmodSync(record(), 0o500)
      },
    ],
  ])('stops and breaks nothing where it %s', async (_, harm) => {
    const host = await open()
    await writeLines(host, 1, 2)
    writeFileSync(`${record()}.kept`, readFileSync(record()))
    await writeLines(host, 3, 3)
    harm()
    await host.close()
    const command = await openCommand(false)
    await writeLines(command, 4, 4)
    await command.close()
    const next = await open()
    await writeLines(next, 5, 5)
    await next.close()
    expect([audit.findings, numbersIn(audit.file)]).toEqual([[], [1, 2, 3, 4, 5]])
    expect((await verifyLog(audit.file, { key: keys.lines, heads: audit.heads })).fault).toBeNull()
  })

  it('of a full file does not excuse an empty one', async () => {
    const host = await open()
    await writeLines(host, 1, 3)
    await host.close()
    truncateSync(audit.file)
    await open({ expected: null })
    expect(audit.findings).toEqual(['missing'])
  })
})
