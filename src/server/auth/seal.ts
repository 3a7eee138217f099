/**
 * Seals what lies in a database. The credentials of a session, for a source that needs the password with every call, are
 * sealed under a key that is made of the cookie's half and the host's half: the database with only one of them opens
 * nothing.
 */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import type { Credentials } from '../sources/source.ts'

const NONCE_BYTES = 12
const TAG_BYTES = 16

interface Keys {
  /** The half that only the cookie carries. */
  readonly cookieKey: Buffer
  /** The half that only the host has. */
  readonly hostKey: Buffer
  /** The id of its row: a sealed value in another row does not open. */
  readonly rowId: Buffer
}

const keyOf = ({ cookieKey, hostKey }: Keys): Buffer =>
  Buffer.from(hkdfSync('sha256', cookieKey, hostKey, 'session credentials', 32))

/**
 * Seals by AES-256-GCM.
 * @param key 32 bytes.
 * @param place the same text in another place does not open.
 * @returns nonce, tag and ciphertext, in this order.
 */
export function sealText(text: string, key: Buffer, place: Buffer): Buffer {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(place)
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed])
}

/** @returns null where it was sealed under another key, for another place, or was changed. */
export function unsealText(sealed: Buffer, key: Buffer, place: Buffer): string | null {
  const nonce = sealed.subarray(0, NONCE_BYTES)
  const tag = sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES)
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES })
    decipher.setAAD(place).setAuthTag(tag)
    const text = decipher.update(sealed.subarray(NONCE_BYTES + TAG_BYTES))
    return Buffer.concat([text, decipher.final()]).toString('utf8')
  } catch {
    return null
  }
}

export const seal = ({ username, password }: Credentials, keys: Keys): Buffer =>
  sealText(JSON.stringify([username, password]), keyOf(keys), keys.rowId)

/** @returns null where it was sealed under other keys, for another row, or was changed. */
export function unseal(sealed: Buffer, keys: Keys): Credentials | null {
  const text = unsealText(sealed, keyOf(keys), keys.rowId)
  if (text === null) return null
  const [username, password] = JSON.parse(text) as [string, string]
  return { username, password }
}
