/** Keeps heads of the log's chain elsewhere while it grows. */
import { performance } from 'node:perf_hooks'
import { basename } from 'node:path'
import type { Position } from './event.ts'
import { sealHead, type Head, type HeadReason } from './head.ts'
import type { AuditKeys } from './keys.ts'

export interface HeadsOptions {
  /** The log's file. */
  readonly file: string
  readonly keys: AuditKeys
  /** The host's name, or null for a host without one. */
  readonly host: string | null
  readonly nowMs: () => number
  /** Called with each head, to keep it elsewhere. */
  readonly keep: (head: Head) => void
}

export class Heads {
  readonly #options: HeadsOptions
  #newest: Head | null = null
  /** When a regular head was last due, ms of a clock that is never set. */
  #dueAtMs = performance.now()

  constructor(options: HeadsOptions) {
    this.#options = options
  }

  get newest(): Head | null {
    return this.#newest
  }

  keep(reason: HeadReason, { n, hash }: Position): void {
    const { keys, nowMs, file, host, keep } = this.#options
    const at = new Date(nowMs()).toISOString()
    const named = host === null ? {} : { host }
    this.#newest = sealHead(keys.heads, { n, hash, at, reason, file: basename(file), ...named })
    keep(this.#newest)
  }

  /** Keeps a head where lines were added since the newest, and `everyMs` have passed since the last regular one. */
  keepEvery(everyMs: number, position: Position): void {
    const nowMs = performance.now()
    if (nowMs - this.#dueAtMs < everyMs || this.#newest?.n === position.n) return
    this.#dueAtMs = nowMs
    this.keep('minute', position)
  }
}
