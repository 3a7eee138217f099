/** One thing that a known user does, from its start to its line. */
import type { SearchPurpose } from '../../contract/endpoints.ts'
import { Problem } from '../../contract/problems.ts'
import { MAX_PAGE_SIZE, type Paging, type Search } from '../../contract/search.ts'
import type { AuditedSearches } from './audited-searches.ts'
import type { Actor, Attempt, AuditEvent } from './event.ts'
import type { Listenings, Piece } from './listenings.ts'

export interface Act {
  /** It is a search. A purpose is believed only where the search is part of one that has its line. */
  searches(search: Search, paging: Paging | null, purpose: SearchPurpose | null): void
  /** It concerns one recording, by its id. */
  concerns(recording: string): void
  /** The search is answered. @returns the list. @throws Problem 503 `audit_unavailable` for an export. */
  found<T extends { readonly totalCount: number }>(list: T): Promise<T>
  /** The recording is shown. @returns it. */
  opened<T>(recording: T): Promise<T>
  /**
   * Asks for audio, with one line for all pieces of a listening.
   * @throws Problem 503 `audit_unavailable`, before a byte is sent, and where the log is known to fail before one is asked for.
   */
  listens<T>(piece: Omit<Piece, 'listener' | 'recording'>, ask: () => Promise<T>): Promise<T>
  /** @param left whether its client did. */
  failed(error: unknown, left: boolean): Promise<void>
}

/** What an act needs of the audit that it belongs to. */
export interface ActOptions {
  /** @throws Problem 503 `audit_unavailable` where the line cannot be written. */
  readonly demand: (event: AuditEvent) => Promise<void>
  /** A line that cannot be written is reported, and the work goes on. */
  readonly note: (event: AuditEvent) => Promise<void>
  /** As `AuditLog.check`. */
  readonly check: () => Promise<boolean>
  readonly searched: AuditedSearches
  readonly listenings: Listenings
}

/** In the lines: the problem's code. */
export const outcomeOf = (error: unknown): string => (error instanceof Problem ? error.code : 'internal')

const refusedStatuses: readonly number[] = [403, 404, 429]

type Facts = Pick<AuditEvent, 'purpose' | 'search' | 'page' | 'pageSize' | 'recording'>

class OneAct implements Act {
  private facts: Facts = {}
  /** Has its line, or is part of what has one. */
  private isTold: boolean
  private attempt: Attempt
  private readonly actor: Actor
  private readonly options: ActOptions

  constructor(actor: Actor, attempt: Attempt, options: ActOptions) {
    this.actor = actor
    this.attempt = attempt
    this.options = options
    // That somebody looked which calls are being recorded has no line; that they may not has one.
    this.isTold = attempt === 'live'
  }

  private line(outcome: string, count?: number): AuditEvent {
    const action = this.attempt === 'live' ? 'refusal' : this.attempt
    return { ...this.actor, ...this.facts, action, count, outcome }
  }

  searches(search: Search, paging: Paging | null, purpose: SearchPurpose | null): void {
    const { session } = this.actor
    const isExport = paging === null || paging.pageSize > MAX_PAGE_SIZE
    const claimed = session === null || isExport ? null : purpose
    this.facts = { search, page: paging?.page, pageSize: paging?.pageSize, purpose: claimed ?? undefined }
    if (isExport) this.attempt = 'export'
    if (session === null || isExport) return
    this.isTold = claimed !== null && this.options.searched.include(session, search, paging)
    if (!this.isTold) this.options.searched.add(session, search)
  }

  concerns(recording: string): void {
    this.facts = { recording }
  }

  async found<T extends { readonly totalCount: number }>(list: T): Promise<T> {
    if (this.isTold) return list
    this.isTold = true
    const { demand, note } = this.options
    await (this.attempt === 'export' ? demand : note)(this.line('ok', list.totalCount))
    return list
  }

  async opened<T>(recording: T): Promise<T> {
    this.isTold = true
    await this.options.note(this.line('ok'))
    return recording
  }

  async listens<T>(piece: Omit<Piece, 'listener' | 'recording'>, ask: () => Promise<T>): Promise<T> {
    const { session, via, user } = this.actor
    const listener = session ?? `${via} ${user.toLowerCase()}`
    this.attempt = piece.kind
    const whole = { ...piece, listener, recording: this.facts.recording ?? '' }
    const answer = await this.options.listenings.join(whole, () => this.beginListening(ask), ask)
    this.isTold = true
    return answer
  }

  /**
   * A file that has taken a line will most likely take the next one, and what the source then refuses has one line,
   * not two. Any other file must take the line first: nothing may be asked for that cannot be logged.
   */
  private async beginListening<T>(ask: () => Promise<T>): Promise<T> {
    const { check, demand } = this.options
    const isProven = await check()
    if (!isProven) await demand(this.line('ok'))
    const answer = await ask()
    if (isProven) await demand(this.line('ok'))
    return answer
  }

  async failed(error: unknown, left: boolean): Promise<void> {
    const code = outcomeOf(error)
    if (code === 'audit_unavailable') return
    const { note } = this.options
    const isRefusal = error instanceof Problem && refusedStatuses.includes(error.status)
    if (isRefusal) await note({ ...this.line(code), action: 'refusal', attempt: this.attempt })
    else if (!this.isTold) await note(this.line(left ? 'left' : code))
  }
}

export function beginAct(actor: Actor, attempt: Attempt, options: ActOptions): Act {
  return new OneAct(actor, attempt, options)
}
