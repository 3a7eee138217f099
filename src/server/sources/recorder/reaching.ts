/** Whether the recorder can be reached. Each change is reported once with its cause, and not with every request. */
import { Problem } from '../../../contract/problems.ts'
import type { Breaker } from './breaker.ts'
import { failureCode, isUntrusted } from './failures.ts'

/** Why there is no connection. */
export interface Unreachable {
  /** Of the system, Node or OpenSSL. */
  readonly code: string
  /** The same in words, without the recorder's name. */
  readonly why: string
}

export type QuestionKind = 'search' | 'detail' | 'audio' | 'check'

/** Is notified about the recorder's state. */
export interface RecorderWatch {
  /** Called at the first failure, and when its cause changes. */
  lost(cause: Unreachable): void
  /** Called at the first answer, and at the first one after failures. */
  reached(): void
  /** @param seconds until the answer began, or until it failed. A caller that leaves is no failure. */
  asked(kind: QuestionKind, outcome: 'answered' | 'failed', seconds: number): void
}

const nothing = (): void => {}
export const unwatched: RecorderWatch = { lost: nothing, reached: nothing, asked: nothing }

const NO_ROUTE = 'there is no route to it in the network'
const TOO_SLOW = 'it does not answer in time: a firewall may drop the packets'

const words: Readonly<Record<string, string>> = {
  ENOTFOUND: 'its name is not found: is RECORDER_URL right, and does this machine’s DNS know the name?',
  EAI_AGAIN: 'its name cannot be looked up: this machine’s DNS does not answer',
  ECONNREFUSED: 'it refuses the connection: its service may be stopped, or the port in RECORDER_URL wrong',
  ECONNRESET:
    'it breaks the connection off: a firewall may do that, or the port does not speak what RECORDER_URL says',
  ETIMEDOUT: TOO_SLOW,
  UND_ERR_CONNECT_TIMEOUT: TOO_SLOW,
  EHOSTUNREACH: NO_ROUTE,
  EHOSTDOWN: NO_ROUTE,
  ENETUNREACH: NO_ROUTE,
  ENETDOWN: NO_ROUTE,
}
const GATEWAY: Unreachable = { code: '504', why: 'it answers 504 itself: a proxy before it may not reach it' }

/** @param failure why there was no connection. */
export function unreachable(failure: unknown): Unreachable {
  // The audio's own limit for connecting is a problem in our words, without a code of the system.
  const code = failure instanceof Problem ? 'ETIMEDOUT' : failureCode(failure)
  if (isUntrusted(failure)) {
    return { code, why: 'its certificate is not trusted: for an authority of your own, set RECORDER_CA_FILE' }
  }
  if (/^(ERR_SSL_|ERR_TLS_|EPROTO)/.test(code)) return { code, why: 'TLS fails: does that port speak TLS?' }
  return { code, why: words[code] ?? 'no connection could be made' }
}

export interface Reaching extends Breaker {
  /** An answer came. */
  answered(statusCode: number): void
  /** Null until there was a first answer or failure. */
  isReached(): boolean | null
}

/** A breaker that notifies a watch. */
export function watchReaching(breaker: Breaker, watch: RecorderWatch): Reaching {
  /** The words of the failure, '' while answers come, null before both. */
  let state: string | null = null
  const lost = (cause: Unreachable): void => {
    if (state === cause.why) return
    state = cause.why
    watch.lost(cause)
  }
  return {
    waitMs: () => breaker.waitMs(),
    enter: () => breaker.enter(),
    connected: () => breaker.connected(),
    failed(failure) {
      // A recorder that shows a wrong certificate is there. Its name is what helps, and "down" would hide it.
      if (!isUntrusted(failure)) breaker.failed(failure)
      lost(unreachable(failure))
    },
    answered(statusCode) {
      breaker.connected()
      if (statusCode === 504) return lost(GATEWAY)
      if (state === '') return
      state = ''
      watch.reached()
    },
    isReached: () => (state === null ? null : state === ''),
  }
}
