/** ISO-8601 durations of a fixed length, in milliseconds. Digits below the millisecond are cut off. */

const pattern = /^P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:[.,](\d{1,9}))?S)?)?$/

/**
 * Reads `PT1M31.87S`, `PT90M`, `P1DT2H`, `P2W`. It does not read years and months, which have no fixed length, nor
 * negative durations, which no recording has.
 * @returns milliseconds, or null where the text is not such a duration.
 */
export function readDuration(text: string): number | null {
  const match = pattern.exec(text)
  if (!match || text.endsWith('P') || text.endsWith('T')) return null
  const [, weeks = '0', days = '0', hours = '0', minutes = '0', seconds = '0', fraction = ''] = match
  const wholeSeconds = ((Number(weeks) * 7 + Number(days)) * 24 + Number(hours)) * 3600 + Number(minutes) * 60
  const milliseconds = (wholeSeconds + Number(seconds)) * 1000 + Number(fraction.padEnd(3, '0').slice(0, 3))
  return Number.isSafeInteger(milliseconds) ? milliseconds : null
}

/** Writes the shortest form: `PT1M31.87S`, `PT3H`, and `PT0S` for zero. Hours are not folded into days. */
export function writeDuration(durationMs: number): string {
  const hours = Math.floor(durationMs / 3_600_000)
  const minutes = Math.floor(durationMs / 60_000) % 60
  const seconds = (durationMs % 60_000) / 1000
  const text = `${hours ? `${hours}H` : ''}${minutes ? `${minutes}M` : ''}${seconds ? `${seconds}S` : ''}`
  return `PT${text || '0S'}`
}
