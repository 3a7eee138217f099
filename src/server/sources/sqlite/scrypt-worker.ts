/** Derives passwords in a thread of its own; `scrypt-runner.ts` sends the work. */
import { deriveNow, type Derivation } from './scrypt.ts'

export const derive = (work: Derivation): Uint8Array => deriveNow(work)
