/** A player asks for a recording in many pieces. This module joins them to listenings, with one line for each. */
import { BoundedMap } from '../platform/bounded-map.ts'

/** After this time without a piece, the next one begins a new listening. */
export const LISTENING_IDLE_MS = 10 * 60_000
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

const isNewDownload = ({ kind, isStart }: Piece): boolean => kind === 'download' && isStart

interface OngoingListening {
  running: number
  lastMs: number
  /** Whether it was allowed. */
  readonly begun: Promise<boolean>
}

/** The listenings of all hosts. A player's pieces may reach several of them. None of the methods rejects. */
export interface SharedListenings {
  /**
   * Waits while another host writes the line of this listening.
   * @param isNew whether a listening that goes on counts as over.
   * @returns whether this host has to begin it; else it goes on, and has its line.
   */
  begins(key: string, isNew: boolean): Promise<boolean>
  /** The listening that this host had to begin has its line. */
  begun(key: string): Promise<void>
  /** It has none, so that the next piece begins it. */
  failed(key: string): Promise<void>
  /** A piece of it has begun or ended here. */
  goesOn(key: string): Promise<void>
}

/** For a host on its own. */
const sharedByNobody: SharedListenings = {
  begins: async () => true,
  async begun() {},
  async failed() {},
  async goesOn() {},
}

export interface Listenings {
  /**
   * The first piece calls `begin`. The others wait for that and call `goOn`.
   * @throws what these throw. After a failed `begin` the next piece calls it again.
   */
  join<T>(piece: Piece, begin: () => Promise<T>, goOn: () => Promise<T>): Promise<T>
}

export function createListenings(nowMs: () => number, shared: SharedListenings = sharedByNobody): Listenings {
  const listenings = new BoundedMap<string, OngoingListening>(MAX_LISTENINGS)

  const isOver = ({ running, lastMs }: OngoingListening): boolean =>
    running === 0 && nowMs() - lastMs > LISTENING_IDLE_MS

  const forget = (): void => {
    for (const [key, listening] of listenings) if (isOver(listening)) listenings.delete(key)
  }

  const follow = (key: string, listening: OngoingListening, { over }: Piece): void => {
    listening.running += 1
    listening.lastMs = nowMs()
    const leave = (): void => {
      listening.running -= 1
      listening.lastMs = nowMs()
      void shared.goesOn(key)
    }
    void over.then(leave)
  }

  /** Begins it, unless another host has. */
  async function beginOnce<T>(key: string, piece: Piece, begin: () => Promise<T>, goOn: () => Promise<T>) {
    const isNew = isNewDownload(piece)
    if (!(await shared.begins(key, isNew))) return goOn()
    try {
      const result = await begin()
      await shared.begun(key)
      return result
    } catch (error) {
      await shared.failed(key)
      throw error
    }
  }

  async function begins<T>(key: string, piece: Piece, result: Promise<T>): Promise<T> {
    forget()
    const begun = result.then(
      () => true,
      () => false,
    )
    const listening: OngoingListening = { running: 0, lastMs: nowMs(), begun }
    listenings.set(key, listening)
    follow(key, listening, piece)
    if (!(await begun) && listenings.get(key) === listening) listenings.delete(key)
    return result
  }

  return {
    async join(piece, begin, goOn) {
      const key = `${piece.kind} ${piece.recording.toLowerCase()} ${piece.listener}`
      for (;;) {
        const current = listenings.get(key)
        if (!current || isOver(current) || isNewDownload(piece))
          return begins(key, piece, beginOnce(key, piece, begin, goOn))
        if (!(await current.begun)) continue
        follow(key, current, piece)
        return goOn()
      }
    },
  }
}
