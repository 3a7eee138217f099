/** Values as spreadsheets write them. All tests share one store, so each row has its own id. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SqliteSource } from '../sqlite/sqlite-source.ts'
import type { DateOrder, ImportZone } from './import-values.ts'
import { openSqliteSource } from '../sqlite/sqlite-source.ts'
import { importText, wireRecording } from '../../../testing/imports.ts'
import { temporaryFolder, testGuid, type TestStore } from '../../../testing/store.ts'
import type { Principal } from '../source.ts'

const { signal } = new AbortController()
const manager: Principal = {
  username: 'm',
  displayName: null,
  role: 'manager',
  scope: { kind: 'all' },
  stamp: '',
}
/** Two hours east of UTC. Its clocks never show 02:30. */
const east: ImportZone = {
  name: 'Test/East',
  offsetMinutes: (wallMs) => (new Date(wallMs).toISOString().includes('T02:30') ? null : 120),
}

let folder: TestStore
let source: SqliteSource
let last = 0
beforeAll(async () => {
  folder = temporaryFolder()
  source = await openSqliteSource({ dataDir: folder.dataDir, workers: 0 })
})
afterAll(async () => {
  await source.close()
  folder.remove()
})

interface Written {
  readonly dates?: DateOrder | null
  readonly zone?: ImportZone | null
}

/** Imports one row of CSV. @returns its detail from the store. */
async function store(cells: Readonly<Record<string, string>>, { dates = null, zone = null }: Written = {}) {
  last += 1
  const row = { ...wireRecording(last), ...cells }
  const text = `${Object.keys(row).join(';')}\n${Object.values(row).join(';')}\n`
  await importText(folder.dataDir, text, { reading: { dates, zone } })
  return source.detail(testGuid(last), manager, signal)
}

describe('a date of a spreadsheet', () => {
  it.each([
    ['23/11/2026 08:30', 'dmy', '2026-11-23T08:30:00.0000000+00:00'],
    ['3/4/2026 8:30:05', 'dmy', '2026-04-03T08:30:05.0000000+00:00'],
    ['3/4/2026 8:30:05', 'mdy', '2026-03-04T08:30:05.0000000+00:00'],
    ['11/23/2026 8:30 PM', 'mdy', '2026-11-23T20:30:00.0000000+00:00'],
    ['11/23/2026 12:05:06.25 am', 'mdy', '2026-11-23T00:05:06.2500000+00:00'],
    ['23.11.2026, 08.30.05', 'dmy', '2026-11-23T08:30:05.0000000+00:00'],
    ['23-11-2026', 'dmy', '2026-11-23T00:00:00.0000000+00:00'],
    ['23/11/2026 08:30:05,1234567 +01:00', 'dmy', '2026-11-23T08:30:05.1234567+01:00'],
    ['2026-11-23T08:30:00+01:00', 'dmy', '2026-11-23T08:30:00.0000000+01:00'],
  ] as const)('%s is read with --dates %s', async (startTime, dates, expected) => {
    expect(await store({ startTime }, { dates })).toMatchObject({ startTime: expected })
  })

  it.each([
    ['23/11/2026 08:30', null, /looks like dd\/mm\/yyyy: run the import again with --dates dmy/],
    ['11/23/2026 08:30', null, /looks like mm\/dd\/yyyy: run the import again with --dates mdy/],
    ['03/04/2026 08:30', null, /may be dd\/mm\/yyyy or mm\/dd\/yyyy: .* --dates dmy or --dates mdy/],
    ['11/23/2026 08:30', 'dmy', /looks like mm\/dd\/yyyy: .* --dates mdy in place of --dates dmy/],
    ['23/11/2026 08:30', 'mdy', /looks like dd\/mm\/yyyy: .* --dates dmy in place of --dates mdy/],
    ['23/23/2026 08:30', 'dmy', /there is no such day/],
    ['30/02/2026 08:30', 'dmy', /there is no such day or time/],
    ['23/11/2026 24:30', 'dmy', /there is no such day or time/],
    ['11/23/2026 13:30 PM', 'mdy', /there is no such day or time/],
    ['23/11/26 08:30', 'dmy', /its year has two digits/],
    ['23 Nov 2026', 'dmy', /it takes an ISO-8601 date-time/],
  ] as const)('%s with --dates %s is refused, with what to do', async (startTime, dates, message) => {
    await expect(store({ startTime }, { dates })).rejects.toThrow(/line 2: startTime cannot be/)
    await expect(store({ startTime }, { dates })).rejects.toThrow(message)
  })
})

describe('a time without an offset', () => {
  it.each([
    ['2026-11-23T08:30', null, '2026-11-23T08:30:00.0000000+02:00'],
    ['2026-11-23', null, '2026-11-23T00:00:00.0000000+02:00'],
    ['23/11/2026 08:30', 'dmy', '2026-11-23T08:30:00.0000000+02:00'],
    ['2026-11-23T08:30:00Z', null, '2026-11-23T08:30:00.0000000+00:00'],
    ['2026-11-23T08:30:00.1234567-05:00', null, '2026-11-23T08:30:00.1234567-05:00'],
  ] as const)('%s is in the zone that was given', async (startTime, dates, expected) => {
    expect(await store({ startTime }, { dates, zone: east })).toMatchObject({ startTime: expected })
  })

  it('that the zone shows twice or never is refused', async () => {
    await expect(store({ startTime: '2026-11-23T02:30:00' }, { zone: east })).rejects.toThrow(
      /startTime cannot be “2026-11-23T02:30:00” in Test\/East: .* twice or never/,
    )
  })

  it('is counted', async () => {
    const text = ['2026-11-23', '2026-11-23T08:30:00', '2026-11-23T08:30:00Z', '2026-11-23T08:30:00-01:00']
      .map((startTime, index) => JSON.stringify(wireRecording(900 + index, { startTime })))
      .join('\n')
    expect(await importText(folder.dataDir, text)).toMatchObject({ zoneless: 2 })
  })
})

