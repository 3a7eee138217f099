/** Storing recordings in both archives: what an update keeps, the order of equal starts, and the people who own them. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readDuration } from '../../../contract/durations.ts'
import { testArchives, testManager, type TestArchive } from '../../../testing/archives.ts'
import { testGuid } from '../../../testing/store.ts'
import { SEQUENCES } from './key.ts'
import type { NewRecording } from './new-recording.ts'

const { signal } = new AbortController()
const START_MS = Date.UTC(2026, 10, 23, 8, 30)

const recording = (changes: Partial<NewRecording> = {}): NewRecording => ({
  id: testGuid(1),
  referenceNumber: '2026000000001',
  startMs: START_MS,
  subMsTicks: 0,
  offsetMinutes: 60,
  durationMs: 1000,
  direction: 1,
  owner: { username: 'mrossi' },
  localNumber: '225',
  remoteNumber: '+3902',
  ...changes,
})
const numbered = (n: number, changes: Partial<NewRecording> = {}) =>
  recording({ id: testGuid(n), ...changes })
const numbers = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index)

describe.each(testArchives)('in %s,', (_name, open) => {
  let archive: TestArchive
  beforeEach(async () => {
    archive = await open()
  })
  afterEach(() => archive.remove())

  const store = (...given: NewRecording[]) => archive.store(given)
  const list = async (search = {}) =>
    (await archive.source.list(search, { page: 0, pageSize: 100_000 }, testManager, signal)).recordings
  const ids = async (search = {}) => (await list(search)).map(({ id }) => id)
  const detail = () => archive.source.detail(testGuid(1), testManager, signal)

  describe('a recording', () => {
    it('comes back as it was written, to the last digit and letter', async () => {
      const id = '75A90276-E47E-4e9e-B463-E3C743D5FF3A'
      await store(recording({ id, subMsTicks: 1234, offsetMinutes: -210, durationMs: 10_800_000 }))
      expect(await list()).toEqual([
        {
          id,
          referenceNumber: '2026000000001',
          startTime: '2026-11-23T05:00:00.0001234-03:30',
          duration: 'PT3H',
          direction: 1,
          ownerUsername: 'mrossi',
          localPartyNumber: '225',
          remotePartyNumber: '+3902',
        },
      ])
      expect((await archive.source.detail(id.toLowerCase(), testManager, signal))?.id).toBe(id)
    })

    it('may hold any text in every field', async () => {
      const texts = [
        '\\',
        '\\N',
        '\\.',
        '\t',
        'a\nb',
        '\r',
        '\v\f\b',
        "'",
        '"',
        '\u{1F600}',
        '\u00A0',
        ' ',
        '?',
        '$1',
        '%',
      ]
      const told = texts.map((text) => {
        const owner = {
          username: text,
          firstName: text,
          lastName: text,
          phoneNumber: text,
          group: text,
          department: text,
        }
        return {
          owner,
          note: { text, author: text, updatedAt: text },
          pbxCallId: text,
          referenceNumber: text,
        }
      })
      await store(
        ...told.map(({ owner, ...given }, index) =>
          numbered(index, {
            ...given,
            owner,
            preservingUser: owner,
            localNumber: given.pbxCallId,
            remoteNumber: given.pbxCallId,
          }),
        ),
      )
      for (const [index, text] of texts.entries()) {
        const equal = { op: 'equals', text }
        const search = { ownerUsername: equal, localPartyNumber: equal, remotePartyNumber: equal }
        expect(await ids(search)).toEqual([testGuid(index)])
        const found = await archive.source.detail(testGuid(index), testManager, signal)
        expect(found).toMatchObject({ ...told[index], preservingUser: told[index]?.owner })
      }
    })

    it.each([-62_135_596_800_000, -1, 0, 253_402_300_799_999])('may start at %i ms', async (startMs) => {
      await store(recording({ startMs, offsetMinutes: 0 }), numbered(2, { startMs, offsetMinutes: 0 }))
      expect(await list({ startTime: { op: 'equals', at: startMs } })).toHaveLength(2)
      expect(await list({ startTime: { op: 'before', at: startMs } })).toEqual([])
      expect(await list({ startTime: { op: 'after', at: startMs } })).toEqual([])
      const [{ startTime } = { startTime: '' }] = await list()
      expect(Date.parse(startTime.replace(/\d{4}\+/, '+'))).toBe(startMs)
    })

    it('may last for as long as a file can say', async () => {
      const durationMs = Number.MAX_SAFE_INTEGER - START_MS
      await store(recording({ durationMs }))
      const [row] = await list({ endTime: { op: 'after', at: 253_402_300_799_999 } })
      expect(readDuration(row!.duration)).toBe(durationMs)
    })

    it('keeps its place among those of the same ms, of which there are at most 32,768', async () => {
      await store(...numbers(1, SEQUENCES).map((n) => numbered(n)))
      await store(numbered(SEQUENCES + 1, { startMs: START_MS + 1 }))
      await store(numbered(SEQUENCES + 2, { startMs: START_MS - 1 }))
      const why =
        'more than 32,768 recordings start in the same millisecond, 2026-11-23T08:30:00.000Z: ' +
        'the store cannot order them. Check that startTime is a real time'
      expect(await store(numbered(SEQUENCES + 3))).toEqual({ added: 0, refused: [why] })
      expect(await store(numbered(SEQUENCES + 1))).toEqual({ added: 0, refused: [why] })
      const wanted = [SEQUENCES + 1, ...numbers(1, SEQUENCES).toReversed(), SEQUENCES + 2]
      expect(await ids()).toEqual(wanted.map(testGuid))
      expect(await ids({ startTime: { op: 'equals', at: START_MS } })).toHaveLength(SEQUENCES)
    })

    it('has its place among those of the same ms, however many of them come again before it', async () => {
      const half = numbers(1, SEQUENCES / 2).map((n) => numbered(n))
      await store(...half)
      expect(await store(...half, numbered(SEQUENCES))).toEqual({ added: 1, refused: [] })
      expect(await ids()).toEqual([SEQUENCES, ...numbers(1, SEQUENCES / 2).toReversed()].map(testGuid))
    })
  })

  describe.each([
    ['at once', async (...given: NewRecording[]) => archive.store(given)],
    [
      'one after another',
      async (...given: NewRecording[]) => {
        let added = 0
        for (const one of given) added += (await archive.store([one])).added
        return { added, refused: [] }
      },
    ],
  ])('recordings that come %s', (_way, come) => {
    it('update those of the same id, in any case', async () => {
      const id = 'aaaaaaaa-0000-4000-8000-000000000001'
      const again = recording({ id: id.toUpperCase(), direction: 2, owner: null })
      expect(await come(recording({ id }), again)).toMatchObject({ added: 1 })
      expect(await list()).toMatchObject([{ id: id.toUpperCase(), direction: 2, ownerUsername: null }])
    })

    it('stand in the order in which they came, among equal starts', async () => {
      await come(...[3, 1, 2].map((n) => numbered(n)))
      expect(await ids()).toEqual([2, 1, 3].map(testGuid))
      await come(numbered(5), numbered(4), numbered(6))
      expect(await ids()).toEqual([6, 4, 5, 2, 1, 3].map(testGuid))
    })

    it('keep their place if they come again with the same start', async () => {
      await come(...[1, 2, 3].map((n) => numbered(n)), numbered(2, { direction: 2 }))
      expect(await ids()).toEqual([3, 2, 1].map(testGuid))
      expect(await ids({ direction: 2 })).toEqual([testGuid(2)])
    })

    it('move if they come again with another start, behind those that start with them', async () => {
      await come(...[1, 2, 3].map((n) => numbered(n)), numbered(1, { startMs: START_MS + 1 }))
      expect(await ids()).toEqual([1, 3, 2].map(testGuid))
      expect(await ids({ endTime: { op: 'after', at: START_MS + 1000 } })).toEqual([testGuid(1)])
      await come(numbered(3, { startMs: START_MS - 1 }), numbered(4, { startMs: START_MS + 1 }))
      expect(await ids()).toEqual([4, 1, 2, 3].map(testGuid))
      // The first of them moves behind the second, although it came before it.
      const later = { startMs: START_MS + 2 }
      await come(numbered(5), numbered(6, later), numbered(5, later))
      expect(await ids({ startTime: { op: 'equals', at: START_MS + 2 } })).toEqual([5, 6].map(testGuid))
    })

    it('keep the fields of the detail that are not given, and clear those that are null', async () => {
      const note = { text: 'Call back', author: 'mrossi', updatedAt: '2026-11-23T09:00:00Z' }
      const preservingUser = { username: 'chief', firstName: 'Ada' }
      const audio = { sha256: 'ab'.repeat(32), size: 5 }
      await come(
        recording({ note, preservingUser, pbxCallId: 'c1', audio }),
        recording({
          direction: 2,
          note: undefined,
          preservingUser: undefined,
          pbxCallId: undefined,
          audio: undefined,
        }),
      )
      expect(await detail()).toEqual({
        id: testGuid(1),
        referenceNumber: '2026000000001',
        startTime: '2026-11-23T09:30:00.0000000+01:00',
        duration: 'PT1S',
        direction: 2,
        localPartyNumber: '225',
        remotePartyNumber: '+3902',
        owner: { username: 'mrossi' },
        pbxCallId: 'c1',
        preservingUser,
        note,
        size: 5,
        hash: { algorithm: 'SHA-256', value: 'ab'.repeat(32) },
      })
      await come(recording({ note: null, preservingUser: null, pbxCallId: null }), recording())
      expect(await detail()).toMatchObject({ note: null, preservingUser: null, pbxCallId: null, size: 5 })
    })

    it('have one owner in any spelling, and each keeps its own', async () => {
      await come(
        ...['José', 'JOSÉ', 'josé'].map((username, index) => numbered(index + 1, { owner: { username } })),
      )
      const found = await list({ ownerUsername: { op: 'equals', text: 'jOSÉ' } })
      expect(found.map(({ ownerUsername }) => ownerUsername)).toEqual(['josé', 'JOSÉ', 'José'])
      expect(await archive.source.people('', 50, testManager)).toHaveLength(1)
    })

    it('tell their owner’s new fields, and keep the others', async () => {
      await come(
        recording({ owner: { username: 'mrossi', firstName: 'Maria', group: 'Sales' } }),
        recording({ owner: { username: 'mrossi' } }),
        recording({ owner: { username: 'mrossi', lastName: 'Rossi', group: 'SALES' } }),
        numbered(2, { owner: { username: 'MROSSI', phoneNumber: '225' } }),
      )
      expect((await detail())?.owner).toEqual({
        username: 'mrossi',
        firstName: 'Maria',
        lastName: 'Rossi',
        phoneNumber: '225',
        group: 'Sales',
      })
    })
  })
})
