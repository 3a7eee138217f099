/**
 * The host's own secret. Half of what opens a session's sealed credentials, and what the audit log's digests are
 * keyed with. It is made once; whoever loses it signs everybody out, and nothing more.
 */
import { randomBytes, randomUUID } from 'node:crypto'
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export const HOST_KEY_BYTES = 32

/** Why the key cannot be used; the message says what to do. */
export class HostKeyError extends Error {
  override readonly name = 'HostKeyError'
}

/** @returns null where the text is not the 32 bytes of a key in base64. */
export function parseHostKey(text: string): Buffer | null {
  const trimmed = text.trim()
  if (!/^[\w+/-]+={0,2}$/.test(trimmed)) return null
  const key = Buffer.from(trimmed, 'base64')
  return key.length === HOST_KEY_BYTES ? key : null
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : String(error)

function readFile(file: string): string | null {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null
    throw new HostKeyError(`${file} cannot be read (${codeOf(error)}). Let the host's user read it.`)
  }
}

/**
 * The key in `dataDir/host.key`, made there if there is none.
 * @throws HostKeyError where it can be neither read nor made, or is no key.
 */
export function readHostKey(dataDir: string): Buffer {
  const file = join(dataDir, 'host.key')
  const text = readFile(file)
  const key = text === null ? randomBytes(HOST_KEY_BYTES) : parseHostKey(text)
  if (!key) {
    throw new HostKeyError(
      `${file} is not a key of ${HOST_KEY_BYTES} bytes in base64. Restore it, or remove it: then everybody signs in anew.`,
    )
  }
  if (text !== null) return key
  // Whole or not at all, whatever ends the process: half a key would keep the host from starting again.
  const draft = `${file}.${randomUUID()}`
  try {
    writeFileSync(draft, `${key.toString('base64')}\n`, { mode: 0o600, flag: 'wx', flush: true })
    // Fails where another process made one in between: two keys would sign each other's users out.
    linkSync(draft, file)
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return readHostKey(dataDir)
    throw new HostKeyError(`${file} cannot be written (${codeOf(error)}). Let the host's user write there.`)
  } finally {
    rmSync(draft, { force: true })
  }
  return key
}
