/** Has the commands that change accounts and recordings leave lines in the host's audit log. */
import { resolve } from 'node:path'
import { fromTerminal, type TerminalChange } from '../audit/from-terminal.ts'
import { auditFile, dataDir, keyIfAny, sinkOfHost } from './audit-place.ts'
import { isFolderHeld } from '../process/data-folder.ts'
import { readHostKey } from '../process/host-key.ts'

const warn = (message: string): void => void process.stderr.write(`${message}\n`)

/**
 * As `fromTerminal`, in the log of the host whose DATA_DIR this is, which has to exist.
 * @throws HostKeyError too.
 */
export function logged<T>(
  change: TerminalChange,
  work: () => Promise<T>,
  more?: (result: T) => Partial<TerminalChange>,
): Promise<T> {
  // Made where there is none yet: a host that starts later takes it.
  const hostKey = keyIfAny() ?? readHostKey(resolve(dataDir()))
  const place = {
    file: resolve(auditFile()),
    sink: sinkOfHost(),
    hostKey,
    isHostRunning: () => isFolderHeld(dataDir()),
    warn,
  }
  return fromTerminal(place, change, work, more)
}
