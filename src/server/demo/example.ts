/**
 * The day of the vendor's first example, 1 November 2018 (UTC), so that the demo's answer matches it to the letter:
 * 50 incoming calls have a remote number with 02, and the two that the vendor prints are the third and fourth newest.
 */
import type { DemoCall } from './call.ts'
import type { Random } from './random.ts'

const at = (clock: string): number => Date.parse(`2018-11-01T${clock}Z`)

/** The two that the vendor prints, most recent first. */
const printed: readonly Partial<DemoCall>[] = [
  {
    id: '75A90276-E47E-4e9e-B463-E3C743D5FF3A',
    referenceNumber: '2017000000175',
    startMs: at('14:39:15'),
    offsetMinutes: 120,
    durationMs: 91_870,
    localNumber: '229',
    remoteNumber: '980200',
    owner: { username: 'user1' },
  },
  {
    id: '966B4AF0-CC56-4724-A640-7025142652EF',
    referenceNumber: '2017000000193',
    startMs: at('09:20:59'),
    offsetMinutes: 60,
    durationMs: 140_650,
    localNumber: '132',
    remoteNumber: '+390244548866',
    owner: { username: 'user2' },
  },
]

const NEWER = 2
const OLDER = 46
/** Calls of the same day that the example must not find: they are outgoing or have no 02. */
const BESIDE = 14

/** 64 calls, oldest first. */
export function exampleCalls(random: Random): DemoCall[] {
  let reference = 200
  const make = (startMs: number, fixed: Partial<DemoCall> = {}): DemoCall => {
    reference += 1
    return {
      id: random.guid(),
      referenceNumber: `2018${String(reference).padStart(9, '0')}`,
      startMs,
      subMsTicks: 0,
      offsetMinutes: 60,
      durationMs: random.int(200, 30_000) * 10,
      direction: 1,
      owner: { username: random.chance(0.5) ? 'user1' : 'user2' },
      localNumber: random.chance(0.5) ? '229' : '132',
      remoteNumber: `+3902${random.int(10_000_000, 99_999_999)}`,
      pbxCallId: null,
      preservingUser: null,
      note: null,
      audioIndex: random.int(0, 999),
      ...fixed,
    }
  }
  const spread = (count: number, from: string, to: string): number[] =>
    Array.from({ length: count }, (_, index) => {
      const step = Math.floor((at(to) - at(from)) / count)
      return at(from) + index * step + random.int(0, step - 1)
    })
  const matching = [
    ...spread(OLDER, '06:00:00', '09:15:00').map((startMs) => make(startMs)),
    ...printed.map((call) => make(call.startMs ?? 0, call)),
    ...spread(NEWER, '15:00:00', '16:30:00').map((startMs) => make(startMs)),
  ]
  const beside = spread(BESIDE, '06:10:00', '16:50:00').map((startMs, index) =>
    make(
      startMs,
      index % 2 === 0
        ? { direction: 2 }
        : { remoteNumber: `+39333${random.int(3_333_333, 9_999_999)}`.replaceAll('02', '13') },
    ),
  )
  return [...matching, ...beside].toSorted((a, b) => a.startMs - b.startMs)
}
