/** Prints to the operator or to a reader of the output. */
import { codeOf } from './code-of.ts'

/** Prints a line to standard output: a requested result, or a sentence at a terminal. */
export const say = (line: string): void => void process.stdout.write(`${line}\n`)
/** Prints a line to standard error. */
export const warn = (line: string): void => void process.stderr.write(`${line}\n`)

/**
 * Lets the program go on when a reader of its output leaves, as `head` does or a crashed log collector. Otherwise Node
 * would end the program with a stack.
 */
export function outliveReaders(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error) => {
      if (codeOf(error) !== 'EPIPE') throw error
    })
  }
}
