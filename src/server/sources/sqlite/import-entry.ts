/** One recording of an imported file, not yet understood. */
export interface ImportEntry {
  /** Where it stands, for messages: `line 7`. */
  readonly place: string
  readonly value?: unknown
  /** Why it is not even JSON or a row. */
  readonly problem?: string
}
