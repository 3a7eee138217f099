/** What the routes report to the audit log: the user, the act, and its outcome. */
import { isRefusal, Problem } from '../../contract/problems.ts'
import { beginAct, outcomeOf, type Act, type Delivery } from './act.ts'
import { createAttempts } from './attempts.ts'
import type { AuditLog } from './audit-log.ts'
import { ownAuditedSearches, type AuditedSearches } from './audited-searches.ts'
import { ownCopies, type Copies } from './copies.ts'
import type { Actor, ActKind, AuditEvent, Refusable } from './event.ts'
import { createListenings, type SharedListenings } from './listenings.ts'

/** What joins the requests of one act, so that it has one line. Several hosts share it. */
export interface AuditMemory {
  readonly searches: AuditedSearches
  readonly copies: Copies
  readonly listenings: SharedListenings
}

export interface AuditOptions {
  readonly log: AuditLog
  readonly nowMs: () => number
  /** Called once each time that lines can no longer be written. */
  readonly report: (error: unknown) => void
  /** The number of rows to one session in an hour that looks like copying. */
  readonly copyAlert: number
  /** Called each time with the number of rows. */
  readonly copied: (rows: number) => void
  /** Missing for a host on its own. */
  readonly memory?: AuditMemory | undefined
}

export interface Audit {
  begin(actor: Actor, attempt: ActKind, delivery: Delivery): Act
  login(actor: Actor): Promise<void>
  logout(actor: Actor): Promise<void>
  /** A user gave themselves another password. */
  passwordChanged(actor: Actor): Promise<void>
  /**
   * A password that was refused, or could not be tried.
   * @param wasJudged whether it counts against the throttle, which then limits their number.
   */
  failedLogin(actor: Actor, error: unknown, wasJudged: boolean): Promise<void>
  /** A request that another site's page made in a user's browser. */
  refusedStranger(actor: Actor, attempt: Refusable): Promise<void>
}

/** A typed name may be anything, of any length. */
const MAX_TYPED_NAME = 64

function unavailable(cause: unknown): Problem {
  return new Problem(
    {
      code: 'audit_unavailable',
      message:
        'Recordings cannot be played or saved now, because that cannot be logged. Ask your administrator to look after the audit log (AUDIT_LOG), then try again.',
    },
    { cause },
  )
}

export function createAudit({ log, nowMs, report, copyAlert, copied, memory }: AuditOptions): Audit {
  const attempts = createAttempts(nowMs)
  const told = new WeakSet<Error>()
  let isOut = false

  async function demand(event: AuditEvent): Promise<void> {
    try {
      await log.write(event)
      isOut = false
    } catch (error) {
      if (!isOut) report(error)
      isOut = true
      throw unavailable(error)
    }
  }
  const note = (event: AuditEvent): Promise<void> => demand(event).catch(() => {})

  async function failedLogin(actor: Actor, error: unknown, wasJudged: boolean): Promise<void> {
    const outcome = outcomeOf(error)
    const isRefused = error instanceof Problem && isRefusal(error.code)
    // Parallel calls of a script share one try and one error.
    if (isRefused) {
      if (told.has(error)) return
      told.add(error)
    }
    const user = actor.user.slice(0, MAX_TYPED_NAME)
    if (!(isRefused && wasJudged) && !attempts.admit(outcome, user, actor.address)) return
    if (outcome === 'too_many_attempts') {
      await note({ ...actor, user, action: 'refusal', attempt: 'login', outcome })
    } else await note({ ...actor, user, action: isRefused ? 'failed_login' : 'login', outcome })
  }

  const shared = {
    demand,
    note,
    check: () => log.check(),
    searched: memory?.searches ?? ownAuditedSearches(),
    copies: memory?.copies ?? ownCopies(copyAlert, nowMs),
    async copied(actor: Actor, rows: number) {
      copied(rows)
      await note({ ...actor, action: 'copy_alert', count: rows, outcome: 'ok' })
    },
    listenings: createListenings(nowMs, memory?.listenings),
    nowMs,
  }

  return {
    begin: (actor, attempt, delivery) => beginAct(actor, attempt, delivery, shared),
    failedLogin,
    async refusedStranger(actor, attempt) {
      const user = actor.user.slice(0, MAX_TYPED_NAME)
      if (!attempts.admit(`cross_origin ${attempt}`, user, actor.address)) return
      await note({ ...actor, user, action: 'refusal', attempt, outcome: 'cross_origin' })
    },
    login: (actor) => note({ ...actor, action: 'login', outcome: 'ok' }),
    logout: (actor) => note({ ...actor, action: 'logout', outcome: 'ok' }),
    passwordChanged: (actor) => note({ ...actor, action: 'password_changed', outcome: 'ok' }),
  }
}
