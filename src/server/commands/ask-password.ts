/** Asks the operator for a password. */
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { weaknessOf } from '../auth/password-rules.ts'
import { StoreError } from '../sources/sqlite/store-error.ts'

/** The arguments are not as the usage says. */
export class UsageError extends Error {}

/** One line typed on the terminal, not shown. */
async function askHidden(prompt: string): Promise<string> {
  const { stdin, stderr } = process
  // Before the prompt: nothing that is typed at it may show.
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
        // Ctrl-C and Ctrl-D, which raw mode leaves to us.
        if (key === '\u0003' || key === '\u0004') throw new StoreError('Interrupted: nothing was changed.')
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
 * The password that is to be set for an account, from the terminal or from standard input.
 * @throws StoreError where it is too weak to be set, UsageError where there is no terminal.
 */
export async function askPassword(name: string, fromStdin: boolean): Promise<string> {
  const password = await readPassword(fromStdin)
  const weakness = await weaknessOf(name, password)
  if (weakness !== null) throw new StoreError(`${weakness} Nothing was changed.`)
  return password
}

async function readPassword(fromStdin: boolean): Promise<string> {
  if (fromStdin) return notEmpty((await text(process.stdin)).replace(/\r?\n$/, ''))
  if (!process.stdin.isTTY) {
    throw new UsageError('There is no terminal to ask for the password on: use --password-stdin.')
  }
  const password = notEmpty(await askHidden('Password: '))
  if ((await askHidden('Again: ')) !== password) throw new StoreError('The two differ: nothing was changed.')
  return password
}

function notEmpty(password: string): string {
  if (password === '') throw new StoreError('The password is empty: nothing was changed.')
  return password
}
