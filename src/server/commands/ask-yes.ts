/** Asks the operator before something that cannot be undone. */
import { createInterface } from 'node:readline/promises'
import { Interrupted, UsageError } from './run-command.ts'

/** Where the operator is asked: the process has them. */
export interface AskedTerminal {
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean | undefined }
  readonly stderr: NodeJS.WritableStream
}

/**
 * Returns where the operator types `yes`.
 * @throws UsageError where there is no terminal, Interrupted for any other answer and for Ctrl-C or Ctrl-D.
 */
export async function askYes(question: string, { stdin, stderr }: AskedTerminal): Promise<void> {
  if (!stdin.isTTY) throw new UsageError('There is no terminal to ask on: use --yes. Nothing was removed.')
  const terminal = createInterface({ input: stdin, output: stderr })
  // Ctrl-C and Ctrl-D close the reader of lines; without this its question would wait for ever.
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
