/** Writes the audit log: one batch after another, each under the lock and after a look at the file. */
import { setTimeout } from 'node:timers/promises'
import type { AuditLog, AuditLogOptions } from './audit-log.ts'
import { chainUp, endAfter, refuse, settle, type Waiting } from './batch.ts'
import type { ChainFile, FoundFile } from './chain-file.ts'
import type { AuditEvent } from './event.ts'
import type { Head } from './head.ts'
import { auditKeys, type AuditKeys } from './keys.ts'
import type { Finding } from './start.ts'
import { onceTakenOver, TAKEOVER_MS, type Taking } from './taken-over.ts'
import { OperatorError } from '../platform/operator-error.ts'

const PATIENCE_MS = 2000
const HEAD_EVERY_MS = 60_000
const LOOK_EVERY_MS = 1000
const GAP_MS = 1

const nothing = (): void => {}

/** The host's own word. No account has a colon in its name. */
export const changedEvent = (finding: Finding): AuditEvent => ({
  user: 'host:audit',
  address: null,
  session: null,
  requestId: null,
  action: 'log_changed',
  outcome: finding,
})

export const takingOf = (options: AuditLogOptions, key: Buffer): Taking => ({
  file: options.file,
  key,
  isHostRunning: options.isHostRunning,
  patienceMs: options.patienceMs ?? PATIENCE_MS,
  takeoverMs: options.takeoverMs ?? TAKEOVER_MS,
})

const untrusted = (file: string, finding: Finding): OperatorError =>
  new OperatorError(`${file} is not the file that the host wrote (${finding}).`)

/** Each work begins when the one before it has ended, however it did. */
function oneByOne(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const result = last.then(work)
    last = result.catch(nothing)
    return result
  }
}

export class Writer implements AuditLog {
  #waiting: Waiting[] = []
  #isFailing = false
  #isProven = false
  #isClosed = false
  #isTold = false
  #isLooking = false
  #lost = 0
  #headAtMs = performance.now()
  readonly #inTurn = oneByOne()
  readonly #keys: AuditKeys
  readonly #chain: ChainFile
  readonly #options: AuditLogOptions
  readonly #timer: NodeJS.Timeout

  constructor(options: AuditLogOptions, chain: ChainFile) {
    this.#options = options
    this.#keys = auditKeys(options.hostKey)
    this.#chain = chain
    this.#timer = setInterval(() => void this.#watch(), options.lookEveryMs ?? LOOK_EVERY_MS).unref()
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
      // The others that come before its turn go out in the same write.
      if (this.#waiting.length === 1) void this.#inTurn(() => this.#flush())
    })
  }

  check(): Promise<boolean> {
    return this.#inTurn(async () => {
      try {
        await this.#look(false)
        return this.#isProven && this.finding() === null
      } catch {
        return false
      }
    })
  }

  close(): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#isClosed) return
      // A command leaves a new file to the host.
      if (!this.#options.isHostRunning) await this.#look(true).catch(nothing)
      // This look may have found something, which is to stand in the log.
      if (this.#waiting.length > 0) await this.#flush()
      this.#isClosed = true
      clearInterval(this.#timer)
      this.#chain.keep('stop')
      await this.#chain.close()
    })
  }

  /** Works on the file as it is now, while no other process does. */
  async #underLock<T>(work: (file: FoundFile) => Promise<T>): Promise<T> {
    if (this.#isClosed) throw new OperatorError('The audit log is closed.')
    return onceTakenOver(takingOf(this.#options, this.#keys.heads), async () => {
      try {
        const file = await this.#chain.current()
        if (file.origin !== 'known') this.#isProven = false
        try {
          return await work(file)
        } finally {
          await this.#chain.release(file)
        }
      } finally {
        this.#tell()
      }
    })
  }

  /** Once, and in the log too: its break is then explained there. */
  #tell(): void {
    const finding = this.finding()
    if (finding === null || this.#isTold) return
    this.#isTold = true
    this.#options.report?.(finding)
    void this.write(changedEvent(finding)).catch(nothing)
  }

  /** @param takesOver whether a new file becomes the log's, although it has taken no line. */
  async #look(takesOver: boolean): Promise<void> {
    if (!this.#isClosed && (await this.#chain.isAsLeft())) return
    await this.#underLock(async (file) => {
      const isPlain = takesOver && file.origin === 'rotated' && (await file.handle.stat()).isFile()
      if (isPlain) await this.#chain.adopt(file)
    })
  }

  async #watch(): Promise<void> {
    if (this.#isLooking) return
    this.#isLooking = true
    await this.#inTurn(async () => {
      if (this.#isClosed) return
      // A file that cannot be read now has its line fail, which says so.
      await this.#look(true).catch(nothing)
      const isTime = performance.now() - this.#headAtMs >= (this.#options.headEveryMs ?? HEAD_EVERY_MS)
      if (isTime && this.#chain.head?.n !== this.#chain.position.n) {
        this.#headAtMs = performance.now()
        this.#chain.keep('minute')
      }
    })
    this.#isLooking = false
  }

  async #flush(): Promise<void> {
    let batch: readonly Waiting[] = this.#waiting
    this.#waiting = []
    let done = 0
    try {
      await this.#underLock(async (file) => {
        const finding = this.finding()
        if (finding !== null) batch = refuse(batch, untrusted(this.#options.file, finding))
        if (batch.length === 0) return
        const lines = chainUp(batch, file, this.#lost, this.#keys)
        const { bytesWritten } = await file.handle.write(lines.map(({ text }) => text).join(''))
        done = settle(batch, lines, bytesWritten)
        if (done > 0) this.#lost = 0
        // What is there in part is found by the next look at the file.
        if (done < batch.length) {
          throw new OperatorError(`${this.#options.file} took only part of what was written.`)
        }
        await this.#chain.adopt({ ...file, ...endAfter(lines, file.size + bytesWritten) })
        this.#isProven = true
        this.#isFailing = false
      })
    } catch (error) {
      this.#isProven = false
      this.#isFailing = true
      this.#lost += batch.length - done
      for (const { reject } of batch.slice(done)) reject(error)
    }
    // Between two batches of a busy host a command must get its turn; the lines of this one wait no longer.
    await setTimeout(GAP_MS)
  }
}
