/** Runs an operator's program. All of them share the flags, the usage, the kind of message and the exit codes here. */
import { resolve } from 'node:path'
import { parseArgs, type ParseArgsConfig } from 'node:util'
import { keepFilesPrivate } from '../files/private-files.ts'
import { codeOf } from '../platform/code-of.ts'
import { OperatorError } from '../platform/operator-error.ts'
import { readVersion } from '../process/version.ts'

/** 130 is what shells expect of a program that Ctrl-C ended. */
export const exitCodes = { done: 0, failed: 1, usage: 2, interrupted: 130 } as const

/** The arguments are not what the usage says. The program prints the usage after the message. */
export class UsageError extends OperatorError {}

/** The operator pressed Ctrl-C. The message says what that left behind. */
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

/** What the operator typed, and where the program runs. */
export interface Invocation<Own extends Flags> {
  readonly operands: readonly string[]
  readonly flags: Values<Own>
  /** The environment of the host beside which the command runs; its `DATA_DIR` is `dataDir`. */
  readonly env: Readonly<Record<string, string | undefined>>
  readonly dataDir: string
  /** The path that an operand names. It starts where the operator typed it: npm itself changes to the project's folder. */
  pathOf(operand: string): string
  /** Aborts on Ctrl-C, which from the first call on no longer ends the program by itself. */
  interruption(): AbortSignal
}

export interface Command<Own extends Flags> {
  /** Without the part on what every command takes. */
  readonly usage: string
  readonly flags: Own
  /**
   * Does the work and writes its result to standard output.
   * @returns `failed` where the work was done and its result is bad, as for a log that was tampered with.
   * @throws OperatorError with a message for the operator; anything else is printed with its stack.
   */
  run(invocation: Invocation<Own>): Promise<'done' | 'failed'>
}

export const say = (line: string): void => void process.stdout.write(`${line}\n`)
export const warn = (line: string): void => void process.stderr.write(`${line}\n`)

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

/** A path stays as it was typed where it means the same here, so that messages repeat what the operator knows. */
function pathOf(operand: string): string {
  const { npm_lifecycle_event: underNpm, INIT_CWD: typedIn } = process.env
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
): Promise<keyof typeof exitCodes> {
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
  const dataDir = named === undefined ? process.env.DATA_DIR || 'data' : pathOf(named)
  const env = { ...process.env, DATA_DIR: dataDir }
  const flags = values as Values<Own>
  return command.run({ operands: positionals, flags, env, dataDir, pathOf, interruption })
}

/** Prints the failure. @returns how the program ends. */
function explainFailure(error: unknown, usage: string): keyof typeof exitCodes {
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
 * Runs the command with the process's arguments and ends the process. Results go to standard output, messages to
 * standard error. A reader that leaves either of them does not stop the work.
 */
export async function runCommand<Own extends Flags>(command: Command<Own>): Promise<never> {
  keepFilesPrivate()
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error) => {
      if (codeOf(error) !== 'EPIPE') throw error
    })
  }
  const ending = await runWith(command, process.argv.slice(2)).catch((error: unknown) =>
    explainFailure(error, command.usage),
  )
  for (const stream of [process.stdout, process.stderr]) {
    await new Promise<void>((written) => void stream.write('', () => written()))
  }
  // Standard input may still be open: waiting for its end would leave Ctrl-C without effect.
  process.exit(exitCodes[ending])
}
