/**
 * Recordings as the API writes them, and as a client reads them. A field that cannot be read keeps its text, and one
 * unreadable recording does not spoil the others.
 */
import { directions, type Direction } from './filter-kinds.ts'
import { readDuration } from './durations.ts'
import { readInstant, toEpochMs } from './instants.ts'

/** One element of the list, as the host writes it. */
export interface WireRecording {
  readonly id: string
  readonly referenceNumber: string
  /** ISO-8601 with 7 fractional digits and the offset of the recording. */
  readonly startTime: string
  /** ISO-8601 duration in its shortest form. */
  readonly duration: string
  readonly direction: Direction
  readonly ownerUsername: string | null
  readonly localPartyNumber: string | null
  readonly remotePartyNumber: string | null
}

export interface WireList {
  readonly totalCount: number
  readonly recordings: readonly WireRecording[]
}

/** A person in the recorder's directory. Only the username is always there. */
export interface User {
  readonly username: string
  readonly firstName?: string | undefined
  readonly lastName?: string | undefined
  readonly phoneNumber?: string | undefined
  /** The recording group, which decides who may hear the recording. */
  readonly group?: string | undefined
  readonly department?: string | undefined
}

/** One recording in detail, as the host writes it. */
export interface WireDetail extends Omit<WireRecording, 'ownerUsername'> {
  readonly owner: User | null
  readonly pbxCallId: string | null
  readonly preservingUser: User | null
  readonly note: { readonly text: string; readonly author: string; readonly updatedAt: string } | null
  /** Bytes of audio. */
  readonly size: number
  readonly hash: { readonly algorithm: 'SHA-256'; readonly value: string } | null
}

export interface Start {
  readonly epochMs: number
  /** Minutes east of UTC where it was recorded; 0 where the text has no offset. */
  readonly offsetMinutes: number
  /** The ISO text as it came. */
  readonly text: string
}

export interface Duration {
  readonly durationMs: number
  /** The ISO text as it came. */
  readonly text: string
}

/** A recording as far as it could be read. A field is null where it is missing or its text is in `unreadable`. */
export interface Recording {
  readonly id: string
  readonly referenceNumber: string | null
  readonly start: Start | null
  readonly duration: Duration | null
  readonly direction: Direction | null
  readonly ownerUsername: string | null
  readonly localPartyNumber: string | null
  readonly remotePartyNumber: string | null
  readonly unreadable: Readonly<Partial<Record<RecordingField, string>>>
}
export type RecordingField = keyof WireRecording

export interface RecordingDetail extends Recording {
  readonly owner: User | null
  readonly pbxCallId: string | null
  readonly preservingUser: User | null
  readonly note: string | null
  /** Bytes of audio, or null where unknown. */
  readonly size: number | null
  readonly hash: { readonly algorithm: string | null; readonly value: string } | null
}

export interface RecordingList {
  readonly totalCount: number
  readonly recordings: readonly Recording[]
  /** How many elements of the answer could not be read at all. */
  readonly unreadableCount: number
  /** Names such as `Rossi, Maria` by username in lower case. It lacks owners whose name the host does not know. */
  readonly ownerNames: Readonly<Record<string, string>>
}

const guid = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i

/** Whether the text is a GUID, in any mix of cases. */
export const isGuid = (text: string): boolean => guid.test(text)

type Fields = Readonly<Record<string, unknown>>

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const readText = (value: unknown): string | null => {
  if (typeof value === 'number') return String(value)
  return typeof value === 'string' && value !== '' ? value : null
}

function readStart(value: unknown): Start | null {
  const written = typeof value === 'string' ? readInstant(value) : null
  if (!written || typeof value !== 'string') return null
  return { epochMs: toEpochMs(written), offsetMinutes: written.offsetMinutes ?? 0, text: value }
}

function readWireDuration(value: unknown): Duration | null {
  const durationMs = typeof value === 'string' ? readDuration(value) : null
  return durationMs === null ? null : { durationMs, text: String(value) }
}

