/** What the program prints, and to whom. */
import { codeOf } from './code-of.ts'

/** Prints a line to standard output: a result that the operator asked for, or a sentence at a terminal. */
export const say = (line: string): void => void process.stdout.write(`${line}\n`)
/** Prints a line to standard error. */
export const warn = (line: string): void => void process.stderr.write(`${line}\n`)

/**
 * Goes on where a reader of the output leaves, as `head` does or a log collector that crashes. Without this Node ends
 * the program with a stack.
 */
export function outliveReaders(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error) => {
      if (codeOf(error) !== 'EPIPE') throw error
    })
  }
}
