/** Reads everything that a server may send, from exact answers to junk. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Problem, problemCodes, readProblem, writeProblem } from './problems.ts'
import { isGuid, readDetail, readList, readRecording, type WireRecording } from './recording.ts'

const wire: WireRecording = {
  id: '75A90276-E47E-4e9e-B463-E3C743D5FF3A',
  referenceNumber: '2017000000175',
  startTime: '2018-11-01T16:39:15.0000000+02:00',
  duration: 'PT1M31.87S',
  direction: 1,
  ownerUsername: 'user1',
  localPartyNumber: '229',
  remotePartyNumber: '980200',
}

/** A recording whose fields are right, or any JSON instead. */
const someRecording = fc
  .tuple(
    fc.dictionary(fc.constantFrom(...Object.keys(wire), 'owner', 'note', 'hash', 'size'), fc.jsonValue()),
  )
  .map(([other]) => ({ ...wire, ...other }))
const someJson = fc.oneof(fc.jsonValue(), someRecording)

describe('a recording', () => {
  it('is read as it is written', () => {
    expect(readRecording(wire)).toEqual({
      id: wire.id,
      referenceNumber: '2017000000175',
      start: { epochMs: Date.parse('2018-11-01T14:39:15Z'), offsetMinutes: 120, text: wire.startTime },
      duration: { durationMs: 91_870, text: 'PT1M31.87S' },
      direction: 1,
      ownerUsername: 'user1',
      localPartyNumber: '229',
      remotePartyNumber: '980200',
      unreadable: {},
    })
  })

  it('is read as far as it can be, whatever it holds', () => {
    const property = fc.property(someJson, (value) => {
      const read = readRecording(value)
      const detail = readDetail(value)
      expect(detail === null).toBe(read === null)
      if (!read) return
      expect(read.direction === null || [0, 1, 2].includes(read.direction)).toBe(true)
      expect(Object.values(read.unreadable).every((text) => typeof text === 'string')).toBe(true)
      for (const name of [
        'ownerUsername',
        'localPartyNumber',
        'remotePartyNumber',
        'referenceNumber',
      ] as const) {
        expect(['string', 'object']).toContain(typeof read[name])
      }
    })
    fc.assert(property, { numRuns: 2000 })
  })

  it.each([
    [{ direction: 7 }, 'direction', '7'],
    [{ direction: 'out' }, 'direction', 'out'],
    [{ direction: 1.5 }, 'direction', '1.5'],
    [{ direction: -1 }, 'direction', '-1'],
    [{ direction: [1] }, 'direction', '[1]'],
    [{ duration: '-PT5S' }, 'duration', '-PT5S'],
    [{ duration: '00:01:30' }, 'duration', '00:01:30'],
    [{ duration: 90 }, 'duration', '90'],
    [{ startTime: 'soon' }, 'startTime', 'soon'],
    [{ startTime: 0 }, 'startTime', '0'],
    [{ ownerUsername: { name: 'x' } }, 'ownerUsername', '{"name":"x"}'],
  ])('keeps the text of what cannot be read: %j', (other, field, text) => {
    const read = readRecording({ ...wire, ...other })
    expect(read?.unreadable).toEqual({ [field]: text })
    expect(read?.id).toBe(wire.id)
  })

  it.each([
    [{ direction: '1' }, { direction: 1 }],
    [{ direction: null }, { direction: null }],
    [{ duration: 'PT90M' }, { duration: { durationMs: 5_400_000, text: 'PT90M' } }],
    [{ duration: 'P1DT2H' }, { duration: { durationMs: 93_600_000, text: 'P1DT2H' } }],
    [{ ownerUsername: null }, { ownerUsername: null }],
    [{ ownerUsername: undefined }, { ownerUsername: null }],
    [{ remotePartyNumber: 'anonymous' }, { remotePartyNumber: 'anonymous' }],
    [{ remotePartyNumber: 980_200 }, { remotePartyNumber: '980200' }],
    [{ localPartyNumber: '' }, { localPartyNumber: null }],
  ])('reads %j', (other, expected) => {
    expect(readRecording({ ...wire, ...other })).toMatchObject({ ...expected, unreadable: {} })
  })

  it.each([null, undefined, 1, 'x', [], {}, { id: 1 }, { id: '' }, [wire]])('is not %j', (value) => {
    expect(readRecording(value)).toBeNull()
    expect(readDetail(value)).toBeNull()
  })
})

