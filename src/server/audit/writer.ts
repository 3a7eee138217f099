/** Writes the audit log in batches, each under the lock and after a look at the file. */
import { setTimeout } from 'node:timers/promises'
import type { AuditLog, AuditLogOptions } from './audit-log.ts'
import { chainUp, endAfter, refuse, settle, type Waiting } from './batch.ts'
import type { ChainFile } from './chain-file.ts'
import type { AuditEvent } from './event.ts'
import type { Head } from './head.ts'
import { auditKeys, type AuditKeys } from './keys.ts'
import { LockedLog } from './locked-log.ts'
import type { Finding } from './start.ts'
import { OperatorError } from '../platform/operator-error.ts'

const LOOK_EVERY_MS = 1000
const GAP_MS = 1

const nothing = (): void => {}

/** The host's own line. The colon sets its name apart: no account name has one. */
export const changedEvent = (finding: Finding): AuditEvent => ({
  user: 'host:audit',
  address: null,
  session: null,
  requestId: null,
  action: 'log_changed',
  outcome: finding,
})

const untrusted = (file: string, finding: Finding): OperatorError =>
  new OperatorError(`${file} is not the file that the host wrote (${finding}).`)

/** Starts each work when the one before has ended, even if it failed. */
function oneByOne(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const result = last.then(work)
    last = result.catch(nothing)
    return result
  }
}

/** Repeats the work, and never runs it twice at once. @returns a function that stops it. */
function regularly(everyMs: number, work: () => Promise<void>): () => void {
  let isRunning = false
  const run = async (): Promise<void> => {
    if (isRunning) return
    isRunning = true
    await work()
    isRunning = false
  }
  const timer = setInterval(() => void run(), everyMs).unref()
  return () => clearInterval(timer)
}

export class Writer implements AuditLog {
  #waiting: Waiting[] = []
  #isFailing = false
  #lost = 0
  readonly #inTurn = oneByOne()
  readonly #keys: AuditKeys
  readonly #chain: ChainFile
  readonly #log: LockedLog
  readonly #options: AuditLogOptions
  readonly #stopWatching: () => void

  constructor(options: AuditLogOptions, chain: ChainFile) {
    this.#options = options
    this.#keys = auditKeys(options.hostKey)
    this.#chain = chain
    this.#log = new LockedLog({ ...options, chain, onFinding: (finding) => this.#tell(finding) })
    const watch = (): Promise<void> => this.#inTurn(() => this.#log.watch())
    this.#stopWatching = regularly(options.lookEveryMs ?? LOOK_EVERY_MS, watch)
  }

  writable(): boolean {
    return !this.#isFailing
  }

  finding(): Finding | null {
    return this.#chain.finding
  }

  head(): Head | null {
    return this.#chain.head
  }

  write(event: AuditEvent): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ event, atMs: this.#options.nowMs(), resolve, reject })
      // Lines that come before its turn go out in the same write.
      if (this.#waiting.length === 1) void this.#inTurn(() => this.#flush())
    })
  }

  check(): Promise<boolean> {
    return this.#inTurn(async () => {
      try {
        await this.#log.look(false)
        return this.#log.isProven && this.finding() === null
      } catch {
        return false
      }
    })
  }

  close(): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#log.isClosed) return
      // A command leaves a new file to the host.
      if (!this.#options.isHostRunning) await this.#log.look(true).catch(nothing)
      // A finding of this look must be in the log.
      if (this.#waiting.length > 0) await this.#flush()
      this.#stopWatching()
      await this.#log.close()
    })
  }

  #tell(finding: Finding): void {
    this.#options.report?.(finding)
    void this.write(changedEvent(finding)).catch(nothing)
  }

  async #flush(): Promise<void> {
    let batch: readonly Waiting[] = this.#waiting
    this.#waiting = []
    let done = 0
    try {
      await this.#log.use(async (file) => {
        const finding = this.finding()
        if (finding !== null) batch = refuse(batch, untrusted(this.#options.file, finding))
        if (batch.length === 0) return
        const lines = chainUp(batch, file, { lost: this.#lost, keys: this.#keys, host: this.#chain.host })
        const { bytesWritten } = await file.handle.write(lines.map(({ text }) => text).join(''))
        done = settle(batch, lines, bytesWritten)
        if (done > 0) this.#lost = 0
        // The next look at the file finds the line that is there in part.
        if (done < batch.length) {
          throw new OperatorError(`${this.#options.file} took only part of what was written.`)
        }
        await this.#log.adopt({ ...file, ...endAfter(lines, file.size + bytesWritten) })
        this.#isFailing = false
      })
    } catch (error) {
      this.#log.doubt()
      this.#isFailing = true
      this.#lost += batch.length - done
      for (const { reject } of batch.slice(done)) reject(error)
    }
    // A command must get its turn between two batches of a busy host. The lines of this batch do not wait for it.
    await setTimeout(GAP_MS)
  }
}
