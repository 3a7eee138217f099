/** HTTP ranges of bytes (RFC 9110, section 14): one range is answered, anything unusual gets the whole. */

/** Counted from 0, both included. */
export interface ByteRange {
  readonly start: number
  readonly end: number
}

/**
 * Reads `bytes=0-99`, `bytes=100-`, `bytes=-100`.
 * @param size bytes there are.
 * @returns `whole` where no range or none of these is asked, `unsatisfiable` where it lies outside.
 */
export function readRange(header: string | undefined, size: number): ByteRange | 'whole' | 'unsatisfiable' {
  const match = /^bytes=(\d*)-(\d*)$/i.exec(header?.trim() ?? '')
  const [, first = '', last = ''] = match ?? []
  if (first === '' && last === '') return 'whole'
  if (first === '') {
    const start = Math.max(size - Number(last), 0)
    return Number(last) === 0 || size === 0 ? 'unsatisfiable' : { start, end: size - 1 }
  }
  const start = Number(first)
  const end = last === '' ? size - 1 : Math.min(Number(last), size - 1)
  if (last !== '' && Number(last) < start) return 'whole'
  return start >= size ? 'unsatisfiable' : { start, end }
}
