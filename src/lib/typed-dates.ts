/** Dates as people type them: numbers with the day first, names of months and days of the week. */
import { addDays, weekStart } from './zones.ts'

const weekdays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday']
const months = 'january february march april may june july august september october november december'.split(
  ' ',
)

const iso = /^(\d{4})-(\d{1,2})-(\d{1,2})$/
const european = /^(\d{1,2})[./-](\d{1,2})[./-](\d{4}|\d{2})$/
/** A hyphen would be as likely between two hours. */
const yearless = /^(\d{1,2})[./](\d{1,2})\.?$/
const dayFirst = /^(\d{1,2})(?:st|nd|rd|th)? ([a-z]+)\.?(?: (\d{4}))?$/
const monthFirst = /^([a-z]+)\.? (\d{1,2})(?:st|nd|rd|th)?(?: (\d{4}))?$/

/** The place of the name that starts with the word. @returns -1 where none does, or the word is too short. */
const placeOf = (word: string, names: readonly string[]): number =>
  word.length < 3 ? -1 : names.findIndex((name) => name.startsWith(word))

const two = (value: string | number): string => String(value).padStart(2, '0')

/** @returns `YYYY-MM-DD`, or null where the date does not exist. */
function existing(year: string | number, month: string | number, day: string): string | null {
  const date = `${year}-${two(month)}-${two(day)}`
  const read = new Date(`${date}T00:00:00Z`)
  return !Number.isNaN(read.getTime()) && read.toISOString().startsWith(date) ? date : null
}

/** The date in that year. Without a year it is in this one, or in the last one where it would be in the future. */
function inYear(year: string | undefined, month: string | number, day: string, today: string): string | null {
  if (year !== undefined) return existing(year.padStart(4, '20'), month, day)
  const thisYear = Number(today.slice(0, 4))
  const dates = [thisYear, thisYear - 1].map((one) => existing(one, month, day))
  return dates.find((date) => date !== null && date <= today) ?? null
}

/** The latest day of that name, `today` included. @param place 0 for Monday. */
function latest(place: number, today: string): string {
  const date = addDays(weekStart(today), place)
  return date > today ? addDays(date, -7) : date
}

/**
 * Reads `today`, `mon`, `2026-11-23`, `23.11.26`, `23/11`, `23 nov 2026`, `nov 23` or `mon 23 nov`.
 * @param text in lower case, with single spaces.
 * @param today the date in the page's zone, `YYYY-MM-DD`.
 * @returns `YYYY-MM-DD`, or null where the text is not a date.
 */
export function readTypedDate(text: string, today: string): string | null {
  if (text === 'today') return today
  if (text === 'yesterday') return addDays(today, -1)
  const [word = '', ...rest] = text.split(' ')
  const weekday = placeOf(word, weekdays)
  if (weekday !== -1) {
    if (rest.length === 0) return latest(weekday, today)
    const date = readTypedDate(rest.join(' '), today)
    return date !== null && addDays(weekStart(date), weekday) === date ? date : null
  }
  const [, year = '', month = '', day = ''] = iso.exec(text) ?? []
  if (year !== '') return existing(year, month, day)
  const numbers = european.exec(text) ?? yearless.exec(text)
  if (numbers) return inYear(numbers[3], numbers[2] ?? '', numbers[1] ?? '', today)
  const [, monthDay = '', monthName = '', itsYear] = dayFirst.exec(text) ?? swapped(monthFirst.exec(text))
  const place = placeOf(monthName, months)
  return place === -1 ? null : inYear(itsYear, place + 1, monthDay, today)
}

const swapped = (match: RegExpExecArray | null): readonly (string | undefined)[] =>
  match === null ? [] : [match[0], match[2], match[1], match[3]]
