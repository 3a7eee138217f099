/** Where the host's audit log is, for the commands: they read the host's variables that concern it, and no other. */
import { join } from 'node:path'
import { AuditError } from '../audit/audit-error.ts'
import { ValueFault } from '../config/readers.ts'
import { auditSink, type AuditSink } from '../config/sinks.ts'
import { hostKeyIfAny } from '../process/host-key.ts'

export const dataDir = (): string => process.env.DATA_DIR || 'data'

export const auditFile = (): string => process.env.AUDIT_LOG || join(dataDir(), 'audit.log')

/** @throws AuditError where AUDIT_SINK cannot be read. */
export function sinkOfHost(): AuditSink {
  const given = process.env.AUDIT_SINK
  if (!given) return { kind: 'file', path: join(dataDir(), 'audit.heads') }
  try {
    return auditSink(given)
  } catch (error) {
    if (error instanceof ValueFault) throw new AuditError(`AUDIT_SINK ${error.message}`)
    throw error
  }
}

/** The host's key, or null where there is none. @throws HostKeyError for one that is no key. */
export const keyIfAny = (): Buffer | null => hostKeyIfAny(process.env)
