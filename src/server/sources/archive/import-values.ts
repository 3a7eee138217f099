/**
 * Turns spreadsheet values into the API's form: `23/11/2026 08:30`, `2:05`, `inbound`, the owner's columns. Text with
 * two possible meanings is refused, and the message says how to choose one.
 */
import { readInstant, writeOffset } from '../../../contract/instants.ts'
import { RowError } from './new-recording.ts'

export type ImportFields = Readonly<Record<string, unknown>>

export const dateOrders = ['dmy', 'mdy'] as const
/** Which comes first in `03/04/2026`: the day or the month. */
export type DateOrder = (typeof dateOrders)[number]

/** The time zone of times without an offset. */
export interface ImportZone {
  /** IANA name, for messages. */
  readonly name: string
  /**
   * @param wallMs ms since 1970 on the zone's own clocks.
   * @returns minutes east of UTC at that time, or null if those clocks show it twice or never.
   */
  offsetMinutes(wallMs: number): number | null
}

export interface ImportReading {
  /** The order of dates; also allows durations such as `2:05`. Null allows only ISO-8601. */
  readonly dates: DateOrder | null
  /** Null means UTC, as in the API. */
  readonly zone: ImportZone | null
}

const shortened = /^[+-]?\d+(?:[.,]\d+)?E\+\d+$/i
const textFields = [
  'referenceNumber',
  'ownerUsername',
  'ownerPhoneNumber',
  'localPartyNumber',
  'remotePartyNumber',
  'pbxCallId',
]

/** A spreadsheet may save a long number as `3,90245E+11`, which loses its other digits. */
function refuseShortened(fields: ImportFields): void {
  for (const name of textFields) {
    const value = fields[name]
    if ((typeof value !== 'string' && typeof value !== 'number') || !shortened.test(String(value).trim())) {
      continue
    }
    throw new RowError(
      `${name} cannot be “${value}”: a spreadsheet shortened this number, so its last digits are lost. ` +
        'Export the file again with that column formatted as text',
    )
  }
}

const dayAndTime =
  /^(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d{2})(?:(?:,? +|T)(\d{1,2})[:.](\d{2})(?:[:.](\d{2})(?:[.,](\d{1,7}))?)?(?: ?([ap])\.?m\.?)?(?: ?(Z|[+-]\d{2}:?\d{2}))?)?$/i

const two = (text: string): string => text.padStart(2, '0')

/** @param half `a` or `p`, of the twelve-hour clock. @returns null if that clock has no such hour. */
function hourOf(hour: string, half: string | undefined): string | null {
  if (half === undefined) return hour
  if (Number(hour) < 1 || Number(hour) > 12) return null
  return String((Number(hour) % 12) + (half.toLowerCase() === 'p' ? 12 : 0))
}

/** What to do about a date whose order is unknown or not the given one. */
function orderAdvice(first: number, second: number, dates: DateOrder | null): string {
  if (first > 12 && second > 12) return 'there is no such day'
  const given = dates === null ? '' : ` in place of --dates ${dates}`
  if (first > 12) return `it looks like dd/mm/yyyy: run the import again with --dates dmy${given}`
  if (second > 12) return `it looks like mm/dd/yyyy: run the import again with --dates mdy${given}`
  return 'it may be dd/mm/yyyy or mm/dd/yyyy: run the import again with --dates dmy or --dates mdy'
}

/** `23/11/2026 08:30` as `2026-11-23T08:30:00`. @returns the text itself if it is not such a date. */
function readDay(text: string, dates: DateOrder | null): string {
  const match = dayAndTime.exec(text)
  if (!match) return text
  const [, first = '', , second = '', year = '', hour = '0', minute = '00', seconds = '00'] = match
  const [fraction, half, offset = ''] = match.slice(8)
  const refuse = (why: string) => new RowError(`startTime cannot be “${text}”: ${why}`)
  if (year.length === 2) throw refuse('its year has two digits, and it takes four')
  const [day, month] = dates === 'mdy' ? [second, first] : [first, second]
  if (dates === null || Number(month) > 12) throw refuse(orderAdvice(Number(first), Number(second), dates))
  const time = hourOf(hour, half)
  const iso = `${year}-${two(month)}-${two(day)}T${two(time ?? '')}:${minute}:${seconds}${fraction ? `.${fraction}` : ''}${offset}`
  if (time === null || !readInstant(iso)) throw refuse('there is no such day or time')
  return iso
}

