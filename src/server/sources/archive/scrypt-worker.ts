/** Derives passwords in a separate thread. `scrypt-runner.ts` sends the work. */
import { deriveNow, type Derivation } from './scrypt.ts'

export const derive = (work: Derivation): Uint8Array => deriveNow(work)
