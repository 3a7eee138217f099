/**
 * The list's first request, as the page will send it. The host names it in the document, so that the browser sends it
 * while the page's scripts load. The page reads its address by the same code, and takes over the answer if its own
 * request is the same, to the letter.
 */
import { makeClock } from '../../clock/clock.ts'
import { listEndpoint } from '../../contract/endpoints.ts'
import type { Period } from '../../contract/periods.ts'
import { resolveSearch, usualPageSizes } from '../../contract/search.ts'
import { readEntry } from '../../url/entry.ts'

export interface Opening {
  /** The page's path and query, as sent. */
  readonly path: string
  readonly query: string
  /** The time that the document states, ms since the Unix epoch. */
  readonly nowMs: number
  /** The browser's zone as it says, or null where it is not known. */
  readonly zone: string | null
  /** The rows per page that the browser remembers, as it says, or null. */
  readonly rows: string | null
}

/**
 * The usual name of a zone in any spelling. The calendar keeps a formatter for each name, and there are only some
 * hundred of these. @returns null for anything else.
 */
function usualName(zone: string): string | null {
  // Browsers name a place; an offset is something that a person typed.
  if (/^[+-]/.test(zone)) return null
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone
  } catch {
    return null
  }
}

/** @returns null if the page will not ask at once, or will ask for days of a zone that is not known. */
export function firstListRequest(opening: Opening): string | null {
  try {
    return writeRequest(opening)
  } catch (error) {
    // A day after the last of the calendar, 9999-12-31, has no date. The document has to come all the same.
    if (error instanceof RangeError) return null
    throw error
  }
}

function writeRequest({ path, query, nowMs, zone, rows }: Opening): string | null {
  const { view, query: asked } = readEntry(
    path,
    query,
    usualPageSizes.find((count) => String(count) === rows) ?? null,
  )
  if (view.name === 'unknown') return null
  const ownZone = zone === null ? null : usualName(zone)
  const clock = makeClock(nowMs, asked.tz === null ? null : usualName(asked.tz), ownZone ?? 'UTC')
  let isGuess = false
  const periodBounds = (period: Period) => {
    isGuess ||= asked.tz === null && ownZone === null
    return clock.periodBounds(period)
  }
  const { search, impossible } = resolveSearch(asked.search, { ...clock, periodBounds })
  return isGuess || impossible.length > 0 ? null : listEndpoint(search, asked)
}
