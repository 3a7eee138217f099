/** Passwords are kept as scrypt hashes with a salt for each user; the parameters are stored beside the hash. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { deriveInPlace, type Cost, type Derive } from './scrypt.ts'

/** OWASP's recommendation for 32 MB of memory. */
const recommended: Cost = { n: 2 ** 15, r: 8, p: 3 }

/** Typed on another keyboard, the same password may arrive composed otherwise. */
const canonical = (password: string): string => password.normalize('NFKC')

export interface HashOptions {
  readonly cost?: Cost
  readonly derive?: Derive
}

/** What to store for a password: `scrypt$N$r$p$salt$hash`, salt and hash in base64. */
export async function hashPassword(
  password: string,
  { cost = recommended, derive = deriveInPlace }: HashOptions = {},
): Promise<string> {
  const salt = randomBytes(16)
  const hash = Buffer.from(await derive({ ...cost, password: canonical(password), salt }))
  return ['scrypt', cost.n, cost.r, cost.p, salt.toString('base64'), hash.toString('base64')].join('$')
}

/** A hash of no password: an unknown user is checked against it, and takes as long as a known one. */
const nobody = `scrypt$${recommended.n}$${recommended.r}$${recommended.p}$AAAAAAAAAAAAAAAAAAAAAA==$`

/** @param stored what `hashPassword` gave, or null for an unknown user: false after the same time. */
export async function verifyPassword(
  password: string,
  stored: string | null,
  derive: Derive = deriveInPlace,
): Promise<boolean> {
  const [, n, r, p, salt = '', hash = ''] = (stored ?? nobody).split('$')
  const cost = { n: Number(n), r: Number(r), p: Number(p) }
  const given = await derive({ ...cost, password: canonical(password), salt: Buffer.from(salt, 'base64') })
  const known = Buffer.from(hash, 'base64')
  return known.length === given.length && timingSafeEqual(known, given)
}

/** Changes whenever the stored password does, and does not tell it. */
export const stampOf = (stored: string): string =>
  createHash('sha256').update(stored).digest('base64url').slice(0, 22)
