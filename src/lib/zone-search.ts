/** Finds time zones by city, region, former name or offset. */
import { foldText } from './fold.ts'

/**
 * Cities whose zone has another name in some browsers. `Intl` accepts both names, but lists only one of them, and does
 * not say which other names it accepts.
 */
const renamed: readonly (readonly [string, string])[] = [
  ['Asia/Calcutta', 'Asia/Kolkata'],
  ['Asia/Katmandu', 'Asia/Kathmandu'],
  ['Asia/Rangoon', 'Asia/Yangon'],
  ['Asia/Saigon', 'Asia/Ho_Chi_Minh'],
  ['Europe/Kiev', 'Europe/Kyiv'],
  ['America/Godthab', 'America/Nuuk'],
  ['America/Buenos_Aires', 'America/Argentina/Buenos_Aires'],
  ['Africa/Asmera', 'Africa/Asmara'],
  ['Atlantic/Faeroe', 'Atlantic/Faroe'],
  ['Pacific/Truk', 'Pacific/Chuuk'],
  ['Pacific/Ponape', 'Pacific/Pohnpei'],
]

/** The name's last part as people write it: `New York` for `America/New_York`. */
export const zoneCity = (name: string): string => name.slice(name.lastIndexOf('/') + 1).replaceAll('_', ' ')

const otherNameOf = (name: string): string | undefined =>
  renamed.find((pair) => pair.includes(name))?.find((other) => other !== name)

const startsWord = (text: string, words: string): boolean =>
  text.startsWith(words) || [' ', '/', '-'].some((before) => text.includes(before + words))

/** Lower is better; null where the zone does not match. */
function rankByName(name: string, words: string): number | null {
  const cities = [name, otherNameOf(name)].flatMap((known) =>
    known === undefined ? [] : [foldText(zoneCity(known))],
  )
  if (cities.includes(words)) return 0
  if (cities.some((city) => city.startsWith(words))) return 1
  if (cities.some((city) => startsWord(city, words))) return 2
  return startsWord(foldText(name), words) ? 3 : null
}

/** The start of an offset as zones write it: `+05:30` for `UTC+5:30`, `-03` for `-3`. Null where it is none. */
function readOffsetStart(words: string): string | null {
  const match = /^(?:utc|gmt)? ?([+\-−])(\d{1,2})(?::?(\d{0,2}))?$/.exec(words)
  if (!match) return null
  const [, sign = '', hours = '', minutes = ''] = match
  const start = `${sign === '+' ? '+' : '-'}${hours.padStart(2, '0')}`
  return minutes === '' ? start : `${start}:${minutes}`
}

/**
 * The zones that match, best first: cities before regions. An empty text matches every zone.
 * @param offsetOf writes a zone's offset as `+05:30`. It is called only for a text that is an offset, because each call
 *   for another zone makes a formatter.
 */
export function searchZones(
  names: readonly string[],
  text: string,
  offsetOf: (name: string) => string,
): string[] {
  const words = foldText(text)
  const start = readOffsetStart(words)
  if (start !== null) return names.filter((name) => offsetOf(name).startsWith(start))
  return names
    .flatMap((name) => {
      const rank = rankByName(name, words)
      return rank === null ? [] : [{ name, rank }]
    })
    .toSorted((a, b) => a.rank - b.rank)
    .map(({ name }) => name)
}
