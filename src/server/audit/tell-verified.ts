/** Verifies an audit log and reports in words the findings and the limits of the check. */
import { existsSync } from 'node:fs'
import { isHeadOf, type Head } from './head.ts'
import type { AuditKeys } from './keys.ts'
import { verifyLog, type Verified } from './verify.ts'

/** Heads, and the file that they were read from. */
export interface KeptHeads {
  readonly path: string
  readonly heads: readonly Head[]
}

export interface VerifyRequest {
  readonly file: string
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

function tellHeads(verified: Verified, kept: KeptHeads | null, used: number): string {
  if (kept === null || kept.heads.length === 0) {
    return 'There are no heads to check the log against. Heads (--heads FILE) would show lines cut off at the beginning or the end, and a log replaced by lines without MACs. A last hash kept elsewhere (--last HASH) would show the last two.'
  }
  const foreign = kept.heads.length - used
  const others = foreign > 0 ? ` ${foreign} others there are not of this host’s key and were not used.` : ''
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

function describe(request: VerifyRequest, verified: Verified, heads: readonly Head[]): string {
  const { file, keys, kept } = request
  const { count, firstAt, lastAt, lastHash, before, torn, lost, findings, fault } = verified
  const told = [
    `Lines in ${file}: ${count}, from ${firstAt ?? '-'} to ${lastAt ?? '-'}.`,
    `Last hash: ${lastHash}`,
    ...(before.n > 0 ? [`It follows line ${before.n} of another file, with the hash ${before.hash}.`] : []),
    ...(torn.length > 0
      ? [`Torn: line ${torn.join(', ')}. The host was stopped or the disk was full while it was written.`]
      : []),
    ...(lost > 0 ? [`Events that could not be written while the log failed: ${lost}.`] : []),
    ...(findings.length > 0 ? [`The host itself found its file changed: ${findings.join('; ')}.`] : []),
    ...tellChanged(heads),
    ...tellSeals(verified, keys),
    `${fault === null ? 'The chain holds.' : `The chain is broken: ${fault}.`} ${tellHeads(verified, kept, heads.length)}`,
  ]
  return `${told.join('\n')}\n`
}

/** Reports a missing log where the heads show that there was one. */
function tellMissing(file: string, heads: readonly Head[]): string | null {
  const newest = heads.at(-1)
  if (existsSync(file) || !newest || newest.n === 0) return null
  return `There is no file ${file}, and the host kept the head of line ${newest.n} at ${newest.at}: the log was removed or moved away. Line 1 is the first that is missing.\n`
}

/**
 * @returns the text to print, and whether nothing is wrong.
 * @throws OperatorError where the file cannot be read.
 */
export async function verifyAndTell(request: VerifyRequest): Promise<{ told: string; isWhole: boolean }> {
  const { file, isLive, keys, kept, after, last } = request
  const heads = (kept?.heads ?? []).filter((head) => keys === null || isHeadOf(keys.heads, head))
  const missing = isLive ? tellMissing(file, heads) : null
  if (missing !== null) return { told: missing, isWhole: false }
  const verified = await verifyLog(file, { after, last, key: keys?.lines ?? null, heads, isLive })
  return { told: describe(request, verified, heads), isWhole: verified.fault === null }
}
