/** The Recordings API: the list, one recording, its audio, and the calls being recorded now. */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { API_BASE, RECORDINGS } from '../../contract/endpoints.ts'
import { writeUtc } from '../../contract/instants.ts'
import { Problem } from '../../contract/problems.ts'
import { isGuid } from '../../contract/recording.ts'
import { MAX_PAGE_SIZE, readApiQuery, type Paging, type Search } from '../../contract/search.ts'
import type { Audit } from '../audit/audit.ts'
import { audited, readPiece, readPurpose } from './auditing.ts'
import type { Viewer, Viewers } from '../auth/viewer.ts'
import { requireBaseAccess } from './base-access.ts'
import { takePlace, type Lanes } from './lanes.ts'
import { mediaAsk, sendMedia } from './media.ts'
import { rawQuery } from '../http/requests.ts'
import type { Source } from '../sources/source.ts'
import { sendWholeList, writeRows } from './whole-list.ts'

export interface RecordingsOptions {
  readonly source: Source
  readonly viewers: Viewers
  readonly audit: Audit
  readonly lanes: Lanes
  /** Where users ask for rights; null names the administrator. */
  readonly contact: string | null
  readonly nowMs: () => number
}

interface Query {
  readonly search: Search
  readonly paging: Paging | null
}

function readQuery(request: FastifyRequest, viewer: Viewer): Query {
  const query = readApiQuery(new URLSearchParams(rawQuery(request)))
  if (!query.ok) throw new Problem({ code: 'invalid_query', ...query })
  const pageSize = query.paging?.pageSize ?? Number.POSITIVE_INFINITY
  if (viewer.via === 'session' && pageSize > MAX_PAGE_SIZE) {
    throw new Problem({
      code: 'invalid_query',
      reason: 1,
      message: `A session may ask for up to ${MAX_PAGE_SIZE} recordings at once: give page and pageSize.`,
    })
  }
  return query
}

type ById = FastifyRequest<{ Params: { id: string } }>

function readId(request: ById): string {
  const { id } = request.params
  if (isGuid(id)) return id
  throw new Problem({ code: 'invalid_request', message: 'The recording’s id is not a GUID.' })
}

function existing<T>(found: T | null): T {
  if (found !== null) return found
  throw new Problem({
    code: 'not_found',
    message: 'This recording is not available: removed, expired, or outside your rights.',
  })
}

export function recordingRoutes(app: FastifyInstance, options: RecordingsOptions): void {
  const { source, lanes, contact, nowMs } = options

  const list = audited(options, 'search', async (request, reply, viewer, act) => {
    const { principal } = viewer
    requireBaseAccess(principal, contact)
    const { search, paging } = readQuery(request, viewer)
    await act.searches(search, paging, readPurpose(request))
    if (!paging || paging.pageSize > MAX_PAGE_SIZE) {
      const signal = await takePlace(lanes, 'wholeLists', principal, reply)
      const found = await act.exports(await source.listAll(search, principal, signal))
      return sendWholeList(request, reply, writeRows(found, paging))
    }
    const signal = await takePlace(lanes, 'searches', principal, reply)
    const page = await act.found(await source.list(search, paging, principal, signal))
    const owners = source.ownerNames(page.recordings, principal)
    // Programs get the vendor's answer and no more.
    return viewer.via === 'session' ? { ...page, asOf: writeUtc(nowMs()), owners } : page
  })

  const detail = audited<ById>(options, 'open', async (request, reply, { principal }, act) => {
    requireBaseAccess(principal, contact)
    const id = readId(request)
    act.concerns(id)
    const signal = await takePlace(lanes, 'details', principal, reply)
    return act.opened(existing(await source.detail(id, principal, signal)))
  })

  const media = audited<ById>(options, 'play', async (request, reply, { principal }, act) => {
    requireBaseAccess(principal, contact)
    const id = readId(request)
    act.concerns(id)
    const signal = await takePlace(lanes, 'listenings', principal, reply)
    const ask = async () => existing(await source.media(id, principal, signal, mediaAsk(request)))
    // A request for the headers alone plays nothing.
    const found = await (request.method === 'HEAD' ? ask() : act.listens(readPiece(request, reply), ask))
    return sendMedia(request, reply, found)
  })

  /** The stores record nothing themselves, so the answer to a manager is an empty list. */
  const live = audited(options, 'live', async (_request, _reply, { principal }) => {
    if (principal.role === 'manager') return []
    throw new Problem({
      code: 'forbidden',
      message: `${principal.username} may not see calls in progress: it takes “Complete management”.`,
    })
  })

  app.get(RECORDINGS, list)
  app.get(`${RECORDINGS}/:id`, detail)
  app.get(`${RECORDINGS}/:id/Media`, media)
  app.get(`${API_BASE}/LiveRecordings`, live)
}
