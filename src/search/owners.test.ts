import { QueryClient } from '@tanstack/react-query'
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { readDetail, readList } from '../contract/recording.ts'
import { readPageQuery } from '../contract/search.ts'

// Loading the queries reads the document's boot data.
vi.stubGlobal('document', { querySelector: () => null })
const { listQuery, peopleQuery, recordingQuery } = await import('../api/queries.ts')
const { ownerNames } = await import('../api/owner-names.ts')
const { ownersSeen } = await import('./owners.ts')
afterAll(() => vi.unstubAllGlobals())

const wire = { id: 'a', ownerUsername: 'MRossi' }
let client: QueryClient
beforeEach(() => {
  client = new QueryClient()
})

function holdList(
  page: number,
  recordings: readonly object[],
  owners?: Readonly<Record<string, string>>,
): void {
  const { query } = readPageQuery(new URLSearchParams({ page: String(page) }))
  const list = readList({ totalCount: recordings.length, recordings, owners })
  if (list) client.setQueryData(listQuery(query).queryKey, { list, query, asOfMs: 0, search: {} })
}

describe('the owners', () => {
  it('have the names that came with their list', () => {
    holdList(0, [wire], { MRossi: 'Rossi, Maria' })
    holdList(1, [{ id: 'b', ownerUsername: 'lbianchi' }], { lbianchi: 'Bianchi, Luca' })
    expect(ownerNames(client)).toEqual(
      new Map([
        ['mrossi', 'Rossi, Maria'],
        ['lbianchi', 'Bianchi, Luca'],
      ]),
    )
    expect(ownersSeen(client)).toContainEqual({ username: 'MRossi', name: 'Rossi, Maria' })
  })

  it('have the name of an opened recording where no list names them', () => {
    holdList(0, [wire])
    expect(ownersSeen(client)).toEqual([{ username: 'MRossi', name: null }])
    const detail = readDetail({
      ...wire,
      owner: { username: 'mrossi', firstName: 'Maria', lastName: 'Rossi' },
    })
    if (detail) client.setQueryData(recordingQuery('a').queryKey, detail)
    expect(ownersSeen(client)).toEqual([{ username: 'mrossi', name: 'Rossi, Maria' }])
  })

  it('keep their names after the answer is gone, in the same map until there is news', () => {
    const before = ownerNames(client)
    holdList(0, [wire], { MRossi: 'Rossi, Maria' })
    const named = ownerNames(client)
    expect(named).not.toBe(before)
    holdList(0, [wire], { MRossi: 'Rossi, Maria' })
    client.setQueryData(peopleQuery('ne').queryKey, [{ username: 'lneri', name: null, group: null }])
    expect(ownerNames(client)).toBe(named)
    client.setQueryData(peopleQuery('ne').queryKey, [{ username: 'lneri', name: 'Neri, Lia', group: null }])
    holdList(1, [])
    client.removeQueries({
      queryKey: listQuery(readPageQuery(new URLSearchParams({ page: '0' })).query).queryKey,
    })
    expect(Object.fromEntries(ownerNames(client))).toEqual({ mrossi: 'Rossi, Maria', lneri: 'Neri, Lia' })
  })

  it('have no names once the answers of a user are cleared for the next one', () => {
    holdList(0, [wire], { MRossi: 'Rossi, Maria' })
    expect(ownerNames(client).size).toBe(1)
    client.clear()
    expect(ownerNames(client).size).toBe(0)
  })
})
