/** A reason not to start that its message explains: show the message, not the stack. */
export class StartError extends Error {
  override readonly name = 'StartError'
}
