/** The challenge of a 401: how the client may sign in. */
import type { FastifyRequest } from 'fastify'
import type { IncomingHttpHeaders } from 'node:http'
import { RECORDINGS } from '../../contract/endpoints.ts'

/** The page shows its own sign-in. Browsers do not know this scheme, so they show no prompt of their own. */
const SESSION = 'Session realm="recordings"'
/** Alone, because Python's handlers give up on a scheme they do not know. */
const BASIC = 'Basic realm="recordings", charset="UTF-8"'

/**
 * Whether a browser may have sent the request. Any one sign is enough, since some are missing: browsers send no
 * `Sec-Fetch-*` over plain HTTP, no cookie once it has expired, and Apple's media player names itself and not the browser.
 */
function mayBePage(headers: IncomingHttpHeaders): boolean {
  return (
    ['cookie', 'origin', 'accept-language'].some((name) => name in headers) ||
    Object.keys(headers).some((name) => name.startsWith('sec-')) ||
    /^mozilla\//i.test(headers['user-agent'] ?? '')
  )
}

/**
 * The value of `WWW-Authenticate`. Programs are offered Basic where it works, which is the API: curl, wget and Python
 * send a password only after such an offer. A page never is, because browsers would answer the offer with a prompt of
 * their own, even for fetch and audio. No `Vary` is needed: a 401 is never stored.
 */
export function challengeFor({ routeOptions, headers }: FastifyRequest): string {
  const takesBasic = routeOptions.url?.startsWith(RECORDINGS) ?? false
  return takesBasic && !mayBePage(headers) ? BASIC : SESSION
}
