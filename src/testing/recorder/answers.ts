/** The answers of the vendor's server without faults. The quirks choose how it interprets the contract. */
import type { OutgoingHttpHeaders } from 'node:http'
import { RECORDINGS } from '../../contract/endpoints.ts'
import { isGuid } from '../../contract/recording.ts'
import { filterNames, readApiQuery } from '../../contract/search.ts'
import { audioOf, type Call } from './calls.ts'
import { find, sameUser } from './matching.ts'
import type { Quirks } from './quirks.ts'
import type { RecorderUser } from './users.ts'
import { writeDetail, writeRow } from './wire.ts'

export interface RecorderAnswer {
  readonly status: number
  readonly headers: OutgoingHttpHeaders
  readonly body: Buffer
}

export type ApiRoute = 'list' | 'detail' | 'media'
export interface Target {
  readonly route: ApiRoute
  /** As the client sent it; empty for the list. */
  readonly id: string
}

/** @returns null for a path that the API does not have. */
export function readTarget(path: string): Target | null {
  if (path === RECORDINGS) return { route: 'list', id: '' }
  const [, id, media] = /^\/([^/]+)(\/Media)?$/.exec(path.replace(RECORDINGS, '')) ?? []
  if (id === undefined || !path.startsWith(`${RECORDINGS}/`)) return null
  return { route: media === undefined ? 'detail' : 'media', id }
}

/** The recorder's calls, and how it interprets requests. */
export interface World {
  readonly calls: readonly Call[]
  readonly quirks: Quirks
}

/** How a faulty answer departs from the request. */
export interface Liberties {
  readonly ignoredFilters: readonly string[]
  /** Replaces `pageSize`; null obeys it. */
  readonly rows: number | 'all' | null
}

const json = (status: number, body: unknown): RecorderAnswer => ({
  status,
  headers: { 'content-type': 'application/json; charset=utf-8' },
  body: Buffer.from(JSON.stringify(body)),
})

/** An error without a documented body. */
export function failure(status: number, message: string, { errorBodies }: Quirks): RecorderAnswer {
  if (errorBodies === 'json') return json(status, { message })
  if (errorBodies === 'empty') return { status, headers: {}, body: Buffer.alloc(0) }
  const headers = { 'content-type': 'text/html' }
  return { status, headers, body: Buffer.from(`<!DOCTYPE html><title>${status} - ${message}</title>`) }
}

const invalid = (reason: 0 | 1, message: string): RecorderAnswer => json(400, { reason, message })

function knownParameters({ remoteParameter }: Quirks): string[] {
  const plain = filterNames.filter((name) => name !== 'remotePartyNumber')
  const remote = remoteParameter === 'both' ? ['remotePartyNumber', 'remoteParty'] : [remoteParameter]
  return ['page', 'pageSize', ...plain, ...remote]
}

const numberParameters = ['localPartyNumber', 'remotePartyNumber', 'remoteParty']

/** The calls that a user may find. */
const reach = ({ calls, quirks }: World, user: RecorderUser): readonly Call[] =>
  user.may === 'all'
    ? calls
    : calls.filter(({ owner }) => owner !== null && sameUser(owner.username, user.username, quirks))

/** @param query without the `?`. @param turn counts the answers. */
export function answerList(
  world: World,
  user: RecorderUser,
  query: string,
  turn: number,
  liberties: Liberties,
): RecorderAnswer {
  const { quirks } = world
  const params = new URLSearchParams(quirks.rawPlus === 'plus' ? query.replaceAll('+', '%2B') : query)
  const known = knownParameters(quirks)
  const unknown = [...params.keys()].filter((name) => !known.includes(name))
  if (unknown.length > 0 && quirks.unknownParameter === 'refused')
    return invalid(0, `Unknown parameter ${unknown.join(', ')}.`)
  for (const name of [...unknown, ...liberties.ignoredFilters]) params.delete(name)
  const read = readApiQuery(params)
  if (!read.ok) return invalid(read.reason, read.message)
  // The contract's reader accepts a space for a plus. A server that compares plain text would find nothing.
  const spaced = numberParameters.some((name) => params.get(name)?.includes(' ') === true)
  const found = spaced ? [] : find(reach(world, user), read.search, quirks, turn)
  const page = read.paging?.page ?? 0
  const { rows } = liberties
  const asked = read.paging?.pageSize ?? Infinity
  const size = rows === null ? asked : rows === 'all' ? Infinity : Math.min(asked, rows)
  const from = size === Infinity ? 0 : page * size
  if (page > 0 && from >= found.length && quirks.pastTheEnd === 'refused')
    return invalid(1, `There is no page ${page}.`)
  const recordings = found.slice(from, from + size).map((call) => writeRow(call, quirks))
  return json(200, { totalCount: found.length, recordings })
}

/** Finds a recording that the user may see. @returns the answer to send if there is none. */
function seek({ calls, quirks }: World, user: RecorderUser, id: string): Call | RecorderAnswer {
  if (!isGuid(id)) return failure(400, 'Not a recording id', quirks)
  const call = calls.find((candidate) => candidate.id.toLowerCase() === id.toLowerCase())
  if (!call) return failure(404, 'No such recording', quirks)
  if (reach({ calls: [call], quirks }, user).length > 0) return call
  return failure(quirks.outOfReach, quirks.outOfReach === 403 ? 'Not yours' : 'No such recording', quirks)
}

export function answerDetail(world: World, user: RecorderUser, id: string): RecorderAnswer {
  const call = seek(world, user, id)
  return 'status' in call ? call : json(200, writeDetail(call, world.quirks))
}

/** @returns the first and last byte, counted from 0; null for the whole; 'none' if no byte of the range exists. */
function readRange(range: string | undefined, size: number): readonly [number, number] | null | 'none' {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(range ?? '') ?? []
  if (first === '' && last === '') return null
  if (first === '') return Number(last) === 0 ? 'none' : [Math.max(size - Number(last), 0), size - 1]
  const to = last === '' ? size - 1 : Math.min(Number(last), size - 1)
  return Number(first) > to ? 'none' : [Number(first), to]
}

/** @param range the unparsed header. */
export function answerMedia(
  world: World,
  user: RecorderUser,
  id: string,
  range: string | undefined,
): RecorderAnswer {
  const { quirks } = world
  const call = seek(world, user, id)
  if ('status' in call) return call
  if (call.audioFrames === null) return failure(404, 'No such media', quirks)
  const audio = audioOf(call)
  const fileName = `attachment; filename="${call.referenceNumber}.mp3"`
  const headers: OutgoingHttpHeaders = {
    'content-type': 'audio/mpeg',
    ...(quirks.acceptRanges ? { 'accept-ranges': 'bytes' } : {}),
    ...(quirks.contentDisposition ? { 'content-disposition': fileName } : {}),
    ...(quirks.mediaLength === 'chunked' ? { 'transfer-encoding': 'chunked' } : {}),
  }
  const part = quirks.ranges === 'honoured' ? readRange(range, audio.length) : null
  if (part === null) return { status: 200, headers, body: audio }
  if (part === 'none')
    return { status: 416, headers: { 'content-range': `bytes */${audio.length}` }, body: Buffer.alloc(0) }
  const [first, last] = part
  const contentRange = `bytes ${first}-${last}/${audio.length}`
  const body = audio.subarray(first, last + 1)
  return { status: 206, headers: { ...headers, 'content-range': contentRange }, body }
}
