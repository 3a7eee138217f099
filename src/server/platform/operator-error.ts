/**
 * A failure that the operator can act on. Its message says what happened and what to do, so the programs print it
 * alone. Any other error is a fault of the program; the commands print its stack for a report.
 */
export class OperatorError extends Error {
  override readonly name: string = 'OperatorError'
  /** For the host's log, which leaves messages out. */
  readonly code: string | undefined

  constructor(message: string, { code, ...options }: ErrorOptions & { readonly code?: string } = {}) {
    super(message, options)
    this.code = code
  }
}
