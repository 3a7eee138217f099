/**
 * The part of a recorder's recordings that is passed on: the fields of the contract, with their values as they came, so
 * that a malformed one is still shown as far as it can be read. Other fields, which another release may have, are left
 * out. So is an object or an array in a field that the contract knows as a text or a number.
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
/** Where a note's text may stand, and its author and time. */
const noteFields = ['text', 'note', 'content', 'body', 'value', 'author', 'updatedAt'] as const
const hashFields = ['algorithm', 'value', 'hash'] as const
const pbxFields = ['callId', 'pbxCallId'] as const

type Fields = Readonly<Record<string, unknown>>

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isScalar = (value: unknown): boolean => typeof value !== 'object' || value === null

/** The named fields whose values are not objects or arrays. */
function pick(from: Fields, names: readonly string[]) {
  const given = names.filter((name) => Object.hasOwn(from, name) && isScalar(from[name]))
  return Object.fromEntries(given.map((name) => [name, from[name]]))
}

/** An object with the named fields, or an unchanged scalar. An array has no known meaning and becomes null. */
function small(value: unknown, names: readonly string[]): unknown {
  if (isFields(value)) return pick(value, names)
  return isScalar(value) ? value : null
}

/** One row of a list. A scalar is not a recording, but it is kept so that it counts as an unreadable one. */
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
