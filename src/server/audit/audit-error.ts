/** The audit log cannot be used as it is: the message names the file and what to do about it. */
export class AuditError extends Error {
  override readonly name = 'AuditError'
  /** For the host's log, which tells no messages. */
  readonly code: string | undefined

  constructor(message: string, { code, ...options }: ErrorOptions & { readonly code?: string } = {}) {
    super(message, options)
    this.code = code
  }
}
