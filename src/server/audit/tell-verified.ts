/** Verifies an audit log and reports in words the findings and the limits of the check. */
import { existsSync } from 'node:fs'
import { readRecord } from './end-record.ts'
import { isHeadOf, type Head } from './head.ts'
import { firstHost } from './host-name.ts'
import type { AuditKeys } from './keys.ts'
import { headsOfLog, hostsIn } from './own-heads.ts'
import { verifyLog, type Verified } from './verify.ts'

/** Heads that were kept elsewhere. */
export interface KeptHeads {
  /** Where they were read from, as the report names it. */
  readonly path: string
  /** Of any hosts, in the order in which they were kept. */
  readonly heads: readonly Head[]
}

export interface VerifyRequest {
  readonly file: string
  /** The host whose log it must be, or null where its lines say whose it is. */
  readonly host: string | null
  /** Whether the host writes this file now; false for a rotated file. */
  readonly isLive: boolean
  /** Null without the host's key. */
  readonly keys: AuditKeys | null
  /** Null where no heads were kept. */
  readonly kept: KeptHeads | null
  readonly after: string | undefined
  readonly last: string | undefined
}

function tellSeals({ sealed, unsealed }: Verified, keys: AuditKeys | null): string[] {
  const told = []
  if (unsealed > 0) {
    told.push(
      `Lines without a MAC: ${unsealed}. An older host wrote them. Only the chain of hashes protects them, and anyone who can write the file can recompute it.`,
    )
  }
  if (sealed > 0 && keys === null) {
    told.push(
      'MACs were not checked: there is no host key here. Set DATA_DIR to the host’s folder, or HOST_KEY or HOST_KEY_FILE as the host has them.',
    )
  }
  return told
}

/** The heads for one log, out of those that were kept. */
interface UsedHeads {
  /** The log's host, as far as that can be known before its lines are checked. */
  readonly host: string | null
  readonly heads: readonly Head[]
  /** Why others were not used, in sentences after a space each. */
  readonly others: string
}

/** A log that was cut or replaced may name no host. The record beside it still does, or heads of one host alone. */
async function findHost({ file, host, isLive, keys }: VerifyRequest, heads: readonly Head[]) {
  if (host !== null || hostsIn(heads).length === 0) return host
  const record = isLive && keys !== null ? await readRecord(file, keys.heads) : null
  if (record !== null && record !== 'foreign' && record.host !== undefined) return record.host
  const first = existsSync(file) ? await firstHost(file, keys?.lines ?? null) : null
  return first ?? (hostsIn(heads).length === 1 ? (hostsIn(heads)[0] ?? null) : null)
}

async function chooseHeads(request: VerifyRequest): Promise<UsedHeads> {
  const { file, keys, kept } = request
  const all = kept?.heads ?? []
  const sealed = all.filter((head) => keys === null || isHeadOf(keys.heads, head))
  const host = await findHost(request, sealed)
  const { heads, doubtful } = await headsOfLog(file, host, sealed)
  const foreign = all.length - sealed.length
  const hosts = host === null ? hostsIn(sealed) : []
  const others = [
    ...(foreign > 0 ? [` ${foreign} others there are not of this host’s key and were not used.`] : []),
    ...(doubtful > 0
      ? [` ${doubtful} others there name no host, may be of another one, and were not used.`]
      : []),
    ...(hosts.length > 0
      ? [
          ` Those of ${hosts.join(', ')} were not used, because the log names no host: set HOST_NAME to its own.`,
        ]
      : []),
  ]
  return { host, heads, others: others.join('') }
}

function tellHeads(verified: Verified, kept: KeptHeads | null, { heads, others }: UsedHeads): string {
  if (kept === null || kept.heads.length === 0) {
    return 'There are no heads to check the log against. Heads (--heads FILE) would show lines cut off at the beginning or the end, and a log replaced by lines without MACs. A last hash kept elsewhere (--last HASH) would show the last two.'
  }
  const used = heads.length
  if (!verified.isHeld) {
    return `None of the ${used} heads in ${kept.path} is about these lines, so they do not show whether lines were cut off.${others}`
  }
  return `Held against ${used === 1 ? '1 head' : `${used} heads`} in ${kept.path}.${others}`
}

/** Covers the files before and after this one too: their evidence may have been removed since. */
function tellChanged(heads: readonly Head[]): string[] {
  const changed = heads.filter(({ reason }) => reason === 'changed')
  if (changed.length === 0) return []
  const places = changed.map(({ n, at }) => `after line ${n} at ${at}`)
  return [`The heads say that the host found its file changed: ${places.join('; ')}.`]
}

function describe(request: VerifyRequest, verified: Verified, used: UsedHeads): string {
  const { file, keys, kept } = request
  const { count, firstAt, lastAt, lastHash, before, torn, lost, findings, fault } = verified
  const host = used.host ?? verified.host
  const told = [
    `Lines in ${file}${host === null ? '' : ` of host ${host}`}: ${count}, from ${firstAt ?? '-'} to ${lastAt ?? '-'}.`,
    `Last hash: ${lastHash}`,
    ...(before.n > 0 ? [`It follows line ${before.n} of another file, with the hash ${before.hash}.`] : []),
    ...(torn.length > 0
      ? [`Torn: line ${torn.join(', ')}. The host was stopped or the disk was full while it was written.`]
      : []),
    ...(lost > 0 ? [`Events that could not be written while the log failed: ${lost}.`] : []),
    ...(findings.length > 0 ? [`The host itself found its file changed: ${findings.join('; ')}.`] : []),
    ...tellChanged(used.heads),
    ...tellSeals(verified, keys),
    `${fault === null ? 'The chain holds.' : `The chain is broken: ${fault}.`} ${tellHeads(verified, kept, used)}`,
  ]
  return `${told.join('\n')}\n`
}

/** Reports a missing log where the heads show that there was one. */
function tellMissing(file: string, heads: readonly Head[]): string | null {
  const newest = heads.at(-1)
  if (existsSync(file) || !newest || newest.n === 0) return null
  return `There is no file ${file}, and the host kept the head of line ${newest.n} at ${newest.at}: the log was removed or moved away. Line 1 is the first that is missing.\n`
}

export interface ToldLog {
  /** The text to print. */
  readonly told: string
  /** The log's host, or null where it has no name. */
  readonly host: string | null
  /** Whether nothing is wrong. */
  readonly isWhole: boolean
}

/** @throws OperatorError where the file cannot be read. */
export async function verifyAndTell(request: VerifyRequest): Promise<ToldLog> {
  const { file, isLive, keys, after, last } = request
  const used = await chooseHeads(request)
  const { host, heads } = used
  const missing = isLive ? tellMissing(file, heads) : null
  if (missing !== null) return { told: missing, host, isWhole: false }
  const verified = await verifyLog(file, { after, last, host, key: keys?.lines ?? null, heads, isLive })
  return {
    told: describe(request, verified, used),
    host: host ?? verified.host,
    isWhole: verified.fault === null,
  }
}
