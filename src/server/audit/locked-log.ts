/** Uses the log's file under its lock, each time after a look at its state, and looks at it regularly as well. */
import type { AuditLogOptions } from './audit-log.ts'
import type { ChainFile } from './chain-file.ts'
import { auditKeys } from './keys.ts'
import type { Finding } from './start.ts'
import type { FoundFile } from './successor.ts'
import { onceTakenOver, TAKEOVER_MS, type Taking } from './taken-over.ts'
import { OperatorError } from '../platform/operator-error.ts'

const PATIENCE_MS = 2000
const HEAD_EVERY_MS = 60_000

export const takingOf = (options: AuditLogOptions, key: Buffer): Taking => ({
  file: options.file,
  key,
  isHostRunning: options.isHostRunning,
  patienceMs: options.patienceMs ?? PATIENCE_MS,
  takeoverMs: options.takeoverMs ?? TAKEOVER_MS,
})

export interface LockedLogOptions extends AuditLogOptions {
  readonly chain: ChainFile
  /** Called once, with the first finding, so that the log explains its break too. */
  readonly onFinding: (finding: Finding) => void
}

/** Calls must not overlap. */
export class LockedLog {
  readonly #options: LockedLogOptions
  readonly #taking: Taking
  #isProven = false
  #isClosed = false
  #isTold = false

  constructor(options: LockedLogOptions) {
    this.#options = options
    this.#taking = takingOf(options, auditKeys(options.hostKey).heads)
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  /** Whether the current file has taken a line. */
  get isProven(): boolean {
    return this.#isProven
  }

  /** Works on the current file while no other process does. @throws OperatorError, or what the work throws. */
  async use(work: (file: FoundFile) => Promise<void>): Promise<void> {
    if (this.#isClosed) throw new OperatorError('The audit log is closed.')
    const { chain } = this.#options
    return onceTakenOver(this.#taking, async () => {
      try {
        const file = await chain.current()
        if (file.origin !== 'known') this.#isProven = false
        await work(file).finally(() => chain.release(file))
      } finally {
        this.#tell()
      }
    })
  }

  /** For written lines: this is now the log's file. */
  async adopt(file: FoundFile): Promise<void> {
    await this.#options.chain.adopt(file)
    this.#isProven = true
  }

  /** For lines that were not written. */
  doubt(): void {
    this.#isProven = false
  }

  /** @param takesOver whether a new file becomes the log's before it has taken a line. */
  async look(takesOver: boolean): Promise<void> {
    const { chain } = this.#options
    if (!this.#isClosed && (await chain.isAsLeft())) return
    await this.use(async (file) => {
      const isPlain = takesOver && file.origin === 'rotated' && (await file.handle.stat()).isFile()
      if (isPlain) await chain.adopt(file)
    })
  }

  /** Looks, and keeps a head that is due. Ignores an unreadable file: the next line fails and reports it. */
  async watch(): Promise<void> {
    if (this.#isClosed) return
    await this.look(true).catch(() => undefined)
    this.#options.chain.keepEvery(this.#options.headEveryMs ?? HEAD_EVERY_MS)
  }

  async close(): Promise<void> {
    this.#isClosed = true
    const { chain } = this.#options
    chain.keep('stop')
    await chain.close()
  }

  #tell(): void {
    const { finding } = this.#options.chain
    if (finding === null || this.#isTold) return
    this.#isTold = true
    this.#options.onFinding(finding)
  }
}
