/** Heads in a second file, one per line. */
import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { isHeadOf, readHeads, type Head } from './head.ts'
import type { Transport } from './sink.ts'

const { O_APPEND, O_CREAT, O_NONBLOCK, O_RDONLY, O_WRONLY } = constants

/** A pipe without a reader fails at once and keeps nothing waiting. */
export const fileTransport = (path: string): Transport => ({
  async send(text) {
    const handle = await open(path, O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK, 0o600)
    try {
      await handle.appendFile(`${text}\n`)
    } finally {
      await handle.close()
    }
  },
  close() {},
})

/** Far more than the heads that commands may add in a row. */
const TAIL_BYTES = 65_536

/**
 * The newest head of this host in the file.
 * @returns null where there is none, or the file cannot be read.
 */
export async function newestHead(path: string, key: Buffer): Promise<Head | null> {
  try {
    const handle = await open(path, O_RDONLY | O_NONBLOCK)
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
