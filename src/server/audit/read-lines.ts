/** Reads a log of any size line by line, as bytes, because hashes are of bytes. */
import { createReadStream } from 'node:fs'
import { OperatorError } from '../platform/operator-error.ts'
import { codeOf } from '../platform/code-of.ts'

export interface RawLine {
  /** From 1. */
  readonly number: number
  /** Without the newline. */
  readonly bytes: Buffer
  /** False for a last line without its newline. */
  readonly isEnded: boolean
}

const NEWLINE = 10
/** Far longer than our lines: gigabytes without a newline must not fill the memory. */
const MAX_LINE_BYTES = 1_048_576

async function* chunksOf(file: string): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of createReadStream(file)) yield chunk as Buffer
  } catch (error) {
    const code = codeOf(error) || String(error)
    const why = code === 'ENOENT' ? `There is no file ${file}.` : `${file} cannot be read (${code}).`
    throw new OperatorError(`${why} Name the audit log, or set AUDIT_LOG or DATA_DIR as the host has them.`)
  }
}

/** @throws OperatorError where the file cannot be read, or has too long a line. */
export async function* readLines(file: string): AsyncGenerator<RawLine> {
  let number = 0
  let rest: Buffer = Buffer.alloc(0)
  for await (const chunk of chunksOf(file)) {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    let start = 0
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
      number += 1
      yield { number, bytes: bytes.subarray(start, end), isEnded: true }
      start = end + 1
    }
    rest = bytes.subarray(start)
    if (rest.length > MAX_LINE_BYTES) {
      throw new OperatorError(`${file}: line ${number + 1} has no end: this is no audit log.`)
    }
  }
  if (rest.length > 0) yield { number: number + 1, bytes: rest, isEnded: false }
}
