/** Passwords are kept as scrypt hashes with a salt for each user; the parameters are stored beside the hash. */
import { createHash, randomBytes, scrypt, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'

interface Cost {
  /** CPU and memory cost: a power of two. */
  readonly n: number
  readonly r: number
  readonly p: number
}

/** OWASP's recommendation for 32 MB of memory. */
const recommended: Cost = { n: 2 ** 15, r: 8, p: 3 }
const HASH_BYTES = 32

const derive = promisify<string, Buffer, number, { N: number; r: number; p: number; maxmem: number }, Buffer>(
  scrypt,
)

/** Typed on another keyboard, the same password may arrive composed otherwise. */
const canonical = (password: string): string => password.normalize('NFKC')

const hashOf = (password: string, salt: Buffer, { n, r, p }: Cost): Promise<Buffer> =>
  derive(canonical(password), salt, HASH_BYTES, { N: n, r, p, maxmem: 256 * n * r })

/** What to store for a password: `scrypt$N$r$p$salt$hash`, salt and hash in base64. */
export async function hashPassword(password: string, cost: Cost = recommended): Promise<string> {
  const salt = randomBytes(16)
  const hash = await hashOf(password, salt, cost)
  return ['scrypt', cost.n, cost.r, cost.p, salt.toString('base64'), hash.toString('base64')].join('$')
}

/** A hash of no password: an unknown user is checked against it, and takes as long as a known one. */
const nobody = `scrypt$${recommended.n}$${recommended.r}$${recommended.p}$AAAAAAAAAAAAAAAAAAAAAA==$`

/** @param stored what `hashPassword` gave, or null for an unknown user: false after the same time. */
export async function verifyPassword(password: string, stored: string | null): Promise<boolean> {
  const [, n, r, p, salt = '', hash = ''] = (stored ?? nobody).split('$')
  const cost = { n: Number(n), r: Number(r), p: Number(p) }
  const given = await hashOf(password, Buffer.from(salt, 'base64'), cost)
  const known = Buffer.from(hash, 'base64')
  return known.length === given.length && timingSafeEqual(known, given)
}

/** Changes whenever the stored password does, and does not tell it. */
export const stampOf = (stored: string): string =>
  createHash('sha256').update(stored).digest('base64url').slice(0, 22)
