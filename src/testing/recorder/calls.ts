/** The recordings of the tests' recorder, the same on every machine. They include all oddities of the contract. */
import { createHash } from 'node:crypto'
import type { Direction } from '../../contract/filter-kinds.ts'
import type { User } from '../../contract/recording.ts'
import { FRAME_BYTES, FRAME_MS, silentMp3 } from './silent-mp3.ts'

export interface Call {
  readonly id: string
  readonly referenceNumber: string
  /** Ms since the Unix epoch, and 100-nanosecond ticks below the millisecond. */
  readonly startMs: number
  readonly subMsTicks: number
  /** Minutes east of UTC. */
  readonly offsetMinutes: number
  readonly durationMs: number
  readonly direction: Direction
  readonly owner: User | null
  readonly localPartyNumber: string | null
  readonly remotePartyNumber: string | null
  readonly pbxCallId: string | null
  readonly preservingUser: User | null
  readonly note: string | null
  /** Frames of audio of `FRAME_MS` each; null for none. */
  readonly audioFrames: number | null
}

/** The start of the newest generated recording. */
export const NEWEST_MS = Date.parse('2026-11-23T07:00:00Z')
/** Twelve seconds, 48,000 bytes: enough to seek, and little to send. */
const MOST_FRAMES = 500

const person = (username: string, firstName: string, lastName: string, phoneNumber: string): User => ({
  username,
  firstName,
  lastName,
  phoneNumber,
  group: 'Sales',
  department: 'Commercial',
})

/** The owners of the generated recordings. The last one has only a username. */
export const owners: readonly [User, User, User, User] = [
  person('mrossi', 'Maria', 'Rossi', '201'),
  person('lferrari', 'Luca', 'Ferrari', '202'),
  person('gbianchi', 'Giulia', 'Bianchi', '203'),
  { username: 'tmüller' },
]

const remotes = [
  '+390244548866',
  '980200',
  'anonymous',
  '+4930901820',
  '00441212345678',
  '+393471234567',
  '02',
]
const offsets = [60, 120, 0, -300, 330]
const HOUR_MS = 3_600_000

/** Random bytes that depend only on the seed and the index, so the tenth recording is the same in a set of any size. */
function drawn(seed: number, index: number): Buffer {
  return createHash('sha256').update(`${seed}/${index}`).digest()
}

const pick = <T>(items: readonly T[], draw: number): T | null => items[draw % items.length] ?? null

function guidOf(bytes: Buffer, draw: number): string {
  const hex = bytes.toString('hex')
  const id = `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`
  // As in the vendor's example: capitals, small letters, or both.
  if (draw % 3 === 0) return id.toUpperCase()
  return draw % 3 === 1 ? id : `${id.slice(0, 18).toUpperCase()}${id.slice(18)}`
}

function durationOf(index: number, draw: number): number {
  if (index % 40 === 7) return 0
  return index % 90 === 11 ? 3 * HOUR_MS + 1230 : 5000 + draw * 10
}

const framesOf = (durationMs: number): number => Math.min(Math.ceil(durationMs / FRAME_MS), MOST_FRAMES)

/** Every tenth recording starts in the same ms as the newer one before it. */
const startOf = (index: number): number => NEWEST_MS - (index - (index % 10 === 3 ? 1 : 0)) * 660_000

function generated(seed: number, index: number): Call {
  const bytes = drawn(seed, index)
  const draw = (at: number): number => bytes.readUInt16BE(16 + at * 2)
  const owner = index % 12 === 5 ? null : pick(owners, draw(0))
  const startMs = startOf(index)
  const durationMs = durationOf(index, draw(1))
  return {
    id: guidOf(bytes, draw(2)),
    referenceNumber: `2026${String(900_000_000 - index)}`,
    startMs,
    subMsTicks: draw(3) % 10_000,
    offsetMinutes: pick(offsets, index) ?? 0,
    durationMs,
    direction: index % 17 === 9 ? 0 : draw(4) % 2 === 0 ? 1 : 2,
    owner,
    localPartyNumber: index % 15 === 6 ? null : (owner?.phoneNumber ?? '229'),
    remotePartyNumber: index % 20 === 8 ? null : pick(remotes, draw(5)),
    // Recordings with equal starts share a call id, like those of a transferred call.
    pbxCallId: index % 19 === 3 ? null : `${Math.floor(startMs / 1000)}.${1000 + Math.floor(index / 2)}`,
    preservingUser: index % 50 === 4 ? owners[0] : null,
    note: index % 25 === 2 ? 'Customer asked to be called back.' : null,
    audioFrames: index % 60 === 13 ? null : framesOf(durationMs),
  }
}

/** This many recordings, the newest first. A few hundred include every oddity. */
export function generateCalls(count = 300, seed = 2018): Call[] {
  return Array.from({ length: count }, (_, index) => generated(seed, index))
}

/** Recordings with the given fields and plain defaults. The first is the newest, a minute after the next. */
export function makeCalls(...given: readonly Partial<Call>[]): Call[] {
  return given.map((own, index) => ({
    id: guidOf(drawn(0, index), 1),
    referenceNumber: `2026${String(100_000_000 - index)}`,
    startMs: NEWEST_MS - index * 60_000,
    subMsTicks: 0,
    offsetMinutes: 60,
    durationMs: 12_000,
    direction: 1,
    owner: owners[0],
    localPartyNumber: '201',
    remotePartyNumber: '+390244548866',
    pbxCallId: null,
    preservingUser: null,
    note: null,
    audioFrames: framesOf(12_000),
    ...own,
  }))
}

/** Bytes of the recording's audio; 0 without audio. */
export const audioSize = ({ audioFrames }: Call): number => (audioFrames ?? 0) * FRAME_BYTES

/** The recording's audio, which differs from all others. */
export const audioOf = (call: Call): Buffer => silentMp3(call.audioFrames ?? 0, call.id)
