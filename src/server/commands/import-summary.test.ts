import { describe, expect, it } from 'vitest'
import { tellImport } from './import-summary.ts'
import { importZone } from './import-zone.ts'

const result = {
  format: 'csv',
  added: 1200,
  updated: 1,
  withAudio: 0,
  withoutAudio: 0,
  unusedAudio: [],
  skipped: 0,
  zoneless: 0,
  reasons: [],
  accounts: 1,
  reportFile: null,
} as const
const asGiven = { mediaDir: './mp3', reading: { zone: null } }

describe('the summary of an import', () => {
  it('is one line where all went well', () => {
    expect(tellImport(result, 2, asGiven)).toEqual({
      said: 'Imported: 1,200 added, 1 updated; 2.0 s, 601 recordings a second.',
      warned: [],
    })
  })

  it('counts audio that is missing or belongs to nothing, and says where all is named', () => {
    const unusedAudio = ['a.mp3', 'b.mp3', 'c.mp3', 'd.mp3']
    const counts = { withAudio: 3, withoutAudio: 7, unusedAudio, skipped: 12, reasons: ['line 2: bad'] }
    const { said, warned } = tellImport(
      { ...result, ...counts, reportFile: 'data/import-report.txt' },
      1,
      asGiven,
    )
    expect(said).toContain('3 with audio, 7 without audio, 12 left out;')
    expect(warned).toEqual([
      'Left out: line 2: bad',
      '… and 11 more.',
      '4 files in ./mp3 belong to no recording that was imported: a.mp3, b.mp3, c.mp3, …',
      'All of this is in data/import-report.txt.',
    ])
  })

  it('says which zone times without an offset were read in, where none was given', () => {
    const { warned } = tellImport({ ...result, zoneless: 2 }, 1, asGiven)
    expect(warned).toEqual([
      expect.stringMatching(/^2 start times have no offset and counted as UTC\. .*--tz/),
    ])
    expect(tellImport({ ...result, zoneless: 2 }, 1, { ...asGiven, reading: { zone: {} } }).warned).toEqual(
      [],
    )
  })

  it('says how to make the first account', () => {
    expect(tellImport({ ...result, accounts: 0 }, 1, asGiven).warned).toEqual([
      expect.stringMatching(/^Nobody may sign in yet: npm run user -- add/),
    ])
  })
})

describe('the zone of an import', () => {
  const rome = importZone('Europe/Rome')

  it.each([
    ['2026-11-23T08:30:00', 60],
    ['2026-07-23T08:30:00.250', 120],
    ['2026-10-25T01:59:59', 120],
    ['2026-10-25T02:00:00', null],
    ['2026-10-25T02:59:59', null],
    ['2026-10-25T03:00:00', 60],
    ['2026-03-29T01:59:59', 60],
    ['2026-03-29T02:00:00', null],
    ['2026-03-29T03:00:00', 120],
  ])('has at %s the offset %s', (wall, offset) => {
    expect(rome.offsetMinutes(Date.parse(`${wall}Z`))).toBe(offset)
  })

  it('has to exist', () => {
    expect(() => importZone('Europe/Atlantis')).toThrow(/--tz cannot be “Europe\/Atlantis”/)
  })
})
