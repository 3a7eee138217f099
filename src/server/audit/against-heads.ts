/** Holds the lines of a log against the heads that were kept elsewhere. */
import { GENESIS, type Position } from './event.ts'
import type { Head } from './head.ts'

/** The heads of one file: between two places at which the host went on in another. */
interface Stretch {
  /** Where the file before it ended; null where the heads do not reach back so far. */
  readonly base: Head | null
  readonly heads: readonly Head[]
  /** Where the file ended, if the host has gone on in another. */
  readonly end: Head | null
}

function stretchesOf(heads: readonly Head[]): Stretch[] {
  const stretches: Stretch[] = []
  let base: Head | null = null
  let own: Head[] = []
  for (const head of heads) {
    if (head.reason === 'rotation' || head.reason === 'changed') {
      stretches.push({ base, heads: own, end: head })
      base = head
      own = []
    } else own.push(head)
  }
  return [...stretches, { base, heads: own, end: null }]
}

const isAt = (position: Position, head: Position): boolean =>
  head.n === position.n && head.hash === position.hash

/** What a fault says after the number of its line, or null. */
type Judged = string | null

export class AgainstHeads {
  readonly #stretches: readonly Stretch[]
  readonly #first: Head
  readonly #isLive: boolean
  #stretch: Stretch | null = null
  /** By number: a fork has two of one. */
  #awaited = new Map<number, Head[]>()
  #last: Head | null = null

  /**
   * @param heads in the order in which they were kept; at least one.
   * @param isLive whether the file is the one that the host writes now, and not one that was rotated away.
   */
  constructor(heads: readonly [Head, ...Head[]], isLive: boolean) {
    this.#stretches = stretchesOf(heads)
    this.#first = heads[0]
    this.#isLive = isLive
  }

  /** Whether the heads say anything about the file. */
  get isAbout(): boolean {
    return this.#stretch !== null
  }

  /** @param before what the first line follows. @param after as the operator vouches for it. */
  begin(before: Position, after: string | undefined): Judged {
    const all = this.#stretches.filter(({ base }) => base !== null && isAt(before, base))
    const fitting = all.at(-1)
    const first = this.#firstStretch(before)
    this.#stretch = fitting ?? first ?? (after === before.hash ? this.#next(before) : null)
    // Heads may come twice: the host keeps some again, and anybody who has seen one can send it again. All count.
    for (const stretch of new Set([...all, first, this.#stretch])) if (stretch) this.#await(stretch)
    if (after === before.hash) return null
    if (fitting?.base?.reason === 'changed') {
      return `follows line ${before.n}, and no longer in the file that the host had written: it was emptied, replaced or removed at ${fitting.base.at}, and not rotated`
    }
    if (this.#stretch !== null) return null
    return `is numbered ${before.n + 1}, and no head tells of a rotation there: the lines before it were removed`
  }

  /** @param position of a line. @param isSealed whether it is torn or carries a MAC. */
  judge(position: Position, isSealed: boolean): Judged {
    const stretch = this.#stretch
    if (stretch === null) return null
    if (!isSealed && (stretch.base !== null || position.n > this.#first.n)) {
      return 'carries no MAC, and the host wrote one on every line by then: it was changed'
    }
    const wrong = this.#awaited.get(position.n)?.find(({ hash }) => hash !== position.hash)
    if (wrong)
      return `is not the line that the host kept the hash of at ${wrong.at}: it, or one before it, was changed`
    if (this.#last && position.n >= this.#last.n) this.#last = null
    return null
  }

  /** @returns why the line after the last one is missing. */
  end(position: Position): Judged {
    const newest = this.#stretches.at(-1)
    const isOld = this.#isLive && this.#stretch !== null && this.#stretch !== newest
    const missing = this.#last ?? (isOld ? newest?.heads.at(-1) : null)
    if (!missing || missing.n < position.n) return null
    const isOlder = !this.#isLive && this.#isBeforeAll(position)
    if (isOlder) this.#stretch = null
    return isOlder
      ? null
      : `is missing: the file ends with number ${position.n}, and the host kept number ${missing.n} at ${missing.at}`
  }

  /** As `end`, of a file without a line. One that was rotated away never had any. */
  endOfNothing(): Judged {
    if (!this.#isLive) return null
    const newest = this.#stretches.at(-1)
    if (newest?.base?.reason === 'changed') {
      return `is missing: the file is empty, and the host had found it emptied, replaced or removed at ${newest.base.at}`
    }
    const head = newest?.heads.at(-1)
    if (!head || head.n <= (newest?.base?.n ?? 0)) return null
    return `is missing: the file is empty, and the host kept number ${head.n} at ${head.at}`
  }

  #await(stretch: Stretch): void {
    for (const head of [...stretch.heads, ...(stretch.end ? [stretch.end] : [])]) {
      this.#awaited.set(head.n, [...(this.#awaited.get(head.n) ?? []), head])
      if (head.n >= (this.#last?.n ?? 0)) this.#last = head
    }
  }

  /** Heads may have begun in the middle of a log: it was older, or they were rotated themselves. */
  #firstStretch(before: Position): Stretch | null {
    const [first] = this.#stretches
    if (!first) return null
    return before.n < this.#first.n || isAt(before, this.#first) ? first : null
  }

  #next(before: Position): Stretch | null {
    return (
      this.#stretches.findLast(({ heads, end }) => (heads.at(-1) ?? end ?? GENESIS).n >= before.n) ?? null
    )
  }

  /** A file from before there were heads is none that was cut. */
  #isBeforeAll(position: Position): boolean {
    return this.#stretch === this.#stretches[0] && position.n < this.#first.n
  }
}
