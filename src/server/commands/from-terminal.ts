/** Lets the commands that change accounts and recordings write lines to the host's audit log. */
import { resolve } from 'node:path'
import { fromTerminal, type TerminalChange } from '../audit/from-terminal.ts'
import { isFolderHeld } from '../process/data-folder.ts'
import { hostKeyIfAny, readHostKey } from '../process/host-key.ts'
import { auditFile, nameOfPlace, sinkOfHost, type HostPlace } from './audit-place.ts'
import type { Flags, Invocation } from './run-command.ts'

/**
 * Like `fromTerminal`, in the log of the host at this place, whose folder must exist.
 * @throws OperatorError also if the host's key cannot be used.
 */
export function logged<T>(
  host: HostPlace & Pick<Invocation<Flags>, 'warn'>,
  change: TerminalChange,
  work: () => Promise<T>,
  more?: (result: T) => Partial<TerminalChange>,
): Promise<T> {
  const place = {
    file: auditFile(host),
    sink: sinkOfHost(host),
    host: nameOfPlace(host),
    // A missing key is made here, and a host that starts later uses it.
    hostKey: hostKeyIfAny(host.env) ?? readHostKey(resolve(host.dataDir)),
    isHostRunning: () => isFolderHeld(host.dataDir),
    warn: host.warn,
  }
  return fromTerminal(place, change, work, more)
}
