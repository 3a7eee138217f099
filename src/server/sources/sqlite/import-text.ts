/** The characters of an imported file: UTF-8, or UTF-16 where the byte order mark of a spreadsheet says so. */
import { TextDecoder } from 'node:util'
import { OperatorError } from '../../platform/operator-error.ts'

const MARK_BYTES = 2

function encodingOf([first, second]: Uint8Array): 'utf-8' | 'utf-16le' | 'utf-16be' {
  if (first === 0xff && second === 0xfe) return 'utf-16le'
  return first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8'
}

/** The same bytes, but the first piece is long enough to hold a byte order mark. */
async function* withWholeMark(input: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let held: Uint8Array | null = null
  let isSent = false
  for await (const bytes of input) {
    held = held === null || isSent ? bytes : Buffer.concat([held, bytes])
    if (!isSent && held.length < MARK_BYTES) continue
    isSent = true
    yield held
  }
  if (!isSent && held !== null) yield held
}

/**
 * The text of the file, piece by piece, without its byte order mark.
 * @param count gets the length of each piece that was read, bytes.
 * @throws OperatorError where the bytes are no such text.
 */
export async function* decoded(
  input: AsyncIterable<Uint8Array>,
  count: (bytes: number) => void,
): AsyncGenerator<string> {
  let decoder: TextDecoder | undefined
  const decode = (bytes?: Uint8Array): string => {
    decoder ??= new TextDecoder(encodingOf(bytes ?? new Uint8Array()), { fatal: true })
    try {
      return decoder.decode(bytes, { stream: bytes !== undefined })
    } catch (error) {
      const what = decoder.encoding === 'utf-8' ? 'UTF-8' : 'UTF-16'
      throw new OperatorError(
        `the file is not ${what} text: save it as UTF-8 (in Excel, choose the file type “CSV UTF-8”)`,
        { cause: error },
      )
    }
  }
  for await (const bytes of withWholeMark(input)) {
    count(bytes.length)
    yield decode(bytes)
  }
  yield decode()
}
