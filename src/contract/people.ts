/** People whose calls the user may find, as `/api/people` answers. */

interface PersonNames {
  readonly firstName?: string | null | undefined
  readonly lastName?: string | null | undefined
}

export interface Person {
  readonly username: string
  /** `Rossi, Maria`, or null where it is not known. */
  readonly name: string | null
  /** The recording group, or null. */
  readonly group: string | null
}

/** @returns `Rossi, Maria`, as much of it as is known, or null. Empty parts count as not known. */
export const personName = ({ firstName, lastName }: PersonNames): string | null =>
  [lastName, firstName].filter(Boolean).join(', ') || null

/** The longest answer, and the length of an answer without `limit`. */
export const MAX_PEOPLE = 50
export const USUAL_PEOPLE = 10

/** The longest text to look for, in characters. */
export const MAX_PEOPLE_QUERY = 100

const textOrNull = (value: unknown): string | null => (typeof value === 'string' ? value : null)

/** Leaves out elements that name no user. @returns null where the JSON is not a list. */
export function readPeople(json: unknown): Person[] | null {
  if (!Array.isArray(json)) return null
  return json.flatMap((element: unknown) => {
    if (typeof element !== 'object' || element === null) return []
    const { username, name, group } = element as Readonly<Record<string, unknown>>
    if (typeof username !== 'string') return []
    return [{ username, name: textOrNull(name), group: textOrNull(group) }]
  })
}
