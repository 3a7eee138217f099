/**
 * Keeps heads in another place. A failing place holds nothing up and is tried again, ever more rarely. Once it is
 * back, it gets the current head and the heads that a check of the log needs.
 */
import type { AuditSink } from '../config/sinks.ts'
import { writeHead, type Head } from './head.ts'
import { fileTransport } from './sink-file.ts'
import { syslogTransport } from './sink-syslog.ts'

export interface HeadSink {
  keep(head: Head): void
  /** True from a failed head until one is sent. */
  failing(): boolean
  /** Sends waiting heads for a short while, then ends. */
  close(): Promise<void>
}

/** Carries a text to its place. */
export interface Transport {
  /** @throws where it could not be sent. */
  send(text: string, atMs: number): Promise<void>
  close(): void
}

export interface SinkOptions {
  /** Called once each time that the sink begins to fail. */
  readonly report?: (error: unknown) => void
  /** Ms before the first retry, and at most between two. */
  readonly retryMs?: { readonly first: number; readonly most: number }
  /** Ms to send waiting heads on closing. */
  readonly closeMs?: number
  /** PEM of authorities to trust in place of the system's. */
  readonly ca?: string
}

const MAX_WAITING = 64

class RetryingSink implements HeadSink {
  #waiting: Head[] = []
  #last: Head | null = null
  #isFailing = false
  #isClosed = false
  #sending: Promise<void> | null = null
  #timer: NodeJS.Timeout | null = null
  #delayMs: number
  readonly #transport: Transport
  readonly #options: SinkOptions
  readonly #retryMs: { readonly first: number; readonly most: number }

  constructor(openTransport: (onLost: () => void) => Transport, options: SinkOptions) {
    this.#options = options
    this.#retryMs = options.retryMs ?? { first: 1000, most: 60_000 }
    this.#delayMs = this.#retryMs.first
    this.#transport = openTransport(() => this.#sendAgain())
  }

  keep(head: Head): void {
    // The newest head makes earlier minute heads needless; a start or a rotation says what no later head does.
    const others = this.#waiting.filter(({ reason }) => reason !== 'minute')
    this.#waiting = [...others, head].slice(-MAX_WAITING)
    this.#last = head
    // Not on each success: a place that takes a head and goes away would be retried fast for ever.
    if (!this.#isFailing) this.#delayMs = this.#retryMs.first
    if (this.#timer === null) this.#begin()
  }

  failing(): boolean {
    return this.#isFailing
  }

  async close(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    if (this.#waiting.length > 0) this.#begin()
    this.#isClosed = true
    let over: NodeJS.Timeout | undefined
    const late = new Promise<void>((done) => (over = setTimeout(done, this.#options.closeMs ?? 2000)))
    await Promise.race([this.#sending ?? Promise.resolve(), late])
    clearTimeout(over)
    this.#transport.close()
  }

  #begin(): void {
    this.#sending ??= this.#sendAll().finally(() => {
      this.#sending = null
      if (this.#waiting.length > 0 && this.#timer === null && !this.#isClosed) this.#begin()
    })
  }

  async #sendAll(): Promise<void> {
    try {
      for (let head = this.#waiting[0]; head !== undefined; head = this.#waiting[0]) {
        await this.#transport.send(writeHead(head), Date.parse(head.at))
        this.#waiting = this.#waiting.filter((other) => other !== head)
        this.#isFailing = false
      }
    } catch (error) {
      if (!this.#isFailing) this.#options.report?.(error)
      this.#isFailing = true
      this.#tryLater()
    }
  }

  /** The place went away, and may not have read the last head. */
  #sendAgain(): void {
    if (this.#isClosed || this.#last === null || this.#timer !== null) return
    if (this.#waiting.length === 0) this.#waiting = [this.#last]
    this.#tryLater()
  }

  #tryLater(): void {
    if (this.#isClosed) return
    const retry = (): void => {
      this.#timer = null
      this.#begin()
    }
    this.#timer = setTimeout(retry, this.#delayMs).unref()
    this.#delayMs = Math.min(this.#delayMs * 2, this.#retryMs.most)
  }
}

export function openSink(to: AuditSink, options: SinkOptions = {}): HeadSink {
  const transport = (onLost: () => void): Transport =>
    to.kind === 'file' ? fileTransport(to.path) : syslogTransport({ ...to, ca: options.ca, onLost })
  return new RetryingSink(transport, options)
}
