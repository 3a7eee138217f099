/**
 * The audit log: one JSON line per event, appended to a file. Each line carries the hash of the one before, so that
 * a removed or changed line shows, and a MAC, so that only the host can write one. Written lines reach the system at
 * once and survive a crash of the process. Only a power cut can lose the last ones: nothing waits for the disk.
 */
import { ChainFile } from './chain-file.ts'
import { recordFile } from './end-record.ts'
import type { AuditEvent } from './event.ts'
import type { Head } from './head.ts'
import { auditKeys } from './keys.ts'
import { lockFile } from './lock.ts'
import { openToAppend } from './log-file.ts'
import type { Finding } from './start.ts'
import { onceTakenOver } from './taken-over.ts'
import { takingOf } from './locked-log.ts'
import { changedEvent, Writer } from './writer.ts'
import { OperatorError } from '../platform/operator-error.ts'

export interface AuditLogOptions {
  readonly file: string
  /** 32 bytes. */
  readonly hostKey: Buffer
  /**
   * The host's name; null or absent for a host without one. A log that has a name keeps it where none is given, and
   * beside a running host a command takes that host's.
   */
  readonly host?: string | null
  /** Milliseconds since the Unix epoch. */
  readonly nowMs: () => number
  /** Called with each head of the chain, to keep it elsewhere. */
  readonly keep?: (head: Head) => void
  /** The newest head that was kept elsewhere before. */
  readonly expected?: Head | null
  /** Called where the file is not as it was written: at most once at the start and once after it. */
  readonly report?: (finding: Finding) => void
  /** Ms between two heads while lines are written. */
  readonly headEveryMs?: number
  /** Ms between two looks at the file; a look takes over the new file after a rotation. */
  readonly lookEveryMs?: number
  /** Ms to wait for another process that writes. */
  readonly patienceMs?: number
  /** Ms that a command waits for a running host to take over a new file. */
  readonly takeoverMs?: number
  /** Set by commands, which add to a host's log and must have its key: whether that host runs. */
  readonly isHostRunning?: () => boolean
}

export interface AuditLog {
  /**
   * Resolves once the line is in the file.
   * @throws where the line could not be written: it is lost, and the next line counts it. OperatorError where
   * recordings would leave on this line and the file is not the host's: the line is then neither written nor lost.
   */
  write(event: AuditEvent): Promise<void>
  /**
   * Checks that the file is still the one that was written. It writes nothing and takes over no new file.
   * @returns whether nothing is wrong and the file has taken a line since the start, the last failure or the last
   * rotation; otherwise only a line can tell.
   */
  check(): Promise<boolean>
  /** False from a failed write until one succeeds. */
  writable(): boolean
  /** The first foreign change to the file while it was open, or null. No recording leaves the host after one. */
  finding(): Finding | null
  /** The newest head. */
  head(): Head | null
  /** Waits for lines that are being written. */
  close(): Promise<void>
}

const nothing = (): void => {}

/**
 * Opens the log, which continues where it ended. A file that does not hold the expected head is reported, in the
 * log too. The chain then continues from that head, or from the file's end if that is the host's and no earlier.
 * @throws OperatorError where the file cannot be opened, is not an audit log, or is the log of a host of another name;
 * for a command also where the file was written with another key, or a running host does not take it over.
 */
export async function openAuditLog(options: AuditLogOptions): Promise<AuditLog> {
  const { file, hostKey, nowMs, keep = nothing, expected = null } = options
  if ([lockFile(file), recordFile(file)].includes(file)) {
    throw new OperatorError(
      `${file} is not free to be the audit log. Set AUDIT_LOG to a name that ends with .log.`,
    )
  }
  try {
    // Tried before the lock: a log that cannot be opened needs no lock file.
    if (!options.isHostRunning) await (await openToAppend(file)).close()
    const keys = auditKeys(hostKey)
    const taking = takingOf(options, keys.heads)
    const { chain, finding } = await onceTakenOver(taking, async (isTaken) => {
      const handle = await openToAppend(file)
      const isCommand = options.isHostRunning !== undefined
      const parts = { file, keys, host: options.host ?? null, nowMs, keep, isCommand, isTaken }
      return ChainFile.open(parts, handle, isTaken ? null : expected).catch(async (error: unknown) => {
        await handle.close()
        throw error
      })
    })
    const log = new Writer(options, chain)
    if (finding !== null) {
      options.report?.(finding)
      await log.write(changedEvent(finding)).catch(nothing)
    }
    return log
  } catch (error) {
    if (error instanceof OperatorError) throw error
    const why = error instanceof Error ? error.message : String(error)
    throw new OperatorError(
      `The audit log ${file} cannot be opened (${why}). Let the host write to its folder, or set AUDIT_LOG to another file. Example: AUDIT_LOG=/var/log/recordings/audit.log`,
    )
  }
}
