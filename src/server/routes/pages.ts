/** The page's addresses and files. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { EMBED_BASE, ROWS_COOKIE, ZONE_COOKIE } from '../../contract/endpoints.ts'
import type { Boot } from '../../contract/session.ts'
import { sendAsset, type Assets } from './assets.ts'
import type { DemoAccounts } from '../auth/demo-accounts.ts'
import { describeSession, type Viewers } from '../auth/viewer.ts'
import type { WriteDocument } from './document.ts'
import { firstListRequest } from './first-list.ts'
import { nothingHere } from '../http/failures.ts'
import { embedHeaders, pageHeaders } from '../http/headers.ts'
import { rawPath, rawQuery } from '../http/requests.ts'

export interface PageOptions {
  readonly assets: Assets
  readonly writeDocument: WriteDocument
  readonly viewers: Viewers
  readonly nowMs: () => number
  readonly embedOrigins: readonly string[]
  readonly demo: DemoAccounts
  readonly contact: string | null
}

/** The page's addresses. Navigation to any other address also shows the page, but with status 404. */
const addresses = [
  '/',
  '/recordings',
  '/recordings/:id',
  EMBED_BASE,
  `${EMBED_BASE}/`,
  `${EMBED_BASE}/recordings`,
  `${EMBED_BASE}/recordings/:id`,
]

/** Never answered with a page: a script or a program asks here, and would mistake the page for its answer. */
const neverPages = /^\/(assets|fw|auth)\//

/** Signed out, the page asks nothing. */
function firstRequest(request: FastifyRequest, { session, nowMs }: Boot): string | null {
  if (!session) return null
  const { [ZONE_COOKIE]: zone = null, [ROWS_COOKIE]: rows = null } = request.cookies
  return firstListRequest({ path: rawPath(request), query: rawQuery(request), nowMs, zone, rows })
}

/** Drops a trailing slash and keeps the query. The redirect repeats nothing else of the request. */
function redirectTo(path: string) {
  return (request: FastifyRequest, reply: FastifyReply) => {
    const query = rawQuery(request)
    return reply.redirect(query === '' ? path : `${path}?${query}`)
  }
}

export function pageRoutes(app: FastifyInstance, options: PageOptions): void {
  const { assets, viewers, nowMs, demo, contact } = options
  const framable = embedHeaders(options.embedOrigins)

  async function writeBoot(request: FastifyRequest): Promise<Boot> {
    // If the source cannot identify the user, the page opens signed out, and the sign-in shows what is wrong.
    const found = await viewers.signedIn(request).catch((error: unknown) => {
      request.log.error({ err: error }, 'the session’s user cannot be read')
      return null
    })
    const session = found && describeSession(found, nowMs())
    return { nowMs: nowMs(), session, demoAccounts: demo.shown(request), contact }
  }

  async function sendPage(request: FastifyRequest, reply: FastifyReply) {
    reply.headers(rawPath(request).startsWith('/embed/') ? framable : pageHeaders)
    const boot = await writeBoot(request)
    return reply
      .type('text/html; charset=utf-8')
      .send(options.writeDocument(boot, firstRequest(request, boot)))
  }

  async function elsewhere(request: FastifyRequest, reply: FastifyReply) {
    const path = rawPath(request)
    const asset = assets.get(path)
    if (asset) return sendAsset(request, reply, asset)
    const isNavigation = request.headers.accept?.includes('text/html') === true
    if (isNavigation && !neverPages.test(path)) return sendPage(request, reply.code(404))
    throw nothingHere()
  }

  for (const address of addresses) app.get(address, sendPage)
  for (const path of ['/recordings', `${EMBED_BASE}/recordings`]) app.get(`${path}/`, redirectTo(path))
  app.get('/*', elsewhere)
}
