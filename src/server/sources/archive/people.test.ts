/** Finding people in both archives, and the names that come with a list. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { testArchives, testManager, type TestArchive } from '../../../testing/archives.ts'
import { testGuid, type TestRecording, type TestUser } from '../../../testing/store.ts'
import type { Principal } from '../source.ts'

const { signal } = new AbortController()
const owners = [
  { username: 'mrossi', firstName: 'Maria', lastName: 'Rossi', group: 'Sales' },
  { username: 'jlefevre', firstName: 'José', lastName: 'Lefèvre', group: 'sales' },
  { username: 'x_100%', firstName: 'Anna', lastName: 'Rossini', group: 'Support' },
  { username: 'nameless', group: 'Support' },
  { username: 'Grouples', lastName: 'Solo' },
  { username: 'ÉMILE', lastName: 'Zola' },
]
const recordings: TestRecording[] = [
  ...owners.map((owner) => ({ owner })),
  { owner: null },
  // An archive keeps how the recorder spelled the owner of each call.
  { owner: { username: 'MRossi' } },
]
const users: TestUser[] = [{ username: 'boss', role: 'manager', password: 'x' }]

const own = (username: string): Principal => ({
  ...testManager,
  username,
  role: 'base',
  scope: { kind: 'own' },
})
const leading = (...groups: string[]): Principal => ({
  ...testManager,
  role: 'supervisor',
  scope: { kind: 'groups', groups },
})

describe.each(testArchives)('people of %s', (_name, open) => {
  let archive: TestArchive
  beforeAll(async () => {
    archive = await open(recordings, users)
  })
  afterAll(() => archive.remove())

  const find = async (q: string, viewer = testManager, limit = 50): Promise<string[]> =>
    (await archive.source.people(q, limit, viewer)).map(({ username }) => username)

  it('are answered with their names and groups', async () => {
    expect(await archive.source.people('lefevre', 5, testManager)).toEqual([
      { username: 'jlefevre', name: 'Lefèvre, José', group: 'Sales' },
    ])
    expect(await archive.source.people('nameless', 5, testManager)).toEqual([
      { username: 'nameless', name: null, group: 'Support' },
    ])
  })

  it.each([
    ['maria rossi', ['mrossi']],
    ['rossi ma', ['mrossi']],
    ['ROSSI', ['mrossi', 'x_100%']],
    ['jose', ['jlefevre']],
    ['emile', ['ÉMILE']],
    ['%', ['x_100%']],
    ['_', ['x_100%']],
    ['%%', []],
    ['mrossi%', []],
    ["' OR 1=1 --", []],
    ['\u0000', []],
  ])('are found by %j', async (q, expected) => {
    expect(await find(q)).toEqual(expected)
  })

  it('are all who own or may own recordings, in order and as many as are asked for', async () => {
    const everybody = ['boss', 'jlefevre', 'nameless', 'mrossi', 'x_100%', 'Grouples', 'ÉMILE']
    expect(await find('')).toEqual(everybody)
    expect(await find('', testManager, 2)).toEqual(everybody.slice(0, 2))
  })

  it('are only those within the rights of the viewer', async () => {
    expect(await find('', own('MROSSI'))).toEqual(['mrossi'])
    expect(await find('', own('émile'))).toEqual(['ÉMILE'])
    expect(await find('', own('m'))).toEqual([])
    expect(await find('rossini', own('mrossi'))).toEqual([])
    expect(await find('', leading('SALES'))).toEqual(['jlefevre', 'mrossi'])
    expect(await find('', leading('Sales', 'support'))).toEqual(['jlefevre', 'nameless', 'mrossi', 'x_100%'])
    expect(await find('rossini', leading('Sales'))).toEqual([])
    expect(await find('', leading())).toEqual([])
    expect(await find('', { ...testManager, role: 'none', scope: { kind: 'none' } })).toEqual([])
  })

  it('are known as soon as another process has added or changed them', async () => {
    expect(await find('newcomer')).toEqual([])
    await archive.write([{ id: testGuid(100), owner: { username: 'newcomer' } }])
    expect(await archive.source.people('newcomer', 5, testManager)).toEqual([
      { username: 'newcomer', name: null, group: null },
    ])
    await archive.write([
      { id: testGuid(100), owner: { username: 'NEWCOMER', lastName: 'Late', group: 'SUPPORT' } },
    ])
    expect(await archive.source.people('late', 5, leading('Support'))).toEqual([
      { username: 'newcomer', name: 'Late', group: 'Support' },
    ])
  })
})

describe.each(testArchives)('a list of %s', (_name, open) => {
  let archive: TestArchive
  beforeAll(async () => {
    archive = await open(recordings)
  })
  afterAll(() => archive.remove())

  const namesOf = async (page: number, pageSize: number) => {
    const { recordings: rows } = await archive.source.list({}, { page, pageSize }, testManager, signal)
    return archive.source.ownerNames(rows, testManager)
  }

  it('brings the names of its owners, as its rows spell them', async () => {
    expect(await namesOf(0, 50)).toEqual({
      mrossi: 'Rossi, Maria',
      MRossi: 'Rossi, Maria',
      jlefevre: 'Lefèvre, José',
      'x_100%': 'Rossini, Anna',
      Grouples: 'Solo',
      ÉMILE: 'Zola',
    })
  })

  it('names nobody who is on another page', async () => {
    expect(await namesOf(0, 1)).toEqual({ MRossi: 'Rossi, Maria' })
    expect(await namesOf(1, 1)).toEqual({})
    expect(await namesOf(9, 50)).toEqual({})
  })
})