function readDirection(value: unknown): Direction | null {
  const index = typeof value === 'string' && /^\d$/.test(value) ? Number(value) : value
  return typeof index === 'number' && index in directions ? (index as Direction) : null
}

/** Shows a value of the wrong kind as text. */
const show = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

/** @returns null where the value is not an object, or has no id to open it by. */
export function readRecording(value: unknown): Recording | null {
  if (!isFields(value) || typeof value.id !== 'string' || value.id === '') return null
  const unreadable: Partial<Record<RecordingField, string>> = {}
  const field = <T>(name: RecordingField, read: (value: unknown) => T | null): T | null => {
    const given = value[name]
    if (given === undefined || given === null || given === '') return null
    const result = read(given)
    if (result === null) unreadable[name] = show(given)
    return result
  }
  return {
    id: value.id,
    referenceNumber: field('referenceNumber', readText),
    start: field('startTime', readStart),
    duration: field('duration', readWireDuration),
    direction: field('direction', readDirection),
    ownerUsername: field('ownerUsername', readText),
    localPartyNumber: field('localPartyNumber', readText),
    remotePartyNumber: field('remotePartyNumber', readText),
    unreadable,
  }
}

const isNamed = (entry: [username: string, name: unknown]): entry is [string, string] =>
  typeof entry[1] === 'string' && entry[1] !== ''

/** The host adds names to a list; a recorder does not. Leaves out what is no name. */
function readOwnerNames(value: unknown): Record<string, string> {
  const entries = isFields(value) ? Object.entries(value) : []
  const named = entries.filter(isNamed)
  return Object.fromEntries(named.map(([username, name]) => [username.toLowerCase(), name]))
}

/**
 * Keeps a repeated recording only once.
 * @returns null where the answer is not a list; the caller must not show it as an empty one.
 */
export function readList(value: unknown): RecordingList | null {
  if (!isFields(value) || !Array.isArray(value.recordings)) return null
  const { totalCount } = value
  if (typeof totalCount !== 'number' || !Number.isSafeInteger(totalCount) || totalCount < 0) return null
  const readable = value.recordings.map(readRecording).filter((recording) => recording !== null)
  return {
    totalCount,
    recordings: [...new Map(readable.map((recording) => [recording.id.toLowerCase(), recording])).values()],
    unreadableCount: value.recordings.length - readable.length,
    ownerNames: readOwnerNames(value.owners),
  }
}

function readUser(value: unknown): User | null {
  const username = isFields(value) ? readText(value.username) : null
  if (!isFields(value) || username === null) return null
  const optional = (name: keyof User): string | undefined => readText(value[name]) ?? undefined
  return {
    username,
    firstName: optional('firstName'),
    lastName: optional('lastName'),
    phoneNumber: optional('phoneNumber'),
    group: optional('group'),
    department: optional('department'),
  }
}

/** The vendor does not document a note's fields, so this takes a string as it is, or else the likeliest field. */
function readNote(value: unknown): string | null {
  if (!isFields(value)) return readText(value)
  const likely = ['text', 'note', 'content', 'body', 'value'].map((name) => readText(value[name]))
  return likely.find((text) => text !== null) ?? null
}

/** The vendor does not document a hash's fields, so this takes a string, or an object's algorithm and value. */
function readHash(value: unknown): RecordingDetail['hash'] {
  if (!isFields(value)) {
    const text = readText(value)
    return text === null ? null : { algorithm: null, value: text }
  }
  const text = readText(value.value) ?? readText(value.hash)
  return text === null ? null : { algorithm: readText(value.algorithm), value: text }
}

/** @returns null where the value is not a recording. */
export function readDetail(value: unknown): RecordingDetail | null {
  const recording = readRecording(value)
  if (!recording || !isFields(value)) return null
  const owner = readUser(value.owner)
  return {
    ...recording,
    ownerUsername: owner?.username ?? recording.ownerUsername,
    owner,
    pbxCallId: readText(value.pbxCallId),
    preservingUser: readUser(value.preservingUser),
    note: readNote(value.note),
    size: typeof value.size === 'number' && value.size >= 0 ? value.size : null,
    hash: readHash(value.hash),
  }
}
