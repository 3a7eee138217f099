/** The Recordings API: the list, one recording, its audio, and the calls being recorded now. */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Readable } from 'node:stream'
import { API_BASE, RECORDINGS } from '../contract/endpoints.ts'
import { Problem } from '../contract/problems.ts'
import { isGuid } from '../contract/recording.ts'
import { MAX_PAGE_SIZE, readApiQuery, type Paging, type Reason, type Search } from '../contract/search.ts'
import type { Audit } from './audit/audit.ts'
import { audited, readPiece, readPurpose } from './auditing.ts'
import type { Viewer, Viewers } from './auth/viewer.ts'
import { exchangeOf } from './http/exchange.ts'
import { mediaAsk, sendMedia } from './media.ts'
import { nothing, rawQuery } from './requests.ts'
import type { Searches } from './searches.ts'
import type { Principal, Source } from './sources/source.ts'

export interface RecordingsOptions {
  readonly source: Source
  readonly viewers: Viewers
  readonly audit: Audit
  readonly searches: Searches
  readonly contact: string | null
}

interface Query {
  readonly search: Search
  readonly paging: Paging | null
}

function invalid(reason: Reason, message: string): Problem {
  return new Problem({ status: 400, code: 'invalid_query', reason, message })
}

function readQuery(request: FastifyRequest, viewer: Viewer): Query {
  const query = readApiQuery(new URLSearchParams(rawQuery(request)))
  if (!query.ok) throw invalid(query.reason, query.message)
  const pageSize = query.paging?.pageSize ?? Number.POSITIVE_INFINITY
  if (viewer.via === 'session' && pageSize > MAX_PAGE_SIZE) {
    throw invalid(
      1,
      `A session may ask for up to ${MAX_PAGE_SIZE} recordings at once: give page and pageSize.`,
    )
  }
  return query
}

/** The rows of one page, as they come by. */
async function* slice(rows: AsyncIterable<unknown> | Iterable<unknown>, paging: Paging | null) {
  const from = paging ? paging.page * paging.pageSize : 0
  const to = paging ? from + paging.pageSize : Number.POSITIVE_INFINITY
  let index = 0
  for await (const row of rows) {
    if (index >= from) yield row
    index += 1
    if (index >= to) return
  }
}

const ROWS_PER_CHUNK = 250

/** Writes a list while it is read, so that its length does not matter to the host's memory. */
async function* writeList(totalCount: number, rows: AsyncIterable<unknown>): AsyncGenerator<string> {
  let chunk = `{"totalCount":${totalCount},"recordings":[`
  let count = 0
  for await (const row of rows) {
    chunk += count === 0 ? JSON.stringify(row) : `,${JSON.stringify(row)}`
    count += 1
    if (count % ROWS_PER_CHUNK !== 0) continue
    yield chunk
    chunk = ''
  }
  yield `${chunk}]}`
}

type ById = FastifyRequest<{ Params: { id: string } }>

function readId(request: ById): string {
  const { id } = request.params
  if (isGuid(id)) return id
  throw new Problem({ status: 400, code: 'invalid_request', message: 'The recording’s id is no GUID.' })
}

function existing<T>(found: T | null): T {
  if (found !== null) return found
  throw new Problem({
    status: 404,
    code: 'not_found',
    message: 'This recording is not available: removed, expired, or outside your rights.',
  })
}

export function recordingRoutes(app: FastifyInstance, options: RecordingsOptions): void {
  const { source, searches } = options

  const requireBaseAccess = ({ username, role }: Principal): void => {
    if (role !== 'none') return
    throw new Problem({
      status: 403,
      code: 'forbidden',
      message: `${username} may not search recordings. Ask ${options.contact ?? 'your administrator'} for “Call Recording Base Access”.`,
    })
  }

  const list = audited(options, 'search', async (request, reply, viewer, act) => {
    const { principal } = viewer
    requireBaseAccess(principal)
    const { search, paging } = readQuery(request, viewer)
    act.searches(search, paging, readPurpose(request))
    const signal = exchangeOf(reply).signal
    const release = await searches.enter(principal.username, signal)
    // Held until the answer is out or nobody wants it: a long one counts as long as it is written.
    exchangeOf(reply).onOver(release)
    if (paging && paging.pageSize <= MAX_PAGE_SIZE) {
      return act.found(await source.list(search, paging, principal, signal))
    }
    const { totalCount, recordings } = await act.found(await source.listAll(search, principal, signal))
    reply.type('application/json; charset=utf-8')
    const pastTheEnd = paging !== null && paging.page * paging.pageSize >= totalCount
    if (request.method === 'HEAD') return nothing()
    return Readable.from(writeList(totalCount, slice(pastTheEnd ? [] : recordings, paging)))
  })

  const detail = audited<ById>(options, 'open', async (request, reply, { principal }, act) => {
    requireBaseAccess(principal)
    const id = readId(request)
    act.concerns(id)
    return act.opened(existing(await source.detail(id, principal, exchangeOf(reply).signal)))
  })

  const media = audited<ById>(options, 'play', async (request, reply, { principal }, act) => {
    requireBaseAccess(principal)
    const id = readId(request)
    act.concerns(id)
    const signal = exchangeOf(reply).signal
    const ask = async () => existing(await source.media(id, principal, signal, mediaAsk(request)))
    // Who asks for the headers alone hears nothing.
    const found = await (request.method === 'HEAD' ? ask() : act.listens(readPiece(request, reply), ask))
    return sendMedia(request, reply, found)
  })

  /** The stores record nothing themselves, so whoever may ask is told of no call. */
  const live = audited(options, 'live', async (_request, _reply, { principal }) => {
    if (principal.role === 'manager') return []
    throw new Problem({
      status: 403,
      code: 'forbidden',
      message: `${principal.username} may not see calls in progress: it takes “Complete management”.`,
    })
  })

  app.get(RECORDINGS, list)
  app.get(`${RECORDINGS}/:id`, detail)
  app.get(`${RECORDINGS}/:id/Media`, media)
  app.get(`${API_BASE}/LiveRecordings`, live)
}
