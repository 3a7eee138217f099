/** Calls an operator's command within the test's process. */
import { Readable, Writable } from 'node:stream'
import { callCommand, type Command, type Flags } from '../server/commands/run-command.ts'

export interface CommandEnd {
  /** The exit code, or null if a signal ended the process. */
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/** Collects all output as one text. */
function collector(): { readonly stream: Writable; readonly text: () => string } {
  const chunks: Buffer[] = []
  const write = (chunk: Buffer, _encoding: string, done: () => void): void => {
    chunks.push(chunk)
    done()
  }
  return { stream: new Writable({ write }), text: () => Buffer.concat(chunks).toString() }
}

export interface CommandCall {
  readonly env: Readonly<Record<string, string | undefined>>
  /** All of its standard input. */
  readonly input?: string
}

/** Runs the command to its end. Nothing interrupts it. */
export async function call<Own extends Flags>(
  command: Command<Own>,
  args: readonly string[],
  { env, input = '' }: CommandCall,
): Promise<CommandEnd> {
  const [out, err] = [collector(), collector()]
  const code = await callCommand(command, args, {
    env,
    stdin: Readable.from([Buffer.from(input)]),
    stdout: out.stream,
    stderr: err.stream,
    interruption: () => new AbortController().signal,
  })
  return { code, out: out.text(), err: err.text() }
}
