/** Passwords are kept as scrypt hashes, each with its own salt and its parameters. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { deriveInPlace, type Cost, type Derive } from './scrypt.ts'

/** OWASP's recommendation for 32 MB of memory. */
const recommended: Cost = { n: 2 ** 15, r: 8, p: 3 }

/** Another keyboard may compose the characters of the same password differently. */
const canonical = (password: string): string => password.normalize('NFKC')

export interface HashOptions {
  readonly cost?: Cost
  readonly derive?: Derive
}

/** @returns the text to store: `scrypt$N$r$p$salt$hash`, with salt and hash in base64. */
export async function hashPassword(
  password: string,
  { cost = recommended, derive = deriveInPlace }: HashOptions = {},
): Promise<string> {
  const salt = randomBytes(16)
  const hash = Buffer.from(await derive({ ...cost, password: canonical(password), salt }))
  return ['scrypt', cost.n, cost.r, cost.p, salt.toString('base64'), hash.toString('base64')].join('$')
}

/** Matches no password. Checking an unknown user against it takes as long as checking a known one. */
const nobody = `scrypt$${recommended.n}$${recommended.r}$${recommended.p}$AAAAAAAAAAAAAAAAAAAAAA==$`

/** @param stored from `hashPassword`, or null for an unknown user: then the result is false after the same time. */
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

/** Changes whenever the stored password does, without revealing it. */
export const stampOf = (stored: string): string =>
  createHash('sha256').update(stored).digest('base64url').slice(0, 22)