const hasOffset = /T.*(?:Z|[+\- ]\d{2}(?::?\d{2})?)$/i

const clockTime = /^(?:(\d{1,3}):)?(\d{1,3}):(\d{2})(?:[.,](\d{1,9}))?$/

/** `2:05` as `PT0H2M05.0S`. @returns the text itself if it is not such a duration. */
function readClockTime(text: string, dates: DateOrder | null): string {
  const match = clockTime.exec(text)
  if (!match) return text
  const [, hours = '0', minutes = '0', seconds = '0', fraction = '0'] = match
  const refuse = (why: string) => new RowError(`duration cannot be “${text}”: ${why}`)
  if (dates === null) {
    throw refuse(
      `it takes an ISO-8601 duration such as PT1M31.87S. It looks like ${match[1] === undefined ? 'mm:ss' : 'h:mm:ss'}: ` +
        'run the import again with --dates dmy (or mdy), which reads such durations too',
    )
  }
  if (Number(seconds) > 59 || (match[1] !== undefined && Number(minutes) > 59)) {
    throw refuse('it takes mm:ss or h:mm:ss')
  }
  return `PT${hours}H${minutes}M${seconds}.${fraction}S`
}

const directionWords: ReadonlyMap<string, number> = new Map([
  ['unknown', 0],
  ['in', 1],
  ['incoming', 1],
  ['inbound', 1],
  ['out', 2],
  ['outgoing', 2],
  ['outbound', 2],
])

const ownerFields = [
  ['ownerFirstName', 'firstName'],
  ['ownerLastName', 'lastName'],
  ['ownerPhoneNumber', 'phoneNumber'],
  ['ownerGroup', 'group'],
  ['ownerDepartment', 'department'],
] as const

/** The owner's columns as the `owner` of the detail, or undefined if all are empty. */
function readOwner(fields: ImportFields): ImportFields | undefined {
  const given = ownerFields.filter(([name]) => {
    const value = fields[name]
    return value !== undefined && value !== null && value !== ''
  })
  const [first] = given
  if (!first) return undefined
  const owner = (typeof fields.owner === 'object' ? fields.owner : null) as ImportFields | null
  const username = owner?.username ?? fields.ownerUsername
  if (username === undefined || username === null || username === '') {
    throw new RowError(`${first[0]} needs ownerUsername too, the username of the person whom it describes`)
  }
  return { ...owner, username, ...Object.fromEntries(given.map(([name, field]) => [field, fields[name]])) }
}

export class ValueReader {
  /** How many start times had no offset. */
  zoneless = 0
  readonly #reading: ImportReading

  constructor(reading: ImportReading) {
    this.#reading = reading
  }

  /** Turns the fields into the API's form as far as possible. @throws RowError naming the field. */
  read(fields: ImportFields): ImportFields {
    refuseShortened(fields)
    const { startTime, duration, direction } = fields
    const owner = readOwner(fields)
    const read = {
      startTime: typeof startTime === 'string' ? this.#start(startTime.trim()) : startTime,
      duration: typeof duration === 'string' ? readClockTime(duration.trim(), this.#reading.dates) : duration,
      direction:
        typeof direction === 'string'
          ? (directionWords.get(direction.trim().toLowerCase()) ?? direction)
          : direction,
    }
    // Most files are in the API's form already, and a copy of every row would cost more than all the rest here.
    const isSame =
      read.startTime === startTime && read.duration === duration && read.direction === direction && !owner
    return isSame ? fields : { ...fields, ...read, ...(owner && { owner }) }
  }

  #start(text: string): string {
    const { dates, zone } = this.#reading
    const iso = readDay(text, dates)
    if (hasOffset.test(iso)) return iso
    const written = readInstant(iso)
    if (!written) return iso
    this.zoneless += 1
    if (!zone) return iso
    const offset = zone.offsetMinutes(written.wallMs)
    if (offset === null) {
      throw new RowError(
        `startTime cannot be “${text}” in ${zone.name}: the clocks there show it twice or never, because they change. ` +
          'It takes a time with its offset, such as 2026-10-25T02:30:00+01:00',
      )
    }
    return `${iso.includes('T') ? iso : `${iso}T00:00:00`}${writeOffset(offset)}`
  }
}
