/**
 * Reads one value of the file as a recording. The client's lenient reader does the reading, but the import refuses
 * whatever it could not read, because a store must not keep guesses.
 */
import {
  isGuid,
  readDetail,
  readRecording,
  type Recording,
  type RecordingDetail,
  type RecordingField,
  type User,
} from '../../../contract/recording.ts'
import type { ImportFields, ValueReader } from './import-values.ts'
import { RowError, type NewNote, type NewRecording } from './new-recording.ts'

const expected: Readonly<Record<RecordingField, string>> = {
  id: 'a GUID such as 75A90276-E47E-4e9e-B463-E3C743D5FF3A',
  referenceNumber: 'a text such as 2017000000175',
  startTime: 'an ISO-8601 date-time such as 2018-11-01T16:39:15.0000000+02:00',
  duration: 'an ISO-8601 duration such as PT1M31.87S',
  direction: '0 (unknown), 1 (incoming) or 2 (outgoing), or one of these words',
  ownerUsername: 'a username',
  localPartyNumber: 'a telephone number',
  remotePartyNumber: 'a telephone number',
}

function present<T>(value: T | null, field: RecordingField): T {
  if (value === null) throw new RowError(`${field} is missing: it takes ${expected[field]}`)
  return value
}

const detailFields = ['owner', 'pbxCallId', 'preservingUser', 'note']

const isDetailed = (fields: ImportFields): boolean => detailFields.some((name) => fields[name] !== undefined)

/** Reads the fields of the list, and those of the detail where the file has any. Most files have none. */
function read(fields: ImportFields): Recording & Partial<RecordingDetail> {
  const recording = isDetailed(fields) ? readDetail(fields) : readRecording(fields)
  if (!recording) throw new RowError(`id is missing: it takes ${expected.id}`)
  if (!isGuid(recording.id)) throw new RowError(`id cannot be “${recording.id}”: it takes ${expected.id}`)
  for (const name in recording.unreadable) {
    const field = name as RecordingField
    throw new RowError(`${field} cannot be “${recording.unreadable[field]}”: it takes ${expected[field]}`)
  }
  return recording
}

/** 100-ns ticks below the ms. The client's reader skips them but keeps the text. */
function subMsTicks(startTime: string): number {
  const digits = /[.,]\d{3}(\d{1,4})/.exec(startTime)?.[1] ?? ''
  return Number(digits.padEnd(4, '0'))
}

/** Null or an empty cell clears a field. A field that is not given is undefined, and an update keeps its value. */
const ifGiven = <T>(given: unknown, value: T | null): T | null | undefined =>
  given === undefined ? undefined : value

/** The detail's person, or just a username. */
const person = (given: unknown, user: User | null | undefined): User | null =>
  user ?? (typeof given === 'string' && given !== '' ? { username: given } : null)

function note(given: unknown, text: string | null | undefined, startMs: number): NewNote | null {
  if (text === null || text === undefined) return null
  const { author, updatedAt } = (typeof given === 'object' && given !== null ? given : {}) as ImportFields
  return {
    text,
    author: typeof author === 'string' ? author : '',
    updatedAt: typeof updatedAt === 'string' ? updatedAt : new Date(startMs).toISOString(),
  }
}

/**
 * Reads one recording in the API's form (list or detail), or as a spreadsheet writes it.
 * @throws RowError naming the field that cannot be stored and the value that it takes.
 */
export function readImported(value: unknown, values: ValueReader): NewRecording {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new RowError('is no recording: it takes an object with id, referenceNumber, startTime and so on')
  }
  const fields = values.read(value as ImportFields)
  const recording = read(fields)
  const start = present(recording.start, 'startTime')
  const owner = person(fields.owner, recording.owner) ?? person(recording.ownerUsername, null)
  return {
    id: recording.id,
    referenceNumber: present(recording.referenceNumber, 'referenceNumber'),
    startMs: start.epochMs,
    subMsTicks: subMsTicks(start.text),
    offsetMinutes: start.offsetMinutes,
    durationMs: present(recording.duration, 'duration').durationMs,
    direction: present(recording.direction, 'direction'),
    owner,
    localNumber: recording.localPartyNumber,
    remoteNumber: recording.remotePartyNumber,
    pbxCallId: ifGiven(fields.pbxCallId, recording.pbxCallId ?? null),
    preservingUser: ifGiven(fields.preservingUser, person(fields.preservingUser, recording.preservingUser)),
    note: ifGiven(fields.note, note(fields.note, recording.note, start.epochMs)),
  }
}
