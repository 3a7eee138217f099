/**
 * The host's own secret. It is half of what opens a session's sealed credentials, and the key of the audit log's MACs
 * and digests. It is made once. Losing it signs everybody out and forgets sign-in tries, and the MACs and digests of
 * older lines in the audit log can no longer be checked.
 */
import { randomBytes, randomUUID } from 'node:crypto'
import { existsSync, linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { DATA_DIR_DEFAULT, inDataDir } from '../files/data-dir.ts'
import { HOST_KEY_BYTES, isBlank, parseHostKey } from '../config/host-keys.ts'
import { readSecret } from '../config/read-alone.ts'
import { openMode } from '../config/secret-files.ts'
import { OperatorError } from '../platform/operator-error.ts'
import { codeOf } from '../platform/code-of.ts'

/** @returns null if the file is missing. @throws OperatorError if it cannot be read. */
function readFile(file: string): string | null {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null
    throw new OperatorError(`${file} cannot be read (${codeOf(error)}). Let the host's user read it.`)
  }
}

/**
 * The key in `dataDir/host.key`, which is made if missing.
 * @throws OperatorError if it can be neither read nor made, is not a key, or is not secret.
 */
export function readHostKey(dataDir: string): Buffer {
  const file = inDataDir(dataDir, 'host.key')
  const text = readFile(file)
  const key = text === null ? randomBytes(HOST_KEY_BYTES) : parseHostKey(text)
  const mode = text === null ? null : openMode(file)
  if (mode !== null) {
    throw new OperatorError(
      `${file} can be read or changed by every user of this machine (mode ${mode}). Give it the mode 0600; ` +
        'or, if somebody may have read it, remove it: then everybody signs in again.',
    )
  }
  if (!key) {
    throw new OperatorError(
      `${file} is not a key of ${HOST_KEY_BYTES} bytes in base64. Restore it, or remove it: then everybody signs in again.`,
    )
  }
  if (isBlank(key)) {
    throw new OperatorError(
      `${file} is a key of zeros only, which anybody can guess. Remove it: a new one is made, and everybody signs in again.`,
    )
  }
  if (text !== null) return key
  // Written whole or not at all, even if the process dies: half a key would keep the host from starting again.
  const draft = `${file}.${randomUUID()}`
  try {
    writeFileSync(draft, `${key.toString('base64')}\n`, { mode: 0o600, flag: 'wx', flush: true })
    // Fails if another process has just made a key: two keys would sign each other's users out.
    linkSync(draft, file)
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return readHostKey(dataDir)
    throw new OperatorError(`${file} cannot be written (${codeOf(error)}). Let the host's user write there.`)
  } finally {
    rmSync(draft, { force: true })
  }
  return key
}

type Environment = Readonly<Record<string, string | undefined>>

/**
 * The key of the host with this environment, for a command that runs beside it.
 * @returns null if there is none. @throws OperatorError as `readHostKey` does, or if two keys are set.
 */
export function hostKeyIfAny(env: Environment): Buffer | null {
  const key = readSecret(env, 'HOST_KEY')
  if (key) return key
  const dataDir = env.DATA_DIR || DATA_DIR_DEFAULT
  return existsSync(inDataDir(dataDir, 'host.key')) ? readHostKey(dataDir) : null
}

/** Like `hostKeyIfAny`. Makes no key, which would match nothing. @throws OperatorError also if there is none. */
export function findHostKey(env: Environment): Buffer {
  const key = hostKeyIfAny(env)
  if (key) return key
  const dataDir = env.DATA_DIR || DATA_DIR_DEFAULT
  throw new OperatorError(
    `There is no host.key in ${dataDir}. Set DATA_DIR to the host's folder, or HOST_KEY or HOST_KEY_FILE as the host has them.`,
  )
}
