/** Importing files into both archives: every format, what is left out, and the messages. */
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { WireRecording } from '../../../contract/recording.ts'
import { testArchives, testManager, type TestArchive } from '../../../testing/archives.ts'
import { testMp3 } from '../../../testing/audio.ts'
import { wireRecording, type TestImport } from '../../../testing/imports.ts'
import { testGuid } from '../../../testing/store.ts'

const { signal } = new AbortController()
const wire = wireRecording

const ndjson = (rows: readonly unknown[]) => rows.map((row) => JSON.stringify(row)).join('\n')
const answer = (rows: readonly unknown[]) => JSON.stringify({ totalCount: rows.length, recordings: rows })
const columns = Object.keys(wire(1)) as (keyof WireRecording)[]
const csv = (rows: readonly WireRecording[], delimiter = ',') =>
  [columns, ...rows.map((row) => columns.map((name) => row[name] ?? ''))]
    .map((cells) => cells.join(delimiter))
    .join('\r\n')

/** Newest first, as the store lists them. */
const rows = [3, 2, 1].map((n) => wire(n, n === 2 ? { ownerUsername: null, remotePartyNumber: null } : {}))

/** More than an archive stores at once. */
const MANY = 20_500
const many = (from: number, changes: Partial<WireRecording> = {}) =>
  Array.from({ length: MANY }, (_, n) => wire(from + n, changes))

/** Lines that cannot be stored. */
const badLines = (count: number) => Array.from({ length: count }, (_, n) => `{"id":"${n}"}\n`).join('')

const goodRows = [wire(1), wire(2)]
const badRows: readonly (readonly [name: string, row: unknown, reason: RegExp])[] = [
  ['no id', { ...wire(9), id: undefined }, /id is missing/],
  ['an id that is no GUID', { ...wire(9), id: '17' }, /id cannot be “17”: it takes a GUID/],
  ['no start', { ...wire(9), startTime: null }, /startTime is missing: it takes an ISO-8601 date-time/],
  ['an invalid start', { ...wire(9), startTime: '2026-02-30T00:00:00Z' }, /startTime cannot be “2026-02-30/],
  ['an invalid duration', { ...wire(9), duration: '00:01:30' }, /duration cannot be “00:01:30”/],
  ['an invalid direction', { ...wire(9), direction: 7 }, /direction cannot be “7”: it takes 0 \(unknown\)/],
  ['no reference', { ...wire(9), referenceNumber: '' }, /referenceNumber is missing/],
  ['no object', [1], /is no recording/],
  ['nothing', null, /is no recording/],
]

