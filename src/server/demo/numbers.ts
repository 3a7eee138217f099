/** The callers' numbers: a few call often, and most call rarely. */
import type { Random } from './random.ts'

const CALLERS = 6000

const digits = (random: Random, count: number): string =>
  Array.from({ length: count }, () => random.int(0, 9)).join('')

/** A prefix, how many digits follow it, and how common it is. */
const kinds: readonly (readonly [prefix: string, rest: number, share: number])[] = [
  ['+39347', 7, 14],
  ['+39333', 7, 12],
  ['+39328', 7, 9],
  ['+39391', 7, 6],
  ['+3902', 8, 14],
  ['+3906', 8, 10],
  ['+39011', 7, 5],
  ['+39055', 7, 5],
  ['+39081', 7, 4],
  ['02', 8, 3],
  ['800', 6, 2],
  ['9802', 2, 3],
  ['+4930', 8, 3],
  ['+33142', 6, 3],
  ['+4420', 8, 3],
  ['+34915', 6, 2],
  ['+4122', 7, 2],
  ['+1212', 7, 1],
]

function number(random: Random): string {
  let left = random.next() * kinds.reduce((sum, [, , share]) => sum + share, 0)
  for (const [prefix, rest, share] of kinds) {
    left -= share
    if (left < 0) return prefix + digits(random, rest)
  }
  return 'anonymous'
}

/** @returns a function for the next caller's number. The n-th most frequent calls about 1/n as often as the first. */
export function callers(random: Random): () => string {
  const numbers = Array.from({ length: CALLERS }, () => number(random))
  return () => numbers[Math.floor(CALLERS ** random.next()) - 1] ?? 'anonymous'
}
