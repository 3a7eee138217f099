/**
 * Ranges of bytes in headers (RFC 9110, section 14). A `Range` that is not exactly one range of bytes is ignored, so
 * the answer is the whole audio.
 */

/** Counted from 0, both ends included. */
export interface ByteRange {
  readonly start: number
  readonly end: number
}

/** A `Range` header before the size is known: from a byte on, from one byte to another, or the last bytes. */
export type AskedRange =
  | { readonly kind: 'from'; readonly start: number }
  | { readonly kind: 'between'; readonly start: number; readonly end: number }
  | { readonly kind: 'last'; readonly bytes: number }

/** Reads `bytes=100-`, `bytes=0-99` and `bytes=-100`. @returns null where the request is for the whole audio. */
export function readRange(header: string | undefined): AskedRange | null {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/i.exec(header?.trim() ?? '') ?? []
  if (first === '') return last === '' ? null : { kind: 'last', bytes: Number(last) }
  const [start, end] = [Number(first), Number(last)]
  if (last === '') return { kind: 'from', start }
  return start <= end ? { kind: 'between', start, end } : null
}

/** @param size in bytes. @returns null where the range lies outside it. */
export function placeRange(asked: AskedRange, size: number): ByteRange | null {
  const start = asked.kind === 'last' ? Math.max(size - asked.bytes, 0) : asked.start
  const end = asked.kind === 'between' ? Math.min(asked.end, size - 1) : size - 1
  return start <= end ? { start, end } : null
}

/**
 * Whether the request starts at the first byte of the audio. A request for the last bytes does not count, even if they
 * are the whole file: players send it to read the data at the end.
 */
export const isFromStart = (asked: AskedRange | null): boolean =>
  asked === null || (asked.kind !== 'last' && asked.start === 0)

/** Writes a `Range` header. */
export const writeRange = ({ start, end }: ByteRange): string => `bytes=${start}-${end}`

/** Writes a `Content-Range` header. @param range null where the requested range has no byte of the audio. */
export const writeContentRange = (range: ByteRange | null, size: number): string =>
  range ? `bytes ${range.start}-${range.end}/${size}` : `bytes */${size}`

/** @returns the first byte in a `Content-Range` header, or null where it has none. */
export function readContentStart(header: string | null): number | null {
  const start = /^bytes (\d+)-/i.exec(header?.trim() ?? '')?.[1]
  return start === undefined ? null : Number(start)
}
