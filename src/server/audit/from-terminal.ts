/** Log lines for an operator's commands. */
import { userInfo } from 'node:os'
import type { AuditSink } from '../config/sinks.ts'
import { openAuditLog } from './audit-log.ts'
import type { AuditEvent, TerminalAction } from './event.ts'
import { nameInLog } from './host-name.ts'
import { auditKeys } from './keys.ts'
import { newestHead } from './sink-file.ts'
import { openSink } from './sink.ts'
import { OperatorError } from '../platform/operator-error.ts'

export interface TerminalPlace {
  readonly file: string
  readonly sink: AuditSink
  /** The host's name in the command's environment, or null: a log that has a name keeps it. */
  readonly host: string | null
  /** 32 bytes. */
  readonly hostKey: Buffer
  readonly isHostRunning: () => boolean
  /** Called with news for the operator that stops nothing. */
  readonly warn: (message: string) => void
}

export type TerminalChange = { readonly action: TerminalAction } & Pick<
  AuditEvent,
  'account' | 'search' | 'format' | 'count' | 'added' | 'updated' | 'skipped'
>

/** The colon sets it apart: no account name has one. */
function operator(): string {
  try {
    return `terminal:${userInfo().username}`
  } catch {
    // A container's user may have a number and no name.
    return `terminal:${process.getuid?.() ?? ''}`
  }
}

/**
 * Does the work and writes its line, whether it succeeds or fails. The log is opened first: nothing is done that
 * could not be logged.
 * @param more facts that are known only after the change.
 * @throws what `work` throws. OperatorError where the log cannot be opened, or where the change was made and its line
 * could not be written; the message says so.
 */
export async function fromTerminal<T>(
  place: TerminalPlace,
  change: TerminalChange,
  work: () => Promise<T>,
  more: (result: T) => Partial<TerminalChange> = () => ({}),
): Promise<T> {
  const { file, hostKey, warn, isHostRunning } = place
  const sink = openSink(place.sink, {
    report: () => warn('The head of the audit log could not be kept in AUDIT_SINK.'),
  })
  const keys = auditKeys(hostKey)
  // Opened for each line: the host may write and rotate the log during the work.
  const write = async (event: AuditEvent | null): Promise<void> => {
    const host = place.host ?? (await nameInLog(file, keys))
    const log = await openAuditLog({
      file,
      hostKey,
      host,
      nowMs: Date.now,
      isHostRunning,
      keep: (head) => sink.keep(head),
      expected: place.sink.kind === 'file' ? await newestHead(place.sink.path, keys.heads, host) : null,
      report: (finding) =>
        warn(`${file} is not as the host left it (${finding}): run npm run audit -- verify.`),
    })
    try {
      if (event) await log.write(event)
    } finally {
      await log.close()
    }
  }
  const line = { user: operator(), address: null, session: null, requestId: null, ...change }
  try {
    await write(null)
    let result: T
    try {
      result = await work()
    } catch (error) {
      const unwritten = (): void => warn(`The failure is not in the audit log: ${file} cannot be written.`)
      await write({ ...line, outcome: 'failed' }).catch(unwritten)
      throw error
    }
    try {
      await write({ ...line, ...more(result), outcome: 'ok' })
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      throw new OperatorError(`It was done, but it is not in the audit log ${file}: ${why}`, { cause: error })
    }
    return result
  } finally {
    await sink.close()
  }
}
