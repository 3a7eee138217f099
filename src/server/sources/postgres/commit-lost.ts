/** A change of which nobody knows whether it was stored. */
import { codeOf } from '../../platform/code-of.ts'

/** The connection was lost while a transaction was being committed. */
export class CommitLost extends Error {
  override readonly name = 'CommitLost'
}

/** A code of five characters is the server's own (SQLSTATE). No class of these begins with E, as the network's codes do. */
const serverCode = /^[0-9FHPX][0-9A-Z]{4}$/
/** The server ends, perhaps before it could say that the transaction was stored. */
const isEnding = (code: string): boolean => code.startsWith('57P')

/** Whether the server itself refused, so that nothing was stored. */
export function isServerAnswer(error: unknown): boolean {
  const code = codeOf(error)
  return serverCode.test(code) && !isEnding(code)
}