/** One archive for all: each file brings the same recordings again, as they must be. */
describe.each(testArchives)('an import into %s', (engine, open) => {
  let archive: TestArchive
  beforeAll(async () => {
    archive = await open()
  })
  afterAll(() => archive.remove())

  async function expectRead(text: string | Buffer, options: TestImport): Promise<void> {
    const { added, updated, skipped } = await archive.load(text, options)
    expect({ read: added + updated, skipped }).toEqual({ read: 3, skipped: 0 })
    const page = { page: 0, pageSize: 1000 }
    expect((await archive.source.list({}, page, testManager, signal)).recordings).toEqual(rows)
  }

  const pretty = JSON.stringify(
    { recordings: rows, totalCount: 3, more: [{ recordings: [1, ']'] }] },
    null,
    2,
  )
  it.each([
    ['the API’s answer', answer(rows)],
    ['the API’s answer, indented, with unknown fields', pretty],
    ['one object a line', ndjson(rows)],
    [
      'one object a line, with empty lines and Windows line ends',
      `\n${ndjson(rows).replaceAll('\n', '\r\n\r\n')}\r\n`,
    ],
    ['CSV', csv(rows)],
    ['CSV with semicolons and a byte order mark', `\uFEFF${csv(rows, ';')}\r\n`],
    ['CSV with tabs', csv(rows, '\t')],
    ['a bare list', JSON.stringify(rows)],
    [
      'a bare list, indented, with nested lists of that name',
      JSON.stringify(
        rows.map((row) => ({ ...row, recordings: [[row]] })),
        null,
        2,
      ),
    ],
    ['one object a line, with CR line ends', ndjson(rows).replaceAll('\n', '\r')],
    ['CSV with CR line ends', csv(rows).replaceAll('\r\n', '\r')],
    ['CSV whose first line names the delimiter', `sep=;\r\n${csv(rows, ';')}`],
    ['CSV whose first line names an unusual delimiter', `"sep=|"\n${csv(rows, '|')}`],
    [
      'CSV with rows without a value',
      `;;;;;;;\r\n${csv(rows, ';').replaceAll('\r\n', '\r\n;;;;;;;\r\n')}\r\n; ;\r\n`,
    ],
    ['UTF-16 as Excel’s “Unicode text”', Buffer.from(`\uFEFF${csv(rows, '\t')}`, 'utf16le')],
    ['UTF-16 with its high bytes first', Buffer.from(`\uFEFF${csv(rows, '\t')}`, 'utf16le').swap16()],
    ['CSV with quotes', csv(rows).replaceAll('132', '"132"')],
  ])('reads %s, however it arrives', async (_, text) => {
    // Both read in the same way, so the slower one reads once.
    for (const pieceBytes of engine === 'PostgreSQL' ? [7] : [1, 7, 1000])
      await expectRead(text, { pieceBytes })
  })

  it.each([
    ['x.csv', csv(rows)],
    ['x.NDJSON', ndjson(rows)],
    ['x.jsonl', ndjson(rows)],
    ['x.json', answer(rows)],
    ['x.json', ndjson(rows)],
    ['x.json', JSON.stringify(rows)],
    ['x.json', ndjson(rows).replaceAll('\n', '\r')],
    ['x.txt', csv(rows)],
  ])('tells the format of %s', async (name, text) => {
    await expectRead(text, { name })
  })
})

