/** Finds the host's audit log. The commands read only the variables that concern it. */
import { resolve } from 'node:path'
import { nameInLog } from '../audit/host-name.ts'
import type { AuditKeys } from '../audit/keys.ts'
import { inDataDir } from '../files/data-dir.ts'
import { ValueFault } from '../config/readers.ts'
import { auditSink, type AuditSink } from '../config/sinks.ts'
import { variables } from '../config/variables.ts'
import { OperatorError } from '../platform/operator-error.ts'

/** The host's environment and folder. A command always knows the folder. */
export interface HostPlace {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly dataDir: string
}

export const auditFile = ({ env, dataDir }: HostPlace): string =>
  resolve(env.AUDIT_LOG || inDataDir(dataDir, 'audit.log'))

function valid<T>(name: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof ValueFault) throw new OperatorError(`${name} ${error.message}`)
    throw error
  }
}

/** @throws OperatorError if AUDIT_SINK is not valid. */
export function sinkOfHost({ env, dataDir }: HostPlace): AuditSink {
  const given = env.AUDIT_SINK
  if (!given) return { kind: 'file', path: inDataDir(dataDir, 'audit.heads') }
  return valid('AUDIT_SINK', () => auditSink(given))
}

/** The host's name, or null. @throws OperatorError if HOST_NAME is not valid. */
export const nameOfPlace = ({ env }: HostPlace): string | null =>
  valid('HOST_NAME', () => variables.HOST_NAME.read(env.HOST_NAME ?? ''))

/** The name of the host whose log it is, or null for a host alone. @throws OperatorError if HOST_NAME is not valid. */
export const nameOfLog = async (host: HostPlace, keys: AuditKeys | null): Promise<string | null> =>
  nameOfPlace(host) ?? (keys && (await nameInLog(auditFile(host), keys)))
