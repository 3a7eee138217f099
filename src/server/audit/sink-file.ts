/** Heads in a second file, one per line. */
import { constants } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import { isHeadOf, readHeads, type Head } from './head.ts'
import { newestOf } from './own-heads.ts'
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

/** Far more than the heads that commands may add in a row to the file of one host. */
const TAIL_BYTES = 65_536
/** Days of the heads of several hosts that share the file: one of them may have been stopped meanwhile. */
const MAX_SEARCHED_BYTES = 64 * 1_048_576

async function readTail(handle: FileHandle, size: number, length: number): Promise<string> {
  const bytes = Buffer.alloc(length)
  const { bytesRead } = await handle.read(bytes, 0, length, size - length)
  return bytes.subarray(0, bytesRead).toString()
}

/**
 * The newest head of this host in the file, which several hosts may share.
 * @param key of the heads; see `auditKeys`.
 * @param host its name, or null for a host without one.
 * @returns null where there is none, or the file cannot be read.
 */
export async function newestHead(path: string, key: Buffer, host: string | null): Promise<Head | null> {
  try {
    const handle = await open(path, O_RDONLY | O_NONBLOCK)
    try {
      const { size } = await handle.stat()
      const most = Math.min(size, MAX_SEARCHED_BYTES)
      for (let length = Math.min(TAIL_BYTES, most); ; length = Math.min(length * 8, most)) {
        const heads = readHeads(await readTail(handle, size, length)).filter((head) => isHeadOf(key, head))
        const newest = newestOf(host, heads, length === most)
        if (newest || length === most) return newest
      }
    } finally {
      await handle.close()
    }
  } catch {
    return null
  }
}
