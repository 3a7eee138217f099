/** Runs an operator's program. All share these flags, usage, messages and exit codes. */
import { realpathSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { parseArgs, type ParseArgsConfig } from 'node:util'
import { outliveReaders } from '../platform/standard-output.ts'
import { DATA_DIR_DEFAULT } from '../files/data-dir.ts'
import { keepFilesPrivate } from '../files/private-files.ts'
import { codeOf } from '../platform/code-of.ts'
import { OperatorError } from '../platform/operator-error.ts'
import { readVersion } from '../process/version.ts'

/** Shells expect 130 from a program that Ctrl-C ended. */
export const exitCodes = { done: 0, failed: 1, usage: 2, interrupted: 130 } as const

/** The arguments do not match the usage, which the program prints after the message. */
export class UsageError extends OperatorError {}

/** The operator stopped the command. The message says what that left behind. */
export class Interrupted extends OperatorError {}

export type Flags = NonNullable<ParseArgsConfig['options']>

const commonFlags = {
  'data-dir': { type: 'string' },
  help: { type: 'boolean', short: 'h', default: false },
  version: { type: 'boolean', default: false },
} as const satisfies Flags

const COMMON_USAGE = `Every command also takes
  --data-dir DIR    the host's folder, in place of DATA_DIR (default: data/)
  --version         prints the release
  --help            prints this text

Exit codes: 0 done, 1 failed, 2 wrong arguments, 130 interrupted.`

type Values<Own extends Flags> = ReturnType<
  typeof parseArgs<{ options: Own & typeof commonFlags; allowPositionals: true }>
>['values']

/** The streams and environment of a command: those of its process, or its caller's. */
export interface Terminal {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly stdin: Readable
  readonly stdout: Writable
  readonly stderr: Writable
  /** Aborts on the next Ctrl-C, which then does not end the program by itself. */
  interruption(): AbortSignal
}

/** The operator's input, and the surroundings of the program. */
export interface Invocation<Own extends Flags> {
  readonly operands: readonly string[]
  readonly flags: Values<Own>
  /** The environment of the host that the command serves; its `DATA_DIR` is `dataDir`. */
  readonly env: Readonly<Record<string, string | undefined>>
  readonly dataDir: string
  /** The path of an operand, relative to the operator's folder: npm changes to the project's. */
  pathOf(operand: string): string
  readonly terminal: Terminal
  /** Writes a line of the result to standard output. */
  readonly say: Say
  /** Writes any other line to standard error. */
  readonly warn: Say
}

export interface Command<Own extends Flags> {
  /** The usage without the common part. */
  readonly usage: string
  readonly flags: Own
  /**
   * Does the work and writes its result to standard output.
   * @returns `failed` if the work was done but its result is bad, as for a forged log.
   * @throws OperatorError with a message for the operator. Other errors are printed with their stack.
   */
  run(invocation: Invocation<Own>): Promise<'done' | 'failed'>
}

type Say = (line: string) => void

const linesTo =
  (stream: Writable): Say =>
  (line) =>
    void stream.write(`${line}\n`)

/** @throws UsageError for an unknown flag or one without its value. */
function readArguments<Own extends Flags>(own: Own, args: readonly string[]) {
  const options: Own & typeof commonFlags = { ...own, ...commonFlags }
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options })
  } catch (error) {
    if (!(error instanceof Error && codeOf(error).startsWith('ERR_PARSE_ARGS'))) throw error
    throw new UsageError(error.message, { cause: error })
  }
}

/** Keeps a path as typed if it means the same here, so that messages show what the operator knows. */
function pathOf(operand: string, { env }: Terminal): string {
  const { npm_lifecycle_event: underNpm, INIT_CWD: typedIn } = env
  return underNpm && typedIn && typedIn !== process.cwd() ? resolve(typedIn, operand) : operand
}

function interruption(): AbortSignal {
  const interrupted = new AbortController()
  process.once('SIGINT', () => interrupted.abort())
  return interrupted.signal
}

async function runWith<Own extends Flags>(
  command: Command<Own>,
  args: readonly string[],
  terminal: Terminal,
): Promise<keyof typeof exitCodes> {
  const [say, warn] = [linesTo(terminal.stdout), linesTo(terminal.stderr)]
  const { values, positionals } = readArguments(command.flags, args)
  const common = values as Values<Record<never, never>>
  if (common.help) {
    say(`${command.usage}\n\n${COMMON_USAGE}`)
    return 'done'
  }
  if (common.version) {
    say(readVersion())
    return 'done'
  }
  if (common['data-dir'] === '') throw new UsageError('--data-dir takes the path of a folder.')
  const named = common['data-dir']
  const dataDir = named === undefined ? terminal.env.DATA_DIR || DATA_DIR_DEFAULT : pathOf(named, terminal)
  return command.run({
    operands: positionals,
    flags: values as Values<Own>,
    env: { ...terminal.env, DATA_DIR: dataDir },
    dataDir,
    pathOf: (operand) => pathOf(operand, terminal),
    terminal,
    say,
    warn,
  })
}

/** Prints the failure. @returns the name of the exit code. */
function explainFailure(error: unknown, usage: string, warn: Say): keyof typeof exitCodes {
  // The reader of the output may stop in the middle, as `head` does.
  if (codeOf(error) === 'EPIPE') return 'done'
  if (!(error instanceof OperatorError)) {
    warn(error instanceof Error ? (error.stack ?? error.message) : String(error))
    return 'failed'
  }
  const isUsage = error instanceof UsageError
  warn(isUsage ? `${error.message}\n\n${usage}\n\n${COMMON_USAGE}` : error.message)
  if (isUsage) return 'usage'
  return error instanceof Interrupted ? 'interrupted' : 'failed'
}

/**
 * Runs the command inside this process and prints its failures.
 * @returns the exit code.
 */
export async function callCommand<Own extends Flags>(
  command: Command<Own>,
  args: readonly string[],
  terminal: Terminal,
): Promise<number> {
  const ending = await runWith(command, args, terminal).catch((error: unknown) =>
    explainFailure(error, command.usage, linesTo(terminal.stderr)),
  )
  return exitCodes[ending]
}

/** Whether Node was started with this file. Node resolves links in the URL of a module, but not in `argv`. */
function isProgram(url: string): boolean {
  const started = process.argv[1]
  return started !== undefined && realpathSync(started) === fileURLToPath(url)
}

/**
 * If the command's file is the program, runs the command and ends the process. Results go to standard output, messages
 * to standard error. The work goes on if a reader leaves either of them.
 * @param url of the command's file. A test that imports the file runs nothing.
 */
export async function runCommand<Own extends Flags>(url: string, command: Command<Own>): Promise<void> {
  if (!isProgram(url)) return
  keepFilesPrivate()
  outliveReaders()
  const { env, stdin, stdout, stderr } = process
  const code = await callCommand(command, process.argv.slice(2), { env, stdin, stdout, stderr, interruption })
  for (const stream of [stdout, stderr]) {
    await new Promise<void>((written) => void stream.write('', () => written()))
  }
  // Standard input may still be open, and waiting for its end would leave Ctrl-C without effect.
  process.exit(code)
}
