/** Decodes an imported file: UTF-8, or UTF-16 if it begins with a spreadsheet's byte order mark. */
import { TextDecoder } from 'node:util'
import { FileFault } from './file-fault.ts'

const MARK_BYTES = 2

function encodingOf([first, second]: Uint8Array): 'utf-8' | 'utf-16le' | 'utf-16be' {
  if (first === 0xff && second === 0xfe) return 'utf-16le'
  return first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8'
}

/** The same bytes, with a first piece that is long enough to hold a byte order mark. */
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
 * The file's text, piece by piece, without its byte order mark.
 * @param count called with the length of each piece, in bytes.
 * @throws FileFault if the bytes are not such text.
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
      throw new FileFault(
        `the file is not ${what} text`,
        'Save it as UTF-8 (in Excel, choose the file type “CSV UTF-8”).',
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
