/** Which of the host's threads go first where there is more to do than cores. */
import { constants, setPriority } from 'node:os'

let isBehind = false

/**
 * Lets the host's other threads go before this one from now on: what it does takes long, whoever gets the core first.
 * Linux keeps a priority for each thread (sched(7)); elsewhere it would lower all of them, so nothing is done there.
 */
export function stepBack(): void {
  if (isBehind || process.platform !== 'linux') return
  isBehind = true
  try {
    setPriority(0, constants.priority.PRIORITY_BELOW_NORMAL)
  } catch {
    // A sandbox may refuse it. The work is right without it.
  }
}
