/**
 * The audit log: one JSON line per event, appended to a file. Each line carries the hash of the one before, so that
 * a removed or changed line shows. What is written is in the system's hands at once and survives the death of
 * the process; only the machine's own (a power cut) can take the last lines, because nothing waits for the disk.
 */
import { AuditError } from './audit-error.ts'
import { GENESIS, hashLine, writeLine, type AuditEvent, type Position } from './event.ts'
import { isUnchanged, openLogFile, type LogFile } from './log-file.ts'

export interface AuditLogOptions {
  readonly file: string
  /** Of the digests: see `auditKey`. */
  readonly key: Buffer
  /** Milliseconds since the Unix epoch. */
  readonly nowMs: () => number
}

export interface AuditLog {
  /** Resolves once the line is in the file. @throws where it could not be written: it is lost, and counted in the next. */
  write(event: AuditEvent): Promise<void>
  /**
   * Looks whether the file is there and opens it anew where it must, without writing.
   * @returns whether the file as it is open now has taken a line; until then only a line can tell.
   */
  check(): Promise<boolean>
  /** False from a line that could not be written until one could. */
  writable(): boolean
  /** Waits for what is being written. */
  close(): Promise<void>
}

interface Waiting {
  readonly event: AuditEvent
  readonly atMs: number
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

interface Line {
  /** Where the chain stands after it. */
  readonly position: Position
  readonly text: string
}

class Writer implements AuditLog {
  private waiting: Waiting[] = []
  private turn: Promise<unknown> = Promise.resolve()
  private failing = false
  private proven = false
  private lost = 0
  private closed = false
  private file: LogFile | null
  private position: Position
  private readonly options: AuditLogOptions

  constructor(options: AuditLogOptions, file: LogFile) {
    this.options = options
    this.file = file
    this.position = file.position
  }

  writable(): boolean {
    return !this.failing
  }

  write(event: AuditEvent): Promise<void> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ event, atMs: this.options.nowMs(), resolve, reject })
      // The others that come before its turn go out in the same write.
      if (this.waiting.length === 1) void this.inTurn(() => this.flush())
    })
  }

  check(): Promise<boolean> {
    return this.inTurn(async () => {
      try {
        await this.currentFile()
        return this.proven
      } catch {
        return false
      }
    })
  }

  close(): Promise<void> {
    return this.inTurn(async () => {
      this.closed = true
      await this.dropFile()
    })
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.turn.then(work)
    this.turn = result.catch(() => {})
    return result
  }

  private async dropFile(): Promise<void> {
    const file = this.file
    this.file = null
    this.proven = false
    await file?.handle.close().catch(() => {})
  }

  private async currentFile(): Promise<LogFile> {
    if (this.closed) throw new AuditError('The audit log is closed.')
    if (this.file && (await isUnchanged(this.options.file, this.file))) return this.file
    await this.dropFile()
    this.file = await openLogFile(this.options.file, this.position)
    this.position = this.file.position
    return this.file
  }

  private chain(batch: readonly Waiting[], isTorn: boolean): Line[] {
    const { key } = this.options
    let { position } = this
    return batch.map(({ event, atMs }, index) => {
      const isFirst = index === 0
      const line = writeLine(event, position, { atMs, lost: isFirst ? this.lost : 0, key })
      position = { n: position.n + 1, hash: hashLine(line) }
      return { position, text: `${isFirst && isTorn ? '\n' : ''}${line}\n` }
    })
  }

  private async flush(): Promise<void> {
    const batch = this.waiting
    this.waiting = []
    let done = 0
    try {
      const file = await this.currentFile()
      const lines = this.chain(batch, file.isTorn)
      const bytes = Buffer.from(lines.map(({ text }) => text).join(''))
      const { bytesWritten } = await file.handle.write(bytes)
      done = this.settle(batch, lines, bytesWritten)
      if (done < batch.length)
        throw new AuditError(`${this.options.file} took only part of what was written.`)
      this.file = { ...file, isTorn: false, position: this.position, size: file.size + bytesWritten }
      this.proven = true
      this.failing = false
    } catch (error) {
      // The next attempt finds out what the file really holds.
      await this.dropFile()
      this.failing = true
      this.lost += batch.length - done
      for (const { reject } of batch.slice(done)) reject(error)
    }
  }

  /** @returns how many lines are in the file as a whole. */
  private settle(batch: readonly Waiting[], lines: readonly Line[], bytesWritten: number): number {
    let end = 0
    let done = 0
    for (const { text, position } of lines) {
      end += Buffer.byteLength(text)
      if (end > bytesWritten) break
      this.position = position
      this.lost = 0
      batch[done]?.resolve()
      done += 1
    }
    return done
  }
}

/** @throws AuditError where the file cannot be opened, or is no audit log. */
export async function openAuditLog(options: AuditLogOptions): Promise<AuditLog> {
  try {
    return new Writer(options, await openLogFile(options.file, GENESIS))
  } catch (error) {
    if (error instanceof AuditError) throw error
    const why = error instanceof Error ? error.message : String(error)
    throw new AuditError(
      `The audit log ${options.file} cannot be opened (${why}). Let the host write to its folder, or set AUDIT_LOG to another file. Example: AUDIT_LOG=/var/log/recordings/audit.log`,
    )
  }
}
