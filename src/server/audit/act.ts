/** One act of a known user, from its start to its line in the log. */
import { randomUUID } from 'node:crypto'
import { isCountPurpose, type SearchPurpose } from '../../contract/endpoints.ts'
import { Problem } from '../../contract/problems.ts'
import { MAX_PAGE_SIZE, type Paging, type Search } from '../../contract/search.ts'
import {
  include,
  includeCount,
  mayInclude,
  type AnsweredSearch,
  type AuditedSearches,
  type ToldSearch,
} from './audited-searches.ts'
import type { Copies } from './copies.ts'
import { isUnlogged, type Actor, type ActKind, type AuditEvent } from './event.ts'
import type { Listenings, Piece } from './listenings.ts'

export interface Act {
  /** The act is a search. Its purpose counts only where it is part of a search that has its line. */
  searches(search: Search, paging: Paging | null, purpose: SearchPurpose | null): Promise<void>
  /** The act concerns one recording, by its id. */
  concerns(recording: string): void
  /** A page of the search was found. @returns what may be shown of it: a count shows no recordings. */
  found(page: AnsweredSearch): Promise<AnsweredSearch>
  /** All matches are ready to be exported. @returns them. @throws Problem 503 `audit_unavailable`. */
  exports<T extends { readonly totalCount: number }>(list: T): Promise<T>
  /** The recording is shown. @returns it. */
  opened<T>(recording: T): Promise<T>
  /**
   * Asks for audio, with one line for all pieces of a listening.
   * @throws Problem 503 `audit_unavailable` before a byte is sent; where the file has yet to take a line, before
   * the source is asked.
   */
  listens<T>(piece: Omit<Piece, 'listener' | 'recording'>, ask: () => Promise<T>): Promise<T>
  failed(error: unknown): Promise<void>
}

export interface Delivery {
  /** Whether the client left before all of it was sent. */
  readonly isLeft: boolean
  /** Calls back once it is over. */
  onOver(tell: (isSent: boolean) => void): void
}

export interface ActOptions {
  /** @throws Problem 503 `audit_unavailable` where the line cannot be written. */
  readonly demand: (event: AuditEvent) => Promise<void>
  /** A line that cannot be written is reported, and the work goes on. */
  readonly note: (event: AuditEvent) => Promise<void>
  /** As `AuditLog.check`. */
  readonly check: () => Promise<boolean>
  readonly searched: AuditedSearches
  readonly copies: Copies
  /** Called with the number of recordings shown to one session within an hour, where it looks like copying. */
  readonly copied: (actor: Actor, rows: number) => Promise<void>
  readonly listenings: Listenings
  readonly nowMs: () => number
}

/** The outcome in a line: the problem's code, `left` where the client is gone, or `internal`. */
export function outcomeOf(error: unknown): string {
  if (error instanceof Problem) return error.code
  return error instanceof DOMException && error.name === 'AbortError' ? 'left' : 'internal'
}

const refusedStatuses: readonly number[] = [403, 404, 429]

type Facts = Pick<AuditEvent, 'purpose' | 'search' | 'page' | 'pageSize' | 'recording'>

class OneAct implements Act {
  #facts: Facts = {}
  /** Whether the act has its line, or is part of a search that has one. */
  #isTold: boolean
  #attempt: ActKind
  readonly #actor: Actor
  readonly #delivery: Delivery
  readonly #options: ActOptions

  constructor(actor: Actor, attempt: ActKind, delivery: Delivery, options: ActOptions) {
    this.#actor = actor
    this.#attempt = attempt
    this.#delivery = delivery
    this.#options = options
    this.#isTold = isUnlogged(attempt)
  }

