/** Derives the hash of a password. This is slow by design, so the caller chooses where it runs. */
import { scrypt, scryptSync } from 'node:crypto'
import { promisify } from 'node:util'

export interface Cost {
  /** CPU and memory cost: a power of two. */
  readonly n: number
  readonly r: number
  readonly p: number
}

export interface Derivation extends Cost {
  readonly password: string
  readonly salt: Uint8Array
}

/** Returns the 32 bytes of a derivation. */
export type Derive = (work: Derivation) => Promise<Uint8Array>

const HASH_BYTES = 32

interface ScryptOptions {
  readonly N: number
  readonly r: number
  readonly p: number
  readonly maxmem: number
}

const optionsOf = ({ n, r, p }: Cost): ScryptOptions => ({ N: n, r, p, maxmem: 256 * n * r })

/** Blocks the calling thread. */
export const deriveNow = (work: Derivation): Uint8Array =>
  scryptSync(work.password, work.salt, HASH_BYTES, optionsOf(work))

const deriveAside = promisify<string, Uint8Array, number, ScryptOptions, Buffer>(scrypt)

/** Runs in libuv's threads and delays file access there, so it is only for commands and tests. */
export const deriveInPlace: Derive = (work) =>
  deriveAside(work.password, work.salt, HASH_BYTES, optionsOf(work))
