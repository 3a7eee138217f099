/** The demo's recordings. They depend only on a seed and on the moment that they lead up to. */
import type { Direction } from '../../contract/filter-kinds.ts'
import type { NewRecording } from '../sources/archive/new-recording.ts'
import type { DemoCall } from './call.ts'
import { exampleCalls } from './example.ts'
import { businessMoments, HOUR_MS, romeOffsetMinutes, thirteenMonthsBefore } from './hours.ts'
import { callers } from './numbers.ts'
import { demoPeople, type DemoPerson } from './people.ts'
import { seededRandom, type Random } from './random.ts'

/** The number of all recordings. */
export const DEMO_RECORDINGS = 50_000
/** How many of them start in the last hour, so that calls have just ended when the data is made. */
const JUST_NOW = 14
const SEED = 20_181_101

const notes: readonly [string, ...string[]] = [
  'Customer asked to be called back on Monday morning.',
  'Promised a refund within ten days.',
  'Complaint about a late delivery, settled on the phone.',
  'Good example of a difficult call; use it for training.',
  'Cliente da richiamare dopo le 15.',
  'Order confirmed by voice: please keep.',
]

interface World {
  readonly random: Random
  readonly nowMs: number
  readonly nextCaller: () => string
  readonly nextPerson: () => DemoPerson
}

function people(random: Random): () => DemoPerson {
  // Within a group, some people take many calls and some take few.
  const weighed = demoPeople.map((person, index) => ({
    person,
    weight: person.share / (1 + (index % 7) * 0.35),
  }))
  const total = weighed.reduce((sum, { weight }) => sum + weight, 0)
  return () => {
    let left = random.next() * total
    for (const { person, weight } of weighed) {
      left -= weight
      if (left < 0) return person
    }
    return weighed[0]?.person ?? { username: 'agent', group: 'Sales', phoneNumber: '201', share: 1 }
  }
}

/** About two minutes, rarely under 5 s or over half an hour. A multiple of 10 ms, as recorders write it. */
function durationMs({ next }: Random): number {
  const bell = next() + next() + next() + next() - 2
  return Math.round(Math.exp(Math.log(115) + bell * 2.1) * 100) * 10
}

function direction(random: Random): Direction {
  const roll = random.next()
  if (roll < 0.01) return 0
  return roll < 0.6 ? 1 : 2
}

function remote({ random, nextCaller }: World): string | null {
  if (random.chance(0.03)) return 'anonymous'
  return random.chance(0.004) ? null : nextCaller()
}

const noteOn = (random: Random, author: string, epochMs: number): NewRecording['note'] => ({
  text: random.pick(notes),
  author,
  updatedAt: new Date(epochMs).toISOString(),
})

/** One call that starts at that moment and has ended by now. */
function call(world: World, startMs: number, index: number): DemoCall {
  const { random, nowMs } = world
  const person = world.nextPerson()
  const lengthMs = Math.min(durationMs(random), Math.floor((nowMs - startMs) / 1000) * 1000)
  const year = new Date(startMs).getUTCFullYear()
  const preserved = random.chance(0.003)
  const noted = random.chance(0.015)
  const { share: _, ...owner } = person
  return {
    id: random.chance(0.1) ? random.guid().toUpperCase() : random.guid(),
    referenceNumber: `${year}${String(index + 1).padStart(9, '0')}`,
    startMs,
    subMsTicks: random.int(0, 9999),
    offsetMinutes: romeOffsetMinutes(startMs),
    durationMs: lengthMs,
    direction: direction(random),
    owner: random.chance(0.02) ? null : owner,
    localNumber: random.chance(0.005) ? null : person.phoneNumber,
    remoteNumber: remote(world),
    pbxCallId: `${Math.floor(startMs / 1000)}.${random.int(1000, 9999)}`,
    preservingUser: preserved ? { username: 'manager' } : null,
    note: noted ? noteOn(random, owner.username, Math.min(startMs + HOUR_MS, nowMs)) : null,
    audioIndex: random.chance(0.02) ? null : random.int(0, 999),
  }
}

/** A transferred call is recorded again at the second desk, with the same call id. */
function passedOn(world: World, before: DemoCall, startMs: number, index: number): DemoCall {
  const { pbxCallId, remoteNumber } = before
  return { ...call(world, startMs, index), pbxCallId, remoteNumber, direction: before.direction }
}

/** Makes two calls unusual: one without a duration, and one of three hours. */
function unusual(usual: DemoCall, index: number, nowMs: number): DemoCall {
  if (index === 300) return { ...usual, durationMs: 0, audioIndex: null }
  const threeHoursMs = 3 * HOUR_MS
  return index === 700 && usual.startMs + threeHoursMs < nowMs
    ? { ...usual, durationMs: threeHoursMs }
    : usual
}

/**
 * All of the demo's recordings: the vendor's example first, then oldest to newest. None ends after `nowMs`.
 * @param count how many, including the example's 64 and the last hour's 14.
 */
export function* demoCalls(nowMs: number, count = DEMO_RECORDINGS): Generator<DemoCall> {
  const random = seededRandom(SEED)
  const world = { random, nowMs, nextCaller: callers(random), nextPerson: people(random) }
  const example = exampleCalls(random)
  yield* example
  const latestMs = nowMs - 60_000
  const earlier = count - example.length - JUST_NOW
  const usual = businessMoments(random, thirteenMonthsBefore(nowMs), latestMs, earlier)
  const justNow = Array.from({ length: JUST_NOW }, () => latestMs - Math.floor(random.next() * 50 * 60_000))
  let previous: DemoCall | null = null
  for (const [index, momentMs] of [...usual, ...justNow].toSorted((a, b) => a - b).entries()) {
    const startMs = Math.floor(momentMs)
    const handover = previous !== null && random.chance(0.03)
    const next: DemoCall =
      handover && previous ? passedOn(world, previous, startMs, index) : call(world, startMs, index)
    previous = next
    // Counted from the newest, so that the unusual calls are always near the top.
    yield unusual(next, earlier + JUST_NOW - index, nowMs)
  }
}
