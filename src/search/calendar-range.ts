/** Changes the two texts of a range by day and by quarter of an hour, as the calendar does. */
import type { PageClock } from '../clock/clock.ts'
import { timeKind, type PageTimeFilter } from '../contract/filter-kinds.ts'
import { readTyped } from '../lib/typed-times.ts'
import { boundText, readBounds, resolvedTexts, type Bound, type BoundTexts } from './time-bounds.ts'

const DAY = 'YYYY-MM-DD'.length

/** Where the calendar starts: with the current bounds of the value. */
export const startTexts = (value: PageTimeFilter | undefined, clock: PageClock): BoundTexts =>
  resolvedTexts(value, clock)

/** The first and the last day of the range, or null without one. A missing bound has the day of the other. */
export function daysOf({ from, to }: BoundTexts): readonly [from: string, to: string] | null {
  const [first, last] = [from || to, to || from].map((text) => text.slice(0, DAY))
  return first && last ? [first, last] : null
}

/** Puts the range on other days. It keeps its times of day, unless it would then be reversed or in the future. */
export function onDays(
  texts: BoundTexts,
  [from, to]: readonly [from: string, to: string],
  clock: PageClock,
): BoundTexts {
  const kept = { from: from + texts.from.slice(DAY), to: to + texts.to.slice(DAY) }
  const { value } = readBounds(kept, clock)
  const resolved = value && timeKind.resolve(value, clock)
  return resolved?.op === 'between' && resolved.from < resolved.to ? kept : { from, to }
}

/** Takes the times of day away. */
export function wholeDays(texts: BoundTexts): BoundTexts {
  const [from, to] = daysOf(texts) ?? ['', '']
  return { from, to }
}

/** Moves a bound, by the clock and not by the calendar. A bound that is missing stays so. */
export function moveBound(texts: BoundTexts, bound: Bound, minutes: number, clock: PageClock): BoundTexts {
  const read = readTyped(texts[bound], bound, { ...clock, day: null })
  if (read === null || read === 'dayless') return texts
  return { ...texts, [bound]: boundText(read.epochMs + minutes * 60_000, bound, clock.zone) }
}