describe('a list', () => {
  it('keeps all rows beside a malformed one', () => {
    const rows = Array.from({ length: 24 }, (_, index) => ({ ...wire, id: `${index}` }))
    const read = readList({ totalCount: 25, recordings: [...rows.slice(0, 9), 'broken', ...rows.slice(9)] })
    expect(read?.recordings.map(({ id }) => id)).toEqual(rows.map(({ id }) => id))
    expect(read).toMatchObject({ totalCount: 25, unreadableCount: 1 })
  })

  it('brings the names that the host knows, whatever stands beside them', () => {
    const owners = {
      MRossi: 'Rossi, Maria',
      lbianchi: 'Bianchi, Luca',
      x: '',
      y: 7,
      z: null,
      __proto__: 'no',
    }
    const read = readList({ totalCount: 0, recordings: [], owners })
    expect(read?.ownerNames).toEqual({ mrossi: 'Rossi, Maria', lbianchi: 'Bianchi, Luca' })
  })

  it.each([undefined, null, 'Rossi, Maria', 7, [['mrossi', 'Rossi, Maria']]])(
    'has no names where owners is %j',
    (owners) => {
      expect(readList({ totalCount: 0, recordings: [], owners })?.ownerNames).toEqual({})
    },
  )

  it('is read or refused as a whole, whatever the answer is', () => {
    const almost = fc.record(
      {
        totalCount: fc.oneof(fc.nat(), fc.jsonValue()),
        recordings: fc.oneof(fc.array(someJson), fc.jsonValue()),
      },
      { requiredKeys: [] },
    )
    const property = fc.property(fc.oneof(fc.jsonValue(), almost), (value) => {
      const read = readList(value)
      if (read) expect(read.recordings.every(({ id }) => id !== '')).toBe(true)
    })
    fc.assert(property, { numRuns: 2000 })
  })

  it.each([
    '<!doctype html>',
    [],
    null,
    {},
    { totalCount: '12', recordings: [] },
    { totalCount: -1, recordings: [] },
    { totalCount: 1.5, recordings: [] },
    { totalCount: null, recordings: [] },
    { totalCount: 1 },
    { totalCount: 1, recordings: {} },
  ])('is not %j', (value) => {
    expect(readList(value)).toBeNull()
  })
})

describe('a detail', () => {
  it.each([
    [{ note: 'plain' }, { note: 'plain' }],
    [{ note: { text: 'a', author: 'b', updatedAt: 'c' } }, { note: 'a' }],
    [{ note: { content: 'a' } }, { note: 'a' }],
    [{ note: { other: 1 } }, { note: null }],
    [{ hash: 'abc' }, { hash: { algorithm: null, value: 'abc' } }],
    [{ hash: { algorithm: 'SHA-256', value: 'abc' } }, { hash: { algorithm: 'SHA-256', value: 'abc' } }],
    [{ hash: {} }, { hash: null }],
    [{ size: 12 }, { size: 12 }],
    [{ size: '12' }, { size: null }],
    [{ owner: { username: 'x', lastName: 'Y' } }, { ownerUsername: 'x' }],
    [{ owner: null }, { owner: null, ownerUsername: 'user1' }],
    [{ preservingUser: {} }, { preservingUser: null }],
  ])('reads %j', (other, expected) => {
    expect(readDetail({ ...wire, ...other })).toMatchObject(expected)
  })
})

describe('an id', () => {
  it('is a GUID in any mix of cases', () => {
    fc.assert(
      fc.property(fc.uuid(), (id) => {
        expect([isGuid(id), isGuid(id.toUpperCase())]).toEqual([true, true])
      }),
    )
  })

  it('is not any other text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(isGuid(text)).toBe(false)
      }),
    )
    fc.assert(
      fc.property(fc.uuid(), (id) => {
        expect([isGuid(`{${id}}`), isGuid(`${id}\n`)]).toEqual([false, false])
      }),
    )
  })
})

describe('a problem', () => {
  it('is read as it is written', () => {
    const details = fc.record({
      status: fc.integer({ min: 400, max: 599 }),
      code: fc.constantFrom(...problemCodes),
      message: fc.string(),
      requestId: fc.string(),
    })
    fc.assert(
      fc.property(details, (given) => {
        const body: unknown = JSON.parse(JSON.stringify(writeProblem(new Problem(given), given.requestId)))
        expect(readProblem(given.status, body, null)).toMatchObject(given)
      }),
    )
  })

  it('is written in the API’s own form where it has a reason', () => {
    const body = writeProblem(new Problem({ code: 'invalid_query', message: 'no', reason: 0 }), 'x')
    expect(body).toEqual({ reason: 0, message: 'no' })
    expect(readProblem(400, body, null)).toMatchObject({ code: 'invalid_query', reason: 0, message: 'no' })
  })

  it('names only filters of the search', () => {
    const problem = new Problem({ code: 'invalid_query', message: 'no', reason: 0, filter: 'direction' })
    const body = writeProblem(problem, 'x')
    expect(body).toEqual({ reason: 0, message: 'no', filter: 'direction' })
    expect(readProblem(400, body, null).filter).toBe('direction')
    for (const filter of ['page', 'Direction', 'toString', 7, null, ['direction']]) {
      expect(readProblem(400, { ...body, filter }, null).filter).toBeUndefined()
    }
    expect(readProblem(400, { ...body, reason: 1 }, null).filter).toBeUndefined()
  })

  it('is made from any answer', () => {
    const property = fc.property(
      fc.integer({ min: 400, max: 599 }),
      fc.oneof(fc.jsonValue(), fc.constant(undefined)),
      fc.option(fc.string()),
      (status, body, retryAfter) => {
        const problem = readProblem(status, body, retryAfter)
        expect(problem).toBeInstanceOf(Problem)
        expect(problem.status).toBe(status)
      },
    )
    fc.assert(property, { numRuns: 1000 })
  })

  it.each([
    ['3', 3000],
    ['86400', 86_400_000],
    ['Wed, 21 Oct 2026 07:28:00 GMT', undefined],
    [null, undefined],
  ])('waits as long as %s says', (retryAfter, retryAfterMs) => {
    expect(readProblem(429, null, retryAfter)).toMatchObject({ code: 'too_many_searches', retryAfterMs })
  })
})