describe.each(testArchives)('into %s,', (_name, open) => {
  let archive: TestArchive
  beforeEach(async () => {
    archive = await open()
  })
  afterEach(() => archive.remove())

  const load = (text: string | Buffer, options?: TestImport) => archive.load(text, options)
  async function stored(): Promise<readonly WireRecording[]> {
    return (await archive.source.list({}, { page: 0, pageSize: 1000 }, testManager, signal)).recordings
  }
  const detail = (n: number) => archive.source.detail(testGuid(n), testManager, signal)
  const inDataDir = (name: string) => join(archive.dataDir, name)
  const report = () => readFileSync(inDataDir('import-report.txt'), 'utf8').trimEnd().split('\n')

  describe('an import', () => {
    it('takes an empty list', async () => {
      for (const text of [answer([]), '[]']) expect(await load(text)).toMatchObject({ added: 0, updated: 0 })
    })

    it('reads the detail too', async () => {
      const owner = {
        username: 'mrossi',
        firstName: 'Maria',
        lastName: 'Rossi',
        group: 'Sales',
        department: 'Commercial',
        phoneNumber: '225',
      }
      const note = { text: 'Call “back”\n', author: 'mrossi', updatedAt: '2026-11-23T09:00:00Z' }
      const { ownerUsername: _, ...given } = wire(1)
      await load(
        ndjson([
          {
            ...given,
            owner,
            note,
            pbxCallId: 'c1',
            preservingUser: { username: 'chief' },
            size: 7,
            hash: 'x',
          },
        ]),
      )
      expect(await detail(1)).toEqual({
        ...given,
        owner,
        note,
        pbxCallId: 'c1',
        preservingUser: { username: 'chief' },
        size: 0,
        hash: null,
      })
    })

    it('reads the detail’s columns of CSV, and cells with commas, quotes and line breaks', async () => {
      const [header, row] = csv([wire(1)]).split('\r\n')
      await load(
        `${header},note,pbxCallId,preservingUser,else\n${row},"Ask ""Ada"",\nthen call",c1,chief,1\n`,
      )
      expect(await detail(1)).toMatchObject({
        note: { text: 'Ask "Ada",\nthen call', author: '', updatedAt: '2026-11-02T09:20:59.000Z' },
        pbxCallId: 'c1',
        preservingUser: { username: 'chief' },
      })
    })

    it('updates a recording with the same id, in one file or in another', async () => {
      await load(
        ndjson([wire(1), wire(2), wire(1, { direction: 2, startTime: '2020-01-01T00:00:00.0000000+00:00' })]),
      )
      expect(await stored()).toMatchObject([{ id: testGuid(2) }, { id: testGuid(1), direction: 2 }])
      expect(await load(ndjson([wire(2, { direction: 0 }), wire(3)]))).toMatchObject({ added: 1, updated: 1 })
      expect((await stored()).map(({ direction }) => direction)).toEqual([1, 0, 2])
    })

    it('reads times without an offset in a zone, and counts them', async () => {
      const zone = { name: 'Test/East', offsetMinutes: () => 120 }
      const given = [wire(1, { startTime: '2026-11-23T08:30:00' }), wire(2)]
      expect(await load(csv(given), { reading: { dates: null, zone } })).toMatchObject({
        added: 2,
        zoneless: 1,
      })
      expect(await detail(1)).toMatchObject({ startTime: '2026-11-23T08:30:00.0000000+02:00' })
      expect(await detail(2)).toMatchObject({ startTime: wire(2).startTime })
    })

    it('reports its progress', async () => {
      const seen: number[] = []
      await load(ndjson(rows), { onProgress: ({ rows: done, bytesRead }) => seen.push(done, bytesRead) })
      expect(seen.slice(-2)).toEqual([3, ndjson(rows).length])
    })
  })

  describe('a bad recording', () => {
    it('is left out and counted with skipBad', async () => {
      const result = await load(ndjson([wire(1), ...badRows.map(([, row]) => row), wire(2)]) + '\n{"id":', {
        skipBad: true,
      })
      expect(result).toMatchObject({ added: 2, updated: 0, skipped: badRows.length + 1 })
      expect(result.reasons[0]).toMatch(/^line 2: id is missing/)
      expect(result.reasons.at(-1)).toMatch(/^line 12: is not JSON/)
      expect(await stored()).toHaveLength(2)
    })

    it('of CSV is named by its line, even after line breaks within cells', async () => {
      const [header, first, second] = csv([wire(1), wire(2)]).split('\r\n')
      const text = `${header},note\n${first},"two\nlines"\n\n${second}\n`
      await expect(load(text)).rejects.toThrow(/line 5: has 8 cells where the header has 9/)
      expect(await load(text, { skipBad: true })).toMatchObject({ added: 1, skipped: 1 })
    })

    it.each(['\r', '\r\n', '\n'])('of CSV has the right line number if lines end in %j', async (end) => {
      const [header, first] = csv([wire(1)]).split('\r\n')
      const text = [`sep=,`, header, first, ',,,', 'x'].join(end)
      for (const pieceBytes of [1, 1000])
        await expect(load(text, { pieceBytes })).rejects.toThrow(/line 5: has 1 cells/)
    })

    it('of NDJSON has the right line number if lines end in CR', async () => {
      for (const pieceBytes of [1, 1000]) {
        await expect(load(`${ndjson([wire(1)])}\r\r\n\r1\r`, { pieceBytes })).rejects.toThrow(
          /line 4: is no recording/,
        )
      }
    })
  })

  describe('the report', () => {
    it('lists all that was left out, and only its owner can read it', async () => {
      const result = await load(badLines(25), { skipBad: true })
      expect(result).toMatchObject({ skipped: 25, reportFile: inDataDir('import-report.txt') })
      expect(report()).toHaveLength(25)
      expect(report()[24]).toMatch(/^left out: line 25: id cannot be “24”/)
      expect(statSync(result.reportFile ?? '').mode & 0o777).toBe(0o600)
    })

    it('stays if the next import fails, and goes if the next one has nothing to report', async () => {
      await load(badLines(1), { skipBad: true })
      await expect(load(`${badLines(2)}`)).rejects.toThrow('line 1')
      await expect(load(`{"totalCount":1,"recordings":[{},`, { skipBad: true })).rejects.toThrow('cut off')
      expect(report()).toHaveLength(1)
      expect(readdirSync(archive.dataDir).filter((name) => name.startsWith('import-'))).toEqual([
        'import-report.txt',
      ])
      expect(await load(ndjson(rows))).toMatchObject({ reportFile: null })
      expect(existsSync(inDataDir('import-report.txt'))).toBe(false)
    })
  })

  describe('an import that ends early', () => {
    // Where an archive stores recordings in batches, some of the many are on their way by then.
    it.each([20, 30_000])('leaves the archive as it was, after %i rows', async (count) => {
      await load(ndjson([wire(1_000_000, { ownerUsername: 'kept' })]))
      const leaving = new AbortController()
      const input = async function* endless() {
        for (let n = 1; ; n += 1) {
          const part = Array.from({ length: Math.min(count, 1000) }, (_, index) =>
            wire(n * 1000 + index, { ownerUsername: `owner ${n}` }),
          )
          yield Buffer.from(`${ndjson(part)}\n`)
          if (n * part.length === count) leaving.abort(new Error('Ctrl-C'))
        }
      }
      const options = { input: input(), name: 'x.ndjson', signal: leaving.signal }
      await expect(load('', options)).rejects.toThrow('Ctrl-C')
      expect((await stored()).map(({ id }) => id)).toEqual([testGuid(1_000_000)])
      expect(await archive.source.people('', 50, testManager)).toMatchObject([{ username: 'kept' }])
      expect(await load(ndjson(rows))).toMatchObject({ added: 3 })
    })

    it('leaves the archive as it was, where a bad recording follows many good ones', async () => {
      const input = async function* faulty() {
        yield Buffer.from(`${ndjson(many(1, { ownerUsername: 'leaving' }))}\n`)
        yield Buffer.from('5\n')
      }
      await expect(load('', { input: input(), name: 'x.ndjson' })).rejects.toThrow('Nothing was imported')
      expect(await stored()).toEqual([])
      expect(await archive.source.people('', 50, testManager)).toEqual([])
      expect(await load(ndjson(rows))).toMatchObject({ added: 3 })
    })

    it('shows its rows to a reader only when all of them are stored', async () => {
      const seen: number[] = []
      const input = async function* watched() {
        for (const part of [many(1), many(100_000), [wire(200_000)]]) {
          yield Buffer.from(`${ndjson(part)}\n`)
          seen.push((await stored()).length)
        }
      }
      await load('', { input: input(), name: 'x.ndjson' })
      expect(seen).toEqual([0, 0, 0])
      expect(await archive.countForRemoval({})).toMatchObject({ total: 2 * MANY + 1 })
    })
  })

  describe('audio', () => {
    it('is attached by id in any case, and removed if the import fails', async () => {
      const mediaDir = join(archive.dataDir, 'given')
      mkdirSync(mediaDir)
      writeFileSync(join(mediaDir, `${testGuid(171).toUpperCase()}.MP3`), testMp3(3))
      writeFileSync(join(mediaDir, 'else.mp3'), 'else')
      const media = () => readdirSync(join(archive.dataDir, 'media'), { recursive: true, encoding: 'utf8' })
      await expect(load(ndjson([wire(171), 5]), { mediaDir })).rejects.toThrow('line 2')
      expect(media().filter((name) => name.endsWith('.mp3'))).toEqual([])
      expect(await load(ndjson([wire(171), wire(172)]), { mediaDir })).toMatchObject({
        added: 2,
        withAudio: 1,
      })
      expect(await detail(171)).toMatchObject({ size: testMp3(3).length })
      expect(await detail(172)).toMatchObject({ size: 0 })
      expect(media().filter((name) => name.endsWith('.mp3'))).toHaveLength(1)
      await load(ndjson([wire(171)]))
      expect(await detail(171)).toMatchObject({ size: testMp3(3).length })
    })

    it('is counted: recordings with it, recordings without it, and unused files', async () => {
      const mediaDir = join(archive.dataDir, 'given')
      mkdirSync(mediaDir)
      for (const name of [testGuid(1), testGuid(9), 'else'])
        writeFileSync(join(mediaDir, `${name}.mp3`), testMp3(3))
      const counts = { withAudio: 1, withoutAudio: 2, unusedAudio: [`${testGuid(9)}.mp3`, 'else.mp3'] }
      const result = await load(ndjson(rows), { mediaDir })
      expect(result).toMatchObject(counts)
      expect(report()).toEqual([
        `no audio: ${testGuid(3)}`,
        `no audio: ${testGuid(2)}`,
        `unused: ${testGuid(9)}.mp3`,
        'unused: else.mp3',
      ])
      expect(await load(ndjson(rows))).toMatchObject({ withAudio: 0, withoutAudio: 0, unusedAudio: [] })
    })

    it('that is not MP3 is refused together with its recording', async () => {
      writeFileSync(join(archive.dataDir, `${testGuid(1)}.mp3`), '<!doctype html>')
      const options = { mediaDir: archive.dataDir }
      await expect(load(ndjson(rows), options)).rejects.toThrow(/line 3: its audio .*\.mp3 is no MP3/)
      expect(await load(ndjson(rows), { ...options, skipBad: true })).toMatchObject({ added: 2, skipped: 1 })
      expect(readdirSync(archive.dataDir)).not.toContain('media')
    })

    it('names the unusable folder or file', async () => {
      await expect(load(ndjson(rows), { mediaDir: join(archive.dataDir, 'none') })).rejects.toThrow(
        /--media cannot be read/,
      )
      writeFileSync(join(archive.dataDir, `${testGuid(1)}.mp3`), '')
      await expect(load(ndjson(rows), { mediaDir: archive.dataDir })).rejects.toThrow(
        /line 3: its audio .* is empty/,
      )
    })
  })
})

