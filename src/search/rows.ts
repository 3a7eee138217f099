/** Prepares the text of every cell once for a page of rows. */
import { directions } from '../contract/filter-kinds.ts'
import type { Recording, RecordingField } from '../contract/recording.ts'
import { clockThere, formatDay } from '../lib/moments.ts'
import { formatDuration, speakDuration } from '../lib/times.ts'
import { addDays, dateAt, startOfDate, wallTime } from '../lib/zones.ts'
import { listText } from '../text/list-text.ts'

export interface RecordingRow {
  readonly recording: Recording
  readonly href: string
  /** The calendar date of the start in the page's zone, `YYYY-MM-DD`, or null where the start is unknown. */
  readonly date: string | null
  readonly time: string
  /** The recording's own date-time, for a tooltip. */
  readonly recordedAs: string | null
  /** The time and the offset on the recorder's clock where it differs from the page's zone, else null. */
  readonly there: { readonly time: string; readonly offset: string } | null
  readonly duration: string
  readonly spokenDuration: string
  readonly isoDuration: string | null
  readonly direction: (typeof directions)[number] | null
  readonly ownerName: string | null
  /** The digits that the search looks for in the remote number, or an empty text. */
  readonly match: string
  /** The raw text of a field that could not be read. */
  readonly raw: (field: RecordingField) => string | undefined
}

/** The id of a row on the page, and of its link: by place, because another page of rows reuses the elements. */
export const rowIdAt = (index: number): string => `row-${index}`
export const linkIdOf = (rowId: string): string => `${rowId}-link`
/** The id of the separator of that day. */
export const dayIdOf = (date: string | null): string => `day-${date ?? 'unknown'}`

export interface RowContext {
  readonly zone: string
  /** The host's time, ms since the Unix epoch. */
  readonly nowMs: number
  readonly hrefOf: (id: string) => string
  readonly ownerNames: ReadonlyMap<string, string>
  readonly match: string
}

/** Writes `Today, Mon 23 Nov`, `Mon 23 Nov` or, in another year, `Mon 23 Nov 2025`. @param date `YYYY-MM-DD` or null. */
export function dayLabel(date: string | null, { zone, nowMs }: Pick<RowContext, 'zone' | 'nowMs'>): string {
  const t = listText.get()
  if (date === null) return t.unknownDay
  const today = dateAt(nowMs, zone)
  const day = formatDay(startOfDate(date, zone), zone, nowMs)
  if (date === today) return t.today({ day })
  return date === addDays(today, -1) ? t.yesterday({ day }) : day
}

export function makeRow(recording: Recording, context: RowContext): RecordingRow {
  const { zone, nowMs, hrefOf, ownerNames, match } = context
  const { start, duration, direction, ownerUsername } = recording
  // One conversion gives both: a formatter for each would cost a page of rows more than its elements.
  const wall = start && wallTime(start.epochMs, zone)
  return {
    recording,
    href: hrefOf(recording.id),
    date: wall && wall.slice(0, 10),
    time: wall?.slice(11, 19) ?? '',
    recordedAs: start?.text ?? null,
    there: start && clockThere(start, zone, nowMs),
    duration: duration ? formatDuration(duration.durationMs) : '',
    spokenDuration: duration ? speakDuration(duration.durationMs) : '',
    isoDuration: duration?.text ?? null,
    direction: direction === null ? null : directions[direction],
    ownerName: ownerUsername === null ? null : (ownerNames.get(ownerUsername.toLowerCase()) ?? null),
    match,
    raw: (field) => recording.unreadable[field],
  }
}