describe('a duration of a spreadsheet', () => {
  it.each([
    ['2:05', 'PT2M5S'],
    ['0:00', 'PT0S'],
    ['90:00', 'PT1H30M'],
    ['1:02:05', 'PT1H2M5S'],
    ['00:01:30.25', 'PT1M30.25S'],
    ['00:01:30,5', 'PT1M30.5S'],
  ])('%s is read with --dates', async (duration, expected) => {
    for (const dates of ['dmy', 'mdy'] as const) {
      expect(await store({ duration }, { dates })).toMatchObject({ duration: expected })
    }
  })

  it.each([
    ['2:05', null, /looks like mm:ss: run the import again with --dates dmy \(or mdy\)/],
    ['1:02:05', null, /looks like h:mm:ss: run the import again with --dates dmy/],
    ['2:65', 'dmy', /it takes mm:ss or h:mm:ss/],
    ['1:65:05', 'dmy', /it takes mm:ss or h:mm:ss/],
  ] as const)('%s with --dates %s is refused, with what to do', async (duration, dates, message) => {
    await expect(store({ duration }, { dates })).rejects.toThrow(message)
    await expect(store({ duration }, { dates })).rejects.toThrow(/duration cannot be/)
  })
})

describe('a word for the direction', () => {
  it.each([
    ['in', 1],
    ['Incoming', 1],
    ['INBOUND', 1],
    ['out', 2],
    ['outgoing', 2],
    [' Outbound ', 2],
    ['unknown', 0],
  ])('%s is read', async (direction, expected) => {
    expect(await store({ direction })).toMatchObject({ direction: expected })
  })

  it.each(['internal', 'constructor', 'i'])('%s is refused', async (direction) => {
    await expect(store({ direction })).rejects.toThrow(`direction cannot be “${direction}”`)
  })
})

describe('a number that a spreadsheet shortened', () => {
  it.each([
    'referenceNumber',
    'ownerUsername',
    'localPartyNumber',
    'remotePartyNumber',
    'pbxCallId',
    'ownerPhoneNumber',
  ])('is refused in the column %s, by its row and value', async (column) => {
    for (const value of ['3,90245E+11', '3.90E+11', '2E+12']) {
      await expect(store({ [column]: value })).rejects.toThrow(
        `line 2: ${column} cannot be “${value}”: a spreadsheet shortened this number, so its last digits are lost. ` +
          'Export the file again with that column formatted as text',
      )
    }
  })

  it('is not confused with a name or a number with an E', async () => {
    for (const value of ['E+11', '3E11', 'mrossi+11']) {
      expect(await store({ remotePartyNumber: value })).toMatchObject({ remotePartyNumber: value })
    }
  })
})

const leads = (group: string): Principal => ({ ...manager, scope: { kind: 'groups', groups: [group] } })

describe('the owner’s columns', () => {
  const owner = {
    firstName: 'Maria',
    lastName: 'Rossi',
    phoneNumber: '225',
    group: 'Sales',
    department: 'Trade',
  }
  const columns = {
    ownerFirstName: 'Maria',
    OWNERLASTNAME: 'Rossi',
    ownerPhoneNumber: '225',
    ownerGroup: 'Sales',
    ownerDepartment: 'Trade',
  }

  it('set the owner, and so which supervisor finds it', async () => {
    expect(await store({ ...columns, ownerUsername: 'mrossi' })).toMatchObject({
      owner: { username: 'mrossi', ...owner },
    })
    const id = testGuid(last)
    expect(await source.detail(id, leads('sales'), signal)).toMatchObject({ id })
    expect(await source.detail(id, leads('Support'), signal)).toBeNull()
  })

  it('are fields of JSON too, beside an owner or without', async () => {
    const rows = [
      { ...wireRecording(801, { ownerUsername: 'ada' }), ownerFirstName: 'Ada', ownerGroup: 'Support' },
      { ...wireRecording(802), owner: { username: 'bob', lastName: 'Byron' }, ownerGroup: 'Support' },
    ]
    await importText(folder.dataDir, JSON.stringify(rows))
    const owners = await Promise.all([801, 802].map((n) => source.detail(testGuid(n), manager, signal)))
    expect(owners).toMatchObject([
      { owner: { username: 'ada', firstName: 'Ada', group: 'Support' } },
      { owner: { username: 'bob', lastName: 'Byron', group: 'Support' } },
    ])
  })

  it('may be empty, but need a username', async () => {
    expect(await store({ ownerUsername: '', ownerGroup: '' })).toMatchObject({ owner: null })
    await expect(store({ ownerUsername: '', ownerGroup: 'Sales' })).rejects.toThrow(
      /line 2: ownerGroup needs ownerUsername too/,
    )
  })
})
