/**
 * Where passwords are derived. Each takes a tenth of a second of a core, and anybody may ask for it, so the host derives
 * them in threads that do nothing else, and lets only few wait. Tests derive them in place.
 */
import { availableParallelism } from 'node:os'
import { Piscina } from 'piscina'
import type { Asker } from '../source.ts'
import { busy, createTurns, type Release, type Turns } from '../turns.ts'
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
const THREAD_IDLE_MS = 60_000

const full = () => busy('Too many passwords are being checked just now. Try again in a moment.')

type Gate = readonly [turns: Turns, who: string]

/** Waits for a place at each, one after the other. */
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
 * Every other turn at the threads is for people who have signed in from there before, as long as one of them waits. The
 * other turns alternate between programs of such people and strangers.
 */
function inTurns(threads: number, derive: Derive, close: () => Promise<void>): ScryptRunner {
  const lane = (waiting: number, waitingEach = waiting): Turns =>
    createTurns({ running: threads, waiting, waitingEach, full })
  const people = lane(WAITING_KNOWN, WAITING_KNOWN_EACH)
  const programs = lane(WAITING_KNOWN, WAITING_KNOWN_EACH)
  const strangers = lane(WAITING_STRANGERS)
  // Whoever comes here has waited in a lane, so there are few.
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
        // Threads that end with the host say nothing of who has left.
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
    idleTimeout: THREAD_IDLE_MS,
  })
  const derive: Derive = (work) => pool.run(work) as Promise<Uint8Array>
  return inTurns(threads, derive, () => pool.destroy())
}
