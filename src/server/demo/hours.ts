/** When the demo's calls happen: business hours in Rome, with few calls at lunch, at weekends and at night. */
import type { Random } from './random.ts'

export const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/** How busy each hour of a working day is, beginning at midnight. */
const byHour = [
  0.02, 0.01, 0.01, 0.01, 0.01, 0.02, 0.06, 0.3, 0.85, 1, 1, 0.95, 0.6, 0.35, 0.75, 0.95, 0.9, 0.8, 0.45,
  0.22, 0.12, 0.08, 0.05, 0.03,
]
/** How busy each day of the week is, beginning on Sunday. */
const byWeekday = [0.22, 1, 0.97, 0.93, 0.95, 0.85, 0.4]

const rome = new Intl.DateTimeFormat('en', {
  timeZone: 'Europe/Rome',
  timeZoneName: 'longOffset',
  hour: 'numeric',
})
const offsets = new Map<number, number>()

/** Minutes east of UTC in Rome at that moment (ms since the Unix epoch). */
export function romeOffsetMinutes(epochMs: number): number {
  const hour = Math.floor(epochMs / HOUR_MS)
  const known = offsets.get(hour)
  if (known !== undefined) return known
  const name = rome.formatToParts(epochMs).find(({ type }) => type === 'timeZoneName')?.value ?? ''
  const [, hours = '1', minutes = '0'] = /GMT\+(\d+):(\d+)/.exec(name) ?? []
  const offset = Number(hours) * 60 + Number(minutes)
  offsets.set(hour, offset)
  return offset
}

/** How busy the hour that starts at `hourMs` is. */
function busyness(hourMs: number): number {
  const local = new Date(hourMs + romeOffsetMinutes(hourMs) * 60_000)
  const day = byWeekday[local.getUTCDay()] ?? 1
  // August and Christmas are quiet.
  const month = local.getUTCMonth()
  const season = month === 7 ? 0.6 : month === 11 && local.getUTCDate() > 23 ? 0.5 : 1
  return day * season * (byHour[local.getUTCHours()] ?? 0)
}

/**
 * Moments between `fromMs` and `toMs`, ascending, distributed like business calls.
 * @param count how many.
 */
export function businessMoments(random: Random, fromMs: number, toMs: number, count: number): number[] {
  const hours: { readonly startMs: number; readonly lengthMs: number; readonly weight: number }[] = []
  for (let startMs = fromMs; startMs < toMs; startMs += HOUR_MS) {
    const lengthMs = Math.min(HOUR_MS, toMs - startMs)
    hours.push({ startMs, lengthMs, weight: (busyness(startMs) * lengthMs) / HOUR_MS })
  }
  const total = hours.reduce((sum, { weight }) => sum + weight, 0)
  const moments: number[] = []
  let passed = 0
  let taken = 0
  for (const { startMs, lengthMs, weight } of hours) {
    passed += weight
    const due = Math.round((passed / total) * count)
    const here = Array.from({ length: due - taken }, () => startMs + Math.floor(random.next() * lengthMs))
    moments.push(...here.toSorted((a, b) => a - b))
    taken = due
  }
  return moments
}

/** Thirteen months before `nowMs`. */
export const thirteenMonthsBefore = (nowMs: number): number =>
  Math.floor((nowMs - 396 * DAY_MS) / HOUR_MS) * HOUR_MS
