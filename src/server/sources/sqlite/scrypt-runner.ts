/**
 * Where passwords are derived. Each takes a tenth of a second of a core, and anybody may ask for it, so the host derives
 * them in threads that do nothing else, and lets only few wait. Tests derive them in place.
 */
import { availableParallelism } from 'node:os'
import { Piscina } from 'piscina'
import type { Asker } from '../source.ts'
import { busy, createTurns } from '../turns.ts'
import { deriveInPlace, type Derivation, type Derive } from './scrypt.ts'

export interface ScryptRunner {
  /**
   * @param asker who waits for it. One whose signal aborts before the work has begun loses the place.
   * @throws Problem 503 `busy` where too many wait already, or the signal's reason.
   */
  derive(work: Derivation, asker: Asker): Promise<Uint8Array>
  counts(): { readonly running: number; readonly waiting: number }
  /** Ends the threads, and with them what runs there. */
  close(): Promise<void>
}

/** Of all strangers together; with one thread the last of them waits for about a second. */
export const WAITING_STRANGERS = 8
const WAITING_KNOWN = 64
const WAITING_KNOWN_EACH = 8
const MAX_THREADS = 4
/** A thread that has nothing to do for so long ends. */
const IDLE_MS = 60_000

const full = () => busy('Too many passwords are being checked just now. Try again in a moment.')

/** Strangers wait behind each other, and people who have signed in from there before do not wait behind them. */
function inTurns(threads: number, derive: Derive, close: () => Promise<void>): ScryptRunner {
  const strangers = createTurns({ running: threads, waiting: WAITING_STRANGERS, full })
  const known = createTurns({
    running: threads,
    waiting: WAITING_KNOWN,
    waitingEach: WAITING_KNOWN_EACH,
    full,
  })
  return {
    async derive(work, { signal, from, isKnown }) {
      const release = await (isKnown ? known : strangers).enter(from, signal)
      try {
        return await derive(work)
      } finally {
        release()
      }
    },
    counts() {
      const [one, other] = [strangers.counts(), known.counts()]
      return { running: one.running + other.running, waiting: one.waiting + other.waiting }
    },
    close,
  }
}

/** Derives in libuv's threads. */
export const scryptInPlace = (): ScryptRunner => inTurns(MAX_THREADS, deriveInPlace, async () => {})

const workerFile = import.meta.resolve(`./scrypt-worker${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`)

/** Half of the cores: the other half is for everybody who is signed in. */
const standardThreads = (): number =>
  Math.min(MAX_THREADS, Math.max(1, Math.floor(availableParallelism() / 2)))

/** @param threads how many passwords are derived at once, 1 or more. */
export function scryptInWorkers(threads = standardThreads()): ScryptRunner {
  const pool = new Piscina({
    filename: workerFile,
    name: 'derive',
    minThreads: 1,
    maxThreads: threads,
    idleTimeout: IDLE_MS,
  })
  const derive: Derive = (work) => pool.run(work) as Promise<Uint8Array>
  return inTurns(threads, derive, () => pool.destroy())
}
