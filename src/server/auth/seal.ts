/**
 * Seals the credentials of a session, for a source that needs the password with every call. The key for AES-256-GCM
 * is made of the cookie's half and the host's half: the database with only one of them opens nothing.
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

/** @returns nonce, tag and ciphertext, in this order. */
export function seal(credentials: Credentials, keys: Keys): Buffer {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv('aes-256-gcm', keyOf(keys), nonce).setAAD(keys.rowId)
  const { username, password } = credentials
  const text = Buffer.concat([cipher.update(JSON.stringify([username, password]), 'utf8'), cipher.final()])
  return Buffer.concat([nonce, cipher.getAuthTag(), text])
}

/** @returns null where it was sealed under other keys, for another row, or was changed. */
export function unseal(sealed: Buffer, keys: Keys): Credentials | null {
  const nonce = sealed.subarray(0, NONCE_BYTES)
  const tag = sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES)
  try {
    const decipher = createDecipheriv('aes-256-gcm', keyOf(keys), nonce, { authTagLength: TAG_BYTES })
    decipher.setAAD(keys.rowId).setAuthTag(tag)
    const text = decipher.update(sealed.subarray(NONCE_BYTES + TAG_BYTES))
    const [username, password] = JSON.parse(Buffer.concat([text, decipher.final()]).toString('utf8')) as [
      string,
      string,
    ]
    return { username, password }
  } catch {
    return null
  }
}
