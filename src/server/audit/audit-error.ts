/** The audit log cannot be used as it is: the message names the file and what to do about it. */
export class AuditError extends Error {
  override readonly name = 'AuditError'
}
