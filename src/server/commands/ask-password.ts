/** Asks the operator for a password. */
import { once } from 'node:events'
import type { Writable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { ReadStream } from 'node:tty'
import { weaknessOf } from '../auth/password-rules.ts'
import { OperatorError } from '../platform/operator-error.ts'
import { Interrupted, UsageError, type Terminal } from './run-command.ts'

/** Reads a line from the terminal without showing it. */
async function askHidden(prompt: string, stdin: ReadStream, stderr: Writable): Promise<string> {
  // Raw mode comes before the prompt, so that nothing typed at it shows.
  stdin.setRawMode(true)
  stdin.setEncoding('utf8')
  stdin.resume()
  stderr.write(prompt)
  let typed = ''
  try {
    for (;;) {
      const [keys] = (await once(stdin, 'data')) as [string]
      for (const key of keys) {
        if (key === '\r' || key === '\n') return typed
        // Raw mode leaves Ctrl-C and Ctrl-D to the program.
        if (key === '\u0003' || key === '\u0004') throw new Interrupted('Interrupted: nothing was changed.')
        typed = key === '\u007f' || key === '\b' ? typed.slice(0, -1) : typed + key
      }
    }
  } finally {
    stdin.setRawMode(false)
    stdin.pause()
    stderr.write('\n')
  }
}

/**
 * Reads the new password of an account from the terminal or standard input.
 * @throws OperatorError if it is empty, weak or not repeated alike, UsageError without a terminal, Interrupted on Ctrl-C
 * or Ctrl-D.
 */
export async function askPassword(name: string, fromStdin: boolean, terminal: Terminal): Promise<string> {
  const password = await readPassword(fromStdin, terminal)
  const weakness = await weaknessOf(name, password)
  if (weakness !== null) throw new OperatorError(`${weakness} Nothing was changed.`)
  return password
}

async function readPassword(fromStdin: boolean, { stdin, stderr }: Terminal): Promise<string> {
  if (fromStdin) return notEmpty((await text(stdin)).replace(/\r?\n$/, ''))
  if (!(stdin instanceof ReadStream)) {
    throw new UsageError('There is no terminal to ask for the password on: use --password-stdin.')
  }
  const password = notEmpty(await askHidden('Password: ', stdin, stderr))
  if ((await askHidden('Again: ', stdin, stderr)) !== password)
    throw new OperatorError('The two differ: nothing was changed.')
  return password
}

function notEmpty(password: string): string {
  if (password === '') throw new OperatorError('The password is empty: nothing was changed.')
  return password
}
