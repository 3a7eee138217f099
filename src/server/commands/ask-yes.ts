/** Asks the operator before an action that cannot be undone. */
import { createInterface } from 'node:readline/promises'
import { Interrupted, UsageError } from './run-command.ts'

/** The streams that ask the operator, as a process has them. */
export interface AskedTerminal {
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean | undefined }
  readonly stderr: NodeJS.WritableStream
}

/**
 * Returns once the operator has typed `yes`.
 * @throws UsageError without a terminal, Interrupted for any other answer and for Ctrl-C or Ctrl-D.
 */
export async function askYes(question: string, { stdin, stderr }: AskedTerminal): Promise<void> {
  if (!stdin.isTTY) throw new UsageError('There is no terminal to ask on: use --yes. Nothing was removed.')
  const terminal = createInterface({ input: stdin, output: stderr })
  // Ctrl-C and Ctrl-D close the line reader. Without this, its question would then wait for ever.
  const left = new AbortController()
  terminal.once('close', () => left.abort())
  try {
    const answer = await terminal.question(question, { signal: left.signal })
    if (answer.trim().toLowerCase() === 'yes') return
  } catch (error) {
    if (!left.signal.aborted) throw error
  } finally {
    terminal.close()
  }
  throw new Interrupted('Nothing was removed.')
}
