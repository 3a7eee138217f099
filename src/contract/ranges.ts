/**
 * Ranges of bytes in headers (RFC 9110, section 14). A `Range` that is not one plain range of bytes asks for the whole,
 * as if the header were not there.
 */

/** Counted from 0, both ends included. */
export interface ByteRange {
  readonly start: number
  readonly end: number
}

/** What a `Range` header asks for, before the size is known: from a byte on, up to a byte, or the last so many. */
export type AskedRange =
  | { readonly kind: 'from'; readonly start: number }
  | { readonly kind: 'between'; readonly start: number; readonly end: number }
  | { readonly kind: 'last'; readonly bytes: number }

/** Reads `bytes=100-`, `bytes=0-99` and `bytes=-100`. @returns null where the whole is asked for. */
export function readRange(header: string | undefined): AskedRange | null {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/i.exec(header?.trim() ?? '') ?? []
  if (first === '') return last === '' ? null : { kind: 'last', bytes: Number(last) }
  const [start, end] = [Number(first), Number(last)]
  if (last === '') return { kind: 'from', start }
  return start <= end ? { kind: 'between', start, end } : null
}

/** @param size bytes there are. @returns null where the range lies outside them. */
export function placeRange(asked: AskedRange, size: number): ByteRange | null {
  const start = asked.kind === 'last' ? Math.max(size - asked.bytes, 0) : asked.start
  const end = asked.kind === 'between' ? Math.min(asked.end, size - 1) : size - 1
  return start <= end ? { start, end } : null
}

/**
 * Whether the audio is asked for from its first byte. The last so many bytes are a later part: they may turn out to be
 * all of them, but players ask for them to read what stands at the end.
 */
export const isFromStart = (asked: AskedRange | null): boolean =>
  asked === null || (asked.kind !== 'last' && asked.start === 0)

/** As a `Range` header asks for it. */
export const writeRange = ({ start, end }: ByteRange): string => `bytes=${start}-${end}`

/** As a `Content-Range` header tells it; null where no byte of the size is in the range that was asked for. */
export const writeContentRange = (range: ByteRange | null, size: number): string =>
  range ? `bytes ${range.start}-${range.end}/${size}` : `bytes */${size}`

/** @returns the first byte that a `Content-Range` header says, or null where it says none. */
export function readContentStart(header: string | null): number | null {
  const start = /^bytes (\d+)-/i.exec(header?.trim() ?? '')?.[1]
  return start === undefined ? null : Number(start)
}
