/** Checks the lines of a log against the heads that were kept elsewhere. */
import { GENESIS, type Position } from './event.ts'
import type { Head } from './head.ts'

/** The heads of one file: those between two changes of file. */
interface Stretch {
  /** The end of the file before it; null where the heads do not reach back so far. */
  readonly base: Head | null
  readonly heads: readonly Head[]
  /** The end of the file, if the host went on in another. */
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

/** The text of a fault after its line number, or null. */
type Judged = string | null

export class AgainstHeads {
  readonly #stretches: readonly Stretch[]
  readonly #first: Head
  readonly #isLive: boolean
  #stretch: Stretch | null = null
  /** By line number: a fork has two heads of one number. */
  #awaited = new Map<number, Head[]>()
  #last: Head | null = null

  /**
   * @param heads in the order in which they were kept; at least one.
   * @param isLive whether the host writes this file now; false for a rotated file.
   */
  constructor(heads: readonly [Head, ...Head[]], isLive: boolean) {
    this.#stretches = stretchesOf(heads)
    this.#first = heads[0]
    this.#isLive = isLive
  }

  /** Whether any head is about the file. */
  get isAbout(): boolean {
    return this.#stretch !== null
  }

  /**
   * @param before the position that the first line follows.
   * @param after the hash that the operator vouches for.
   */
  begin(before: Position, after: string | undefined): Judged {
    const all = this.#stretches.filter(({ base }) => base !== null && isAt(before, base))
    const fitting = all.at(-1)
    const first = this.#firstStretch(before)
    this.#stretch = fitting ?? first ?? (after === before.hash ? this.#next(before) : null)
    // Heads may repeat: the host keeps some again, and anyone who has seen one can resend it. All count.
    for (const stretch of new Set([...all, first, this.#stretch])) if (stretch) this.#await(stretch)
    if (after === before.hash) return null
    if (fitting?.base?.reason === 'changed') {
      return `follows line ${before.n}, but not in the file that the host had written: that was emptied, replaced or removed at ${fitting.base.at}, and not rotated`
    }
    if (this.#stretch !== null) return null
    return `is numbered ${before.n + 1}, and no head reports a rotation there: the lines before it were removed`
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

  /** As `end`, for an empty file. One that was rotated away is taken as never having had a line. */
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

  /** Heads may begin in the middle of a log: the log was older, or the heads were rotated too. */
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

  /** A file older than the heads was not cut. */
  #isBeforeAll(position: Position): boolean {
    return this.#stretch === this.#stretches[0] && position.n < this.#first.n
  }
}