describe.each(testArchives)('refused by %s, which stays as it was,', (_name, open) => {
  let archive: TestArchive
  beforeAll(async () => {
    archive = await open()
    await archive.load(ndjson([wire(8)]))
  })
  afterAll(() => archive.remove())

  const load = (text: string | Buffer, options?: TestImport) => archive.load(text, options)
  const storedIds = async () =>
    (await archive.source.list({}, { page: 0, pageSize: 1000 }, testManager, signal)).recordings.map(
      ({ id }) => id,
    )

  describe('a bad recording', () => {
    it.each(badRows)('with %s is named, and nothing is loaded', async (_, row, reason) => {
      await expect(load(ndjson([...goodRows, row]))).rejects.toThrow(
        /^standard input: line 3: .*--skip-bad.*Nothing was imported\.$/,
      )
      await expect(load(answer([...goodRows, row]))).rejects.toThrow(/recording 3: /)
      await expect(load(ndjson([...goodRows, row]))).rejects.toThrow(reason)
      expect(await storedIds()).toEqual([testGuid(8)])
    })
  })

  describe('a file in none of the formats', () => {
    it.each([
      ['an empty one', '', /the file is empty/],
      ['a blank one', ' \n \n', /the file is empty/],
      ['a text', 'hello\nworld\n', /neither the API’s answer, .* its first line lacks id, referenceNumber/],
      ['a web page', '<!doctype html><html></html>', /neither the API’s answer/],
      ['bytes', Buffer.from([0xff, 0xfb, 0x90, 0, 0x80]), /the file is not UTF-8 text/],
      [
        'the text of another encoding',
        Buffer.from('id;Lef\xe8vre', 'latin1'),
        /not UTF-8 text\. .*“CSV UTF-8”/,
      ],
      ['a list that was cut off', JSON.stringify(rows).slice(0, -20), /it was cut off/],
      ['an answer that was cut off', answer(rows).slice(0, -20), /it was cut off/],
      ['an answer that was cut off at its list', '{"totalCount":2,"recordings":[', /it was cut off/],
      ['an answer without a list', '{"totalCount":2}', /no list named “recordings”/],
      ['an open quote', `${csv(rows)}\n"\nno more`, /Quote Not Closed: .* line \d/],
      ['a quote within a cell', csv(rows).replace('132', '1"32'), /Invalid Opening Quote: .* line 2/],
    ])(
      '%s: is refused with a remedy, even where bad recordings may be left out',
      async (_, text, message) => {
        const refused = expect(load(text, { skipBad: true })).rejects
        await refused.toThrow(message)
        await refused.toThrow(/^standard input: .*\. [A-Z].*\. Nothing was imported\.$/)
        expect(await storedIds()).toEqual([testGuid(8)])
      },
    )
  })
})