  #line(outcome: string, count?: number): AuditEvent {
    const action = isUnlogged(this.#attempt) ? 'refusal' : this.#attempt
    return { ...this.#actor, ...this.#facts, action, count, outcome }
  }

  async searches(search: Search, paging: Paging | null, claimed: SearchPurpose | null): Promise<void> {
    const { session } = this.#actor
    const isExport = paging === null || paging.pageSize > MAX_PAGE_SIZE
    const purpose = session === null || isExport ? null : claimed
    this.#facts = { search, page: paging?.page, pageSize: paging?.pageSize, purpose: purpose ?? undefined }
    if (isExport) this.#attempt = 'export'
    if (session === null || isExport || purpose === null) return
    const told = await this.#options.searched.of(session)
    this.#isTold = isCountPurpose(purpose) ? includeCount(told, search, paging) : mayInclude(told, search)
  }

  concerns(recording: string): void {
    this.#facts = { recording }
  }

  async found(page: AnsweredSearch): Promise<AnsweredSearch> {
    const { session } = this.#actor
    const { search = {}, purpose } = this.#facts
    const { searched, copies, copied, nowMs } = this.#options
    const isCount = purpose !== undefined && isCountPurpose(purpose)
    const shown = isCount ? { ...page, recordings: [] } : page
    const isCovered = this.#isTold && session !== null && (isCount || (await this.#covers(session, page)))
    const told: ToldSearch = { id: randomUUID(), search, count: page.totalCount, atMs: nowMs() }
    let adding = Promise.resolve()
    const takeBack = (): void => {
      if (session !== null) void adding.then(() => searched.forget(session, told)).catch(() => undefined)
    }
    const isTold = isCovered || (await this.#tell(page.totalCount, takeBack))
    if (session === null) return shown
    if (!isCovered && isTold && !this.#delivery.isLeft) await (adding = searched.add(session, told))
    const many = await copies.add(session, shown.recordings.length)
    if (many !== null) await copied(this.#actor, many)
    return shown
  }

  /** Asked again, because the search may have had its line only since. */
  async #covers(session: string, page: AnsweredSearch): Promise<boolean> {
    return include(await this.#options.searched.of(session), this.#facts.search ?? {}, page)
  }

  async exports<T extends { readonly totalCount: number }>(list: T): Promise<T> {
    await this.#tell(list.totalCount)
    return list
  }

  async opened<T>(recording: T): Promise<T> {
    await this.#tell()
    return recording
  }

  /**
   * Writes the line before anything is shown, and a second one where the client then leaves before the end.
   * @param takeBack called with the second line.
   * @returns whether the client was still there.
   */
  async #tell(count?: number, takeBack: () => void = () => {}): Promise<boolean> {
    this.#isTold = true
    const { demand, note } = this.#options
    if (this.#delivery.isLeft) {
      await note(this.#line('left', count))
      return false
    }
    await (this.#attempt === 'export' ? demand : note)(this.#line('ok', count))
    this.#delivery.onOver((isSent) => {
      if (isSent) return
      takeBack()
      void note(this.#line('left', count))
    })
    return true
  }

  async listens<T>(piece: Omit<Piece, 'listener' | 'recording'>, ask: () => Promise<T>): Promise<T> {
    const { session, via, user, address } = this.#actor
    // The same session at another address may be another person.
    const listener = `${session ?? `${via} ${user.toLowerCase()}`} ${address}`
    this.#attempt = piece.kind
    const whole = { ...piece, listener, recording: this.#facts.recording ?? '' }
    const answer = await this.#options.listenings.join(whole, () => this.#beginListening(ask), ask)
    this.#isTold = true
    return answer
  }

  /**
   * A file that has taken a line will most likely take the next one. The source is then asked first, so that its
   * refusal has one line, not two. Any other file must take the line first: nothing may be asked for that cannot be
   * logged.
   */
  async #beginListening<T>(ask: () => Promise<T>): Promise<T> {
    const { check, demand } = this.#options
    const isProven = await check()
    if (!isProven) await demand(this.#line('ok'))
    const answer = await ask()
    if (!isProven) return answer
    if (this.#delivery.isLeft) throw new DOMException('The listener has left.', 'AbortError')
    await demand(this.#line('ok'))
    return answer
  }

  async failed(error: unknown): Promise<void> {
    const code = outcomeOf(error)
    if (code === 'audit_unavailable') return
    const { note } = this.#options
    const isRefusal = error instanceof Problem && refusedStatuses.includes(error.status)
    if (isRefusal) await note({ ...this.#line(code), action: 'refusal', attempt: this.#attempt })
    else if (!this.#isTold) await note(this.#line(this.#delivery.isLeft ? 'left' : code))
  }
}

export function beginAct(actor: Actor, attempt: ActKind, delivery: Delivery, options: ActOptions): Act {
  return new OneAct(actor, attempt, delivery, options)
}
