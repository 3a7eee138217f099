/**
 * What of a recorder's recordings goes on to whoever asks: the fields of the contract, with their values as they came,
 * so that a malformed one is still shown as far as it can be read. What another release says besides is the recorder's
 * own affair, also where it stands within a field that the contract knows as a text or a number: such a field is missing.
 */

const rowFields = [
  'id',
  'referenceNumber',
  'startTime',
  'duration',
  'direction',
  'ownerUsername',
  'localPartyNumber',
  'remotePartyNumber',
] as const
const userFields = ['username', 'firstName', 'lastName', 'phoneNumber', 'group', 'department'] as const
/** Where a note's text may stand, and who wrote it when. */
const noteFields = ['text', 'note', 'content', 'body', 'value', 'author', 'updatedAt'] as const
const hashFields = ['algorithm', 'value', 'hash'] as const
const pbxFields = ['callId', 'pbxCallId'] as const

type Fields = Readonly<Record<string, unknown>>

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isScalar = (value: unknown): boolean => typeof value !== 'object' || value === null

/** Those of the fields that have no fields themselves. */
function pick(from: Fields, names: readonly string[]) {
  const given = names.filter((name) => Object.hasOwn(from, name) && isScalar(from[name]))
  return Object.fromEntries(given.map((name) => [name, from[name]]))
}

/** An object with these of its fields; a scalar as it is; an array is nothing known. */
function small(value: unknown, names: readonly string[]): unknown {
  if (isFields(value)) return pick(value, names)
  return isScalar(value) ? value : null
}

/** One row of a list. A scalar, which is no recording, stays what it is, so that it is counted as one that is lost. */
export function knownRow(row: unknown): unknown {
  if (isFields(row)) return pick(row, rowFields)
  return isScalar(row) ? row : null
}

const smallFields: Readonly<Record<string, readonly string[]>> = {
  owner: userFields,
  preservingUser: userFields,
  note: noteFields,
  hash: hashFields,
  pbxInfo: pbxFields,
}

/** One recording in detail. */
export function knownDetail(detail: object): object {
  const from = detail as Fields
  const objects = Object.entries(smallFields).filter(([name]) => Object.hasOwn(from, name))
  return {
    ...pick(from, [...rowFields, 'pbxCallId', 'size']),
    ...Object.fromEntries(objects.map(([name, fields]) => [name, small(from[name], fields)])),
  }
}
