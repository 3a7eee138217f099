/** Heads in a second file, a line each. */
import { appendFile, open } from 'node:fs/promises'
import { isHeadOf, readHeads, type Head } from './head.ts'
import type { Transport } from './sink.ts'

export const fileTransport = (path: string): Transport => ({
  send: (text) => appendFile(path, `${text}\n`, { mode: 0o600 }),
  close() {},
})

/** Far more than the heads that commands may add in a row. */
const TAIL_BYTES = 65_536

/**
 * The newest head in the file that is of this host.
 * @returns null where there is none, or no file that can be read.
 */
export async function newestHead(path: string, key: Buffer): Promise<Head | null> {
  try {
    const handle = await open(path, 'r')
    try {
      const { size } = await handle.stat()
      const bytes = Buffer.alloc(Math.min(size, TAIL_BYTES))
      const { bytesRead } = await handle.read(bytes, 0, bytes.length, size - bytes.length)
      const heads = readHeads(bytes.subarray(0, bytesRead).toString())
      return heads.findLast((head) => isHeadOf(key, head)) ?? null
    } finally {
      await handle.close()
    }
  } catch {
    return null
  }
}
