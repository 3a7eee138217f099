/** Finds the audit logs of all hosts that share a database. */
import { existsSync } from 'node:fs'
import { readHeads } from '../audit/head.ts'
import type { AuditKeys } from '../audit/keys.ts'
import type { KeptHeads } from '../audit/tell-verified.ts'
import type { LogToVerify } from '../audit/verify-logs.ts'
import type { DatabaseConfig } from '../config/config.ts'
import { auditFile, nameOfLog, type HostPlace } from './audit-place.ts'

const IN_DATABASE = 'the database'

/** The heads that lie in both places; the database has the newest one alone, and not always the last. */
function together(kept: KeptHeads | null, inDatabase: KeptHeads): KeptHeads {
  if (!kept || kept.heads.length === 0) return inDatabase
  const newest = kept.heads.reduce((most, { n }) => Math.max(most, n), 0)
  const further = inDatabase.heads.filter(({ n }) => n > newest)
  return { path: `${kept.path} and ${inDatabase.path}`, heads: [...kept.heads, ...further] }
}

/**
 * The logs of all hosts that ever shared the database. Those of other machines cannot be reached from here, unless they
 * lie on storage that several share.
 * @param kept the heads that this host keeps elsewhere.
 * @throws OperatorError if no server of the database answers.
 */
export async function logsOfHosts(
  host: HostPlace,
  { url, replicas }: DatabaseConfig,
  kept: KeptHeads | null,
  keys: AuditKeys | null,
): Promise<readonly LogToVerify[]> {
  const { inAnyServer } = await import('../sources/postgres/primary.ts')
  const { knownSharers } = await import('../shared/hosts.ts')
  const known = await inAnyServer([url, ...replicas], knownSharers)
  const file = auditFile(host)
  const ownName = await nameOfLog(host, keys)
  const logs = known.map(({ name, auditLog, auditHead }): LogToVerify => {
    const heads: KeptHeads = { path: IN_DATABASE, heads: auditHead === null ? [] : readHeads(auditHead) }
    if (name === ownName) return { file, host: name, kept: together(kept, heads) }
    // Hosts in containers have the same path, each on a disk of its own.
    const isHere = auditLog !== file && existsSync(auditLog)
    return { file: isHere ? auditLog : null, host: name, kept: heads }
  })
  const isOwnKnown = logs.some((log) => log.host === ownName)
  return isOwnKnown || !existsSync(file) ? logs : [{ file, host: ownName, kept }, ...logs]
}
