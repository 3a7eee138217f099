/** Verifies the audit logs of several hosts, or several files of one, and tells each in a paragraph of its own. */
import { OperatorError } from '../platform/operator-error.ts'
import type { AuditKeys } from './keys.ts'
import { verifyAndTell, type KeptHeads, type ToldLog } from './tell-verified.ts'

export interface LogToVerify {
  readonly file: string
  /** The host whose log it must be, or null where its lines say whose it is. */
  readonly host: string | null
  /**
   * What is kept of it elsewhere; may hold heads of other hosts too. Null for nothing. Read the heads before this
   * call: a running host writes a line before it keeps its head.
   */
  readonly kept: KeptHeads | null
  /** Whether a host writes this file now; false for a rotated file. Has a default: true. */
  readonly isLive?: boolean
}

const nameOf = (file: string, host: string | null): string =>
  host === null ? file : `host ${host} (${file})`

/** A file that cannot be read must not keep the others from being checked. */
async function tellOne(log: LogToVerify, keys: AuditKeys | null): Promise<ToldLog> {
  try {
    return await verifyAndTell({ isLive: true, ...log, keys, after: undefined, last: undefined })
  } catch (error) {
    if (error instanceof OperatorError) return { told: `${error.message}\n`, host: log.host, isWhole: false }
    throw error
  }
}

/**
 * Checks each log as `npm run audit -- verify` does for one.
 * @param keys of the key that the hosts share, or null to check only what needs no key.
 * @returns the text to print, and whether all logs are whole. A log that cannot be read is not.
 */
export async function verifyLogs(
  logs: readonly LogToVerify[],
  keys: AuditKeys | null,
): Promise<{ told: string; isWhole: boolean }> {
  const paragraphs: string[] = []
  const broken: string[] = []
  for (const log of logs) {
    const { told, host, isWhole } = await tellOne(log, keys)
    const name = nameOf(log.file, host)
    paragraphs.push(`${name[0]?.toUpperCase()}${name.slice(1)}\n${told}`)
    if (!isWhole) broken.push(name)
  }
  const end = broken.length === 0 ? `All ${logs.length} logs hold.` : `Not whole: ${broken.join(', ')}.`
  return { told: `${[...paragraphs, `${end}\n`].join('\n')}`, isWhole: broken.length === 0 }
}
