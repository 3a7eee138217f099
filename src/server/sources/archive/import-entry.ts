/** One recording of an imported file, not yet interpreted. */
export interface ImportEntry {
  /** Its place in the file, for messages: `line 7`. */
  readonly place: string
  readonly value?: unknown
  /** Why it is not valid JSON or a valid row. */
  readonly problem?: string
}
