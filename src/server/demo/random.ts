/** Random numbers that are the same on every machine, as the demo data must be. */
export interface Random {
  /** From 0 up to but not including 1. */
  next(): number
  /** An integer from `least` to `most`, both included. */
  int(least: number, most: number): number
  pick<T>(items: readonly [T, ...T[]]): T
  chance(probability: number): boolean
  /** A GUID of version 4, in small letters. */
  guid(): string
}

/** Mulberry32. Its 32 bits of state suffice for data that only has to look real. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const int = (least: number, most: number): number => least + Math.floor(next() * (most - least + 1))
  // This runs over a million times. Joining arrays of digits took half of the time of making the calls.
  const hex = (digits: number): string => {
    let text = ''
    for (let count = 0; count < digits; count += 1) text += '0123456789abcdef'.charAt(int(0, 15))
    return text
  }
  return {
    next,
    int,
    pick: (items) => items[int(0, items.length - 1)] ?? items[0],
    chance: (probability) => next() < probability,
    guid: () => `${hex(8)}-${hex(4)}-4${hex(3)}-${'89ab'[int(0, 3)]}${hex(3)}-${hex(12)}`,
  }
}
