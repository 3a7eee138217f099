/** The derivation behind a stored password. It is slow by intent, so its caller chooses where it runs. */
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

/** Gives the 32 bytes of a derivation. */
export type Derive = (work: Derivation) => Promise<Uint8Array>

const HASH_BYTES = 32

interface ScryptOptions {
  readonly N: number
  readonly r: number
  readonly p: number
  readonly maxmem: number
}

const optionsOf = ({ n, r, p }: Cost): ScryptOptions => ({ N: n, r, p, maxmem: 256 * n * r })

/** Blocks the thread that calls it. */
export const deriveNow = (work: Derivation): Uint8Array =>
  scryptSync(work.password, work.salt, HASH_BYTES, optionsOf(work))

const deriveAside = promisify<string, Uint8Array, number, ScryptOptions, Buffer>(scrypt)

/** Runs in libuv's threads, where files wait behind it: for commands and tests. */
export const deriveInPlace: Derive = (work) =>
  deriveAside(work.password, work.salt, HASH_BYTES, optionsOf(work))
