/** Audit events and their lines. */
import { createHash } from 'node:crypto'
import type { SearchPurpose } from '../../contract/endpoints.ts'
import type { Search } from '../../contract/search.ts'
import { digestSearch } from './digests.ts'
import { sealLine, type AuditKeys } from './keys.ts'

/** Actions of an operator's commands. */
export type TerminalAction =
  | 'account_added'
  | 'account_changed'
  | 'account_removed'
  | 'password_changed'
  | 'sessions_ended'
  | 'import'
  | 'recordings_removed'
  | 'recordings_copied'

export type AuditAction =
  | 'login'
  | 'failed_login'
  | 'logout'
  | 'search'
  | 'open'
  | 'play'
  | 'download'
  | 'export'
  | 'refusal'
  | 'copy_alert'
  | TerminalAction
  /** The file was not as the host had written it. */
  | 'log_changed'

/** Acts that show no recording, so only a refusal of them gets a line. */
const unloggedActs = ['live', 'people'] as const
type UnloggedAct = (typeof unloggedActs)[number]

export const isUnlogged = (act: ActKind): act is UnloggedAct => unloggedActs.some((name) => name === act)

/** Acts that a known user may attempt. */
export type ActKind = 'search' | 'open' | 'play' | 'download' | 'export' | UnloggedAct

/** Attempts that may be refused. */
export type Refusable = ActKind | 'login' | 'logout' | 'session' | 'password'

/** Who did it, and from where. */
export interface Actor {
  readonly user: string
  readonly address: string
  /** A hash of the session's id; null where there is none. */
  readonly session: string | null
  /** `basic` for a script, which signs in with every call. */
  readonly via?: 'basic' | undefined
  readonly requestId: string
}

export interface AuditEvent extends Omit<Actor, 'address' | 'requestId'> {
  /** Null where it did not come over a network. */
  readonly address: string | null
  readonly requestId: string | null
  readonly action: AuditAction
  /** The refused attempt, in a refusal. */
  readonly attempt?: Refusable | undefined
  /** The purpose that the page claimed for a search that got a line all the same. */
  readonly purpose?: SearchPurpose | undefined
  readonly search?: Search | undefined
  readonly page?: number | undefined
  readonly pageSize?: number | undefined
  /** How many recordings match, were removed or were copied. */
  readonly count?: number | undefined
  readonly recording?: string | undefined
  /** The account that was changed; null for all. */
  readonly account?: string | null | undefined
  /** Format of an import. */
  readonly format?: string | undefined
  readonly added?: number | undefined
  readonly updated?: number | undefined
  /** Recordings that an import left out, or that a removal kept because of a legal hold. */
  readonly skipped?: number | undefined
  /** `ok`, `left` where the client left, or a code: of the problem, of a command's failure, or of a finding. */
  readonly outcome: string
}

/** Whether recordings leave the host on this line. They stay where the log cannot be trusted to prove it. */
export const letsOut = ({ action, outcome }: AuditEvent): boolean =>
  outcome === 'ok' && (action === 'play' || action === 'download' || action === 'export')

/** Where the chain stands: the number of its last line, and the hash that the next one carries. */
export interface Position {
  readonly n: number
  readonly hash: string
}

/** Before the first line. */
export const GENESIS: Position = { n: 0, hash: '0'.repeat(64) }

/** @param line without its newline. */
export const hashLine = (line: Buffer | string): string => createHash('sha256').update(line).digest('hex')

export interface Written {
  readonly atMs: number
  /** Lines that failed since the last written one. */
  readonly lost: number
  readonly keys: AuditKeys
  /** The host's name, or null for a host without one. */
  readonly host: string | null
}

/** The line that follows `after`, without its newline. */
export function writeLine(event: AuditEvent, after: Position, { atMs, lost, keys, host }: Written): string {
  const line = JSON.stringify({
    n: after.n + 1,
    prev: after.hash,
    at: new Date(atMs).toISOString(),
    host: host ?? undefined,
    user: event.user,
    address: event.address,
    session: event.session,
    via: event.via,
    action: event.action,
    attempt: event.attempt,
    purpose: event.purpose,
    filters: event.search && digestSearch(keys.digests, event.search),
    page: event.page,
    pageSize: event.pageSize,
    count: event.count,
    recording: event.recording?.toLowerCase(),
    account: event.account,
    format: event.format,
    added: event.added,
    updated: event.updated,
    skipped: event.skipped,
    requestId: event.requestId,
    outcome: event.outcome,
    lost: lost > 0 ? lost : undefined,
  })
  return sealLine(keys.lines, line)
}

/** Fields of every line of the log. */
export interface AuditLine extends Readonly<Record<string, unknown>> {
  readonly n: number
  readonly prev: string
  readonly at: string
}

/** @returns the name of the host that wrote the line, or null where it names none. */
export const hostOfLine = ({ host }: AuditLine): string | null => (typeof host === 'string' ? host : null)

/** @returns null where the bytes are not a line of an audit log. */
export function readLine(line: Buffer | string): AuditLine | null {
  try {
    const read = JSON.parse(line.toString()) as Partial<AuditLine> | null
    const isLine =
      Number.isSafeInteger(read?.n) && typeof read?.prev === 'string' && typeof read.at === 'string'
    return isLine ? (read as AuditLine) : null
  } catch {
    return null
  }
}

/** Whether these bytes may be the start of a line that a killed host or a full disk cut short. */
export function isTorn(line: Buffer | string): boolean {
  const start = '{"n":'
  const text = line.toString()
  return text !== '' && readLine(text) === null && start.startsWith(text.slice(0, start.length))
}
