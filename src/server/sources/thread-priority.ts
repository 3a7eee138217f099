/** Decides which of the host's threads go first when they need more cores than there are. */
import { constants, setPriority } from 'node:os'

let isBehind = false

/**
 * Lets the host's other threads go before this one from now on. Its work takes long in any case. Linux keeps a priority
 * for each thread (sched(7)). Elsewhere this would lower all of them, so nothing is done there.
 */
export function stepBack(): void {
  if (isBehind || process.platform !== 'linux') return
  isBehind = true
  try {
    setPriority(0, constants.priority.PRIORITY_BELOW_NORMAL)
  } catch {
    // A sandbox may refuse it. The work is done all the same.
  }
}
