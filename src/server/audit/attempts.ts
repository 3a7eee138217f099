/** Limits the lines for attempts without a known user: otherwise strangers could fill the disk. */

const WINDOW_MS = 15 * 60_000
const PER_ADDRESS = 40
const IN_ALL = 400

interface Seen {
  readonly atMs: number
  readonly kind: string
  readonly address: string
}

export interface Attempts {
  /** Whether this is the first of its kind for that user and address in 15 minutes, and below both limits. */
  admit(kind: string, user: string, address: string): boolean
}

export function createAttempts(nowMs: () => number): Attempts {
  let recent: Seen[] = []
  return {
    admit(what, user, address) {
      const atMs = nowMs()
      recent = recent.filter((seen) => seen.atMs > atMs - WINDOW_MS)
      const kind = `${what} ${user.toLowerCase()}`
      const fromThere = recent.filter((seen) => seen.address === address)
      const isKnown = fromThere.some((seen) => seen.kind === kind)
      if (isKnown || fromThere.length >= PER_ADDRESS || recent.length >= IN_ALL) return false
      recent.push({ atMs, kind, address })
      return true
    },
  }
}
