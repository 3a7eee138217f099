/** The challenge of a 401: how the client may sign in. */
import type { FastifyRequest } from 'fastify'
import type { IncomingHttpHeaders } from 'node:http'
import { PEOPLE, RECORDINGS } from '../../contract/endpoints.ts'

/** The page shows its own sign-in. Browsers do not know this scheme, so they show no prompt of their own. */
const SESSION = 'Session realm="recordings"'
/** Never combined with `Session`, because Python's handlers give up on a scheme they do not know. */
const BASIC = 'Basic realm="recordings", charset="UTF-8"'

/**
 * Whether a browser may have sent the request. One sign is enough, since any may be missing: browsers send no
 * `Sec-Fetch-*` over plain HTTP and no expired cookie, and Apple's media player names itself, not the browser.
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
 * send a password only after such an offer. Pages never get the offer, because browsers would show their own prompt,
 * even for fetch and audio. No `Vary` is needed: a 401 is never stored.
 */
export function challengeFor({ routeOptions, headers }: FastifyRequest): string {
  const { url } = routeOptions
  const takesBasic = url === PEOPLE || (url?.startsWith(RECORDINGS) ?? false)
  return takesBasic && !mayBePage(headers) ? BASIC : SESSION
}
