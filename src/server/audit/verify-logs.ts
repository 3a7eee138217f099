/** Verifies the audit logs of several hosts, or several files of one, and tells each in a paragraph of its own. */
import { OperatorError } from '../platform/operator-error.ts'
import { isHeadOf } from './head.ts'
import type { AuditKeys } from './keys.ts'
import { newestOf } from './own-heads.ts'
import { verifyAndTell, type KeptHeads, type ToldLog } from './tell-verified.ts'

export interface LogToVerify {
  /** Its path, or null where this machine cannot reach it: then it is named as not checked. */
  readonly file: string | null
  /** The host whose log it must be, or null where its lines say whose it is. */
  readonly host: string | null
  /**
   * What is kept of it elsewhere; may be its newest head alone, and may hold heads of other hosts too. Null for
   * nothing. Read the heads before this call: a running host writes a line before it keeps its head.
   */
  readonly kept: KeptHeads | null
  /** Whether a host writes this file now; false for a rotated file. Has a default: true. */
  readonly isLive?: boolean
}

export interface ToldLogs {
  /** The text to print. */
  readonly told: string
  /** Whether nothing is wrong with any log that was checked. One that cannot be read is wrong. */
  readonly isWhole: boolean
}

const nameOf = (file: string | null, host: string | null): string => {
  if (host === null) return file ?? 'host without a name'
  return file === null ? `host ${host}` : `host ${host} (${file})`
}

function tellUnreached({ host, kept }: LogToVerify, keys: AuditKeys | null): string {
  const heads = (kept?.heads ?? []).filter((head) => keys === null || isHeadOf(keys.heads, head))
  const newest = newestOf(host, heads, true)
  const end =
    newest === null
      ? ''
      : ` Its newest head in ${kept?.path} is of line ${newest.n}, at ${newest.at}, with the hash ${newest.hash}.`
  return `This machine cannot reach its log, which was not checked: run verify on the host itself.${end}\n`
}

/** A file that cannot be read must not keep the others from being checked. */
async function tellOne(log: LogToVerify, keys: AuditKeys | null): Promise<ToldLog> {
  const { file, host } = log
  if (file === null) return { told: tellUnreached(log, keys), host, isWhole: true }
  try {
    return await verifyAndTell({ isLive: true, ...log, file, keys, after: undefined, last: undefined })
  } catch (error) {
    if (error instanceof OperatorError) return { told: `${error.message}\n`, host, isWhole: false }
    throw error
  }
}

/**
 * Checks each log as `npm run audit -- verify` does for one.
 * @param keys of the key that the hosts share, or null to check only what needs no key.
 */
export async function verifyLogs(logs: readonly LogToVerify[], keys: AuditKeys | null): Promise<ToldLogs> {
  const paragraphs: string[] = []
  const broken: string[] = []
  const unchecked: string[] = []
  for (const log of logs) {
    const { told, host, isWhole } = await tellOne(log, keys)
    const name = nameOf(log.file, host)
    // A path stays as it is typed.
    paragraphs.push(`${name.replace(/^host /, 'Host ')}\n${told}`)
    if (!isWhole) broken.push(name)
    if (log.file === null) unchecked.push(name)
  }
  const ends = [
    ...(broken.length > 0 ? [`Not whole: ${broken.join(', ')}.`] : []),
    ...(unchecked.length > 0 ? [`Not checked: ${unchecked.join(', ')}.`] : []),
  ]
  const whole = logs.length === 1 ? 'The log holds.' : `All ${logs.length} logs hold.`
  const end = ends.length === 0 ? whole : ends.join('\n')
  return { told: [...paragraphs, `${end}\n`].join('\n'), isWhole: broken.length === 0 }
}
