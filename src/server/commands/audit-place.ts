/** Finds the host's audit log. The commands read only the variables that concern it. */
import { resolve } from 'node:path'
import { inDataDir } from '../files/data-dir.ts'
import { ValueFault } from '../config/readers.ts'
import { auditSink, type AuditSink } from '../config/sinks.ts'
import { OperatorError } from '../platform/operator-error.ts'

/** The host's environment and folder. A command always knows the folder. */
export interface HostPlace {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly dataDir: string
}

export const auditFile = ({ env, dataDir }: HostPlace): string =>
  resolve(env.AUDIT_LOG || inDataDir(dataDir, 'audit.log'))

/** @throws OperatorError if AUDIT_SINK is not valid. */
export function sinkOfHost({ env, dataDir }: HostPlace): AuditSink {
  const given = env.AUDIT_SINK
  if (!given) return { kind: 'file', path: inDataDir(dataDir, 'audit.heads') }
  try {
    return auditSink(given)
  } catch (error) {
    if (error instanceof ValueFault) throw new OperatorError(`AUDIT_SINK ${error.message}`)
    throw error
  }
}
