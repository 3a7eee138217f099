/** Derives passwords in a thread of its own; `scrypt-runner.ts` sends the work. */
import { constants, setPriority } from 'node:os'
import { deriveNow, type Derivation } from './scrypt.ts'

// Linux keeps a priority for each thread: the host's other threads go first. Elsewhere it would lower all of them.
if (process.platform === 'linux') {
  try {
    setPriority(0, constants.priority.PRIORITY_BELOW_NORMAL)
  } catch {
    // A sandbox may refuse it. The check is right without it.
  }
}

export const derive = (work: Derivation): Uint8Array => deriveNow(work)
