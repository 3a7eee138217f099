import { describe, expect, it } from 'vitest'
import type { Recording } from '../contract/recording.ts'
import { makeRow } from './rows.ts'

const nowMs = Date.parse('2026-11-23T12:00:00Z')

/** The row of a recording that started then. @param text the date-time as the recorder writes it. */
function rowOf(text: string, offsetMinutes: number, zone: string) {
  const recording: Recording = {
    id: 'id',
    referenceNumber: '1',
    start: { epochMs: Date.parse(text), offsetMinutes, text },
    duration: null,
    direction: null,
    ownerUsername: null,
    localPartyNumber: null,
    remotePartyNumber: null,
    unreadable: {},
  }
  return makeRow(recording, { zone, nowMs, hrefOf: (id) => id, ownerNames: new Map(), match: '' })
}

describe('the time on the recorder’s clock', () => {
  it.each([
    ['2026-11-23T15:12:19+01:00', 60, 'America/New_York', '09:12:19', '15:12:19', '+01:00'],
    ['2026-11-23T01:12:19+01:00', 60, 'America/New_York', '19:12:19', 'Mon 23 Nov 01:12:19', '+01:00'],
    ['2026-01-01T00:10:00+01:00', 60, 'America/New_York', '18:10:00', 'Thu 01 Jan 00:10:00', '+01:00'],
    ['2025-07-01T15:12:19.000+05:30', 330, 'Europe/Rome', '11:42:19', '15:12:19', '+05:30'],
    ['2026-11-23T14:12:19Z', 0, 'Europe/Rome', '15:12:19', '14:12:19', 'UTC'],
  ])('of %s (%i min) in %s stands beside %s', (text, offsetMinutes, zone, time, there, offset) => {
    expect(rowOf(text, offsetMinutes, zone)).toMatchObject({ time, there: { time: there, offset } })
  })

  it('is not shown where it is the same', () => {
    expect(rowOf('2026-11-23T15:12:19+01:00', 60, 'Europe/Rome').there).toBeNull()
    // Another zone with the same offset at that moment.
    expect(rowOf('2026-11-23T15:12:19+01:00', 60, 'Africa/Lagos').there).toBeNull()
  })
})
