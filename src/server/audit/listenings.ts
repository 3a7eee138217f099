/** A player asks for a recording in many pieces. This module joins them to listenings, with one line for each. */
import { BoundedMap } from '../platform/bounded-map.ts'

/** After this time without a piece, the next one begins a new listening. */
const LISTENING_IDLE_MS = 10 * 60_000
const MAX_LISTENINGS = 10_000

export interface Piece {
  /** The session, or the user of a script, with the address. */
  readonly listener: string
  readonly recording: string
  readonly kind: 'play' | 'download'
  /** Whether it holds the first byte: saving a file again counts as a new download. */
  readonly isStart: boolean
  /** Resolves once its answer is over; until then the listening goes on. */
  readonly over: Promise<void>
}

interface OngoingListening {
  running: number
  lastMs: number
  /** Whether it was allowed. */
  readonly begun: Promise<boolean>
}

export interface Listenings {
  /**
   * The first piece calls `begin`. The others wait for that and call `goOn`.
   * @throws what these throw. After a failed `begin` the next piece calls it again.
   */
  join<T>(piece: Piece, begin: () => Promise<T>, goOn: () => Promise<T>): Promise<T>
}

export function createListenings(nowMs: () => number): Listenings {
  const listenings = new BoundedMap<string, OngoingListening>(MAX_LISTENINGS)

  const isOver = ({ running, lastMs }: OngoingListening): boolean =>
    running === 0 && nowMs() - lastMs > LISTENING_IDLE_MS

  const forget = (): void => {
    for (const [key, listening] of listenings) if (isOver(listening)) listenings.delete(key)
  }

  const follow = (listening: OngoingListening, { over }: Piece): void => {
    listening.running += 1
    listening.lastMs = nowMs()
    const leave = (): void => {
      listening.running -= 1
      listening.lastMs = nowMs()
    }
    void over.then(leave)
  }

  async function begins<T>(key: string, piece: Piece, begin: () => Promise<T>): Promise<T> {
    forget()
    const result = begin()
    const begun = result.then(
      () => true,
      () => false,
    )
    const listening: OngoingListening = { running: 0, lastMs: nowMs(), begun }
    listenings.set(key, listening)
    follow(listening, piece)
    if (!(await begun) && listenings.get(key) === listening) listenings.delete(key)
    return result
  }

  return {
    async join(piece, begin, goOn) {
      const key = `${piece.kind} ${piece.recording.toLowerCase()} ${piece.listener}`
      for (;;) {
        const current = listenings.get(key)
        const isNew = piece.kind === 'download' && piece.isStart
        if (!current || isOver(current) || isNew) return begins(key, piece, begin)
        if (!(await current.begun)) continue
        follow(current, piece)
        return goOn()
      }
    },
  }
}
