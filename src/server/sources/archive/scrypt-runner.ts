/**
 * Decides where and when passwords are derived. A derivation takes a core for a tenth of a second, and anybody may ask
 * for one. So the host has separate threads for them, and lets only few wait. Tests derive in place.
 */
import { availableParallelism } from 'node:os'
import { Piscina } from 'piscina'
import type { Asker } from '../source.ts'
import { busy, createTurns, type Release, type Turns } from '../turns.ts'
import { deriveInPlace, type Derivation, type Derive } from './scrypt.ts'

export interface ScryptRunner {
  /**
   * @param asker the client that waits. It loses its place if its signal aborts before the work begins.
   * @throws Problem 503 `busy` if too many wait already, or the signal's reason.
   */
  derive(work: Derivation, asker: Asker): Promise<Uint8Array>
  counts(): { readonly running: number; readonly waiting: number }
  /** Ends the threads and their work. */
  close(): Promise<void>
}

/** For all strangers together. With one thread, the last of them waits for about a second. */
export const WAITING_STRANGERS = 8
const WAITING_KNOWN = 64
const WAITING_KNOWN_EACH = 8
const MAX_THREADS = 4
/** A thread ends after this long without work. */
const THREAD_IDLE_MS = 60_000

const full = () => busy('Too many passwords are being checked just now. Try again in a moment.')

type Gate = readonly [turns: Turns, who: string]

/** Waits for a place at each gate, one after the other. */
async function enterAll(gates: readonly Gate[], signal: AbortSignal): Promise<Release> {
  const releases: Release[] = []
  const releaseAll = (): void => {
    for (const release of releases.toReversed()) release()
  }
  try {
    for (const [turns, who] of gates) releases.push(await turns.enter(who, signal))
    return releaseAll
  } catch (error) {
    releaseAll()
    throw error
  }
}

/**
 * While they wait, people who have signed in from the same place before get every other turn. The other turns
 * alternate between known programs and strangers.
 */
function inTurns(threads: number, derive: Derive, close: () => Promise<void>): ScryptRunner {
  const lane = (waiting: number, waitingEach = waiting): Turns =>
    createTurns({ running: threads, waiting, waitingEach, full })
  const people = lane(WAITING_KNOWN, WAITING_KNOWN_EACH)
  const programs = lane(WAITING_KNOWN, WAITING_KNOWN_EACH)
  const strangers = lane(WAITING_STRANGERS)
  // No limit is needed here: the lanes let only few through.
  const others = createTurns({ running: threads, full })
  const all = createTurns({ running: threads, full })

  const wayOf = ({ from, isKnown, isScript }: Omit<Asker, 'signal'>): readonly Gate[] => {
    if (isKnown && !isScript) {
      return [
        [people, from],
        [all, 'people'],
      ]
    }
    const [own, name] = isKnown ? ([programs, 'programs'] as const) : ([strangers, 'strangers'] as const)
    return [
      [own, from],
      [others, name],
      [all, 'others'],
    ]
  }
  return {
    async derive(work, { signal, ...asker }) {
      const release = await enterAll(wayOf(asker), signal)
      try {
        return await derive(work)
      } catch (error) {
        // If the client has left, that reason is better than the error of a thread that ended with the host.
        signal.throwIfAborted()
        throw error
      } finally {
        release()
      }
    },
    counts() {
      const waiting = [people, programs, strangers, others, all].map((one) => one.counts().waiting)
      return { running: all.counts().running, waiting: waiting.reduce((total, one) => total + one) }
    },
    close,
  }
}

/** Derives in libuv's threads. @param threads how many passwords are derived at once, 1 or more. */
export const scryptInPlace = (threads = MAX_THREADS, derive: Derive = deriveInPlace): ScryptRunner =>
  inTurns(threads, derive, async () => {})

const workerFile = import.meta.resolve(`./scrypt-worker${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`)

/** Half of the cores. The other half is for signed-in users. */
const standardThreads = (): number =>
  Math.min(MAX_THREADS, Math.max(1, Math.floor(availableParallelism() / 2)))

/** @param threads how many passwords are derived at once, 1 or more. */
export function scryptInWorkers(threads = standardThreads()): ScryptRunner {
  const pool = new Piscina({
    filename: workerFile,
    name: 'derive',
    minThreads: 1,
    maxThreads: threads,
    idleTimeout: THREAD_IDLE_MS,
  })
  const derive: Derive = (work) => pool.run(work) as Promise<Uint8Array>
  return inTurns(threads, derive, () => pool.destroy())
}
