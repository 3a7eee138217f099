/** Audio, whole or in part: players ask for parts when the listener jumps. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Problem } from '../../contract/problems.ts'
import { readRange } from '../http/ranges.ts'
import { nothing, rawQuery } from '../http/requests.ts'
import type { Media, MediaAsk } from '../sources/source.ts'

/** Whether the audio is to be saved, not played. */
export function isDownload(request: FastifyRequest): boolean {
  return new URLSearchParams(rawQuery(request)).get('download') === '1'
}

/** A player begins at the first byte and goes on at others; the page asks for one byte to learn what went wrong. */
export function mediaAsk(request: FastifyRequest): MediaAsk {
  const { range = '' } = request.headers
  return !isDownload(request) && /^bytes=(0*[1-9]\d*-|0+-0+$)/i.test(range) ? 'further' : 'first'
}

/** `inline` plays, `attachment` saves; either way under the reference number. */
function disposition(request: FastifyRequest, fileName: string): string {
  const kind = isDownload(request) ? 'attachment' : 'inline'
  const plain = fileName.replaceAll(/[^\w.-]/g, '_')
  const exact = plain === fileName ? '' : `; filename*=UTF-8''${encodeURIComponent(fileName)}`
  return `${kind}; filename="${plain}"${exact}`
}

/** @throws Problem 416 where the range lies outside, with `Content-Range` set to what there is. */
export function sendMedia(request: FastifyRequest, reply: FastifyReply, media: Media): FastifyReply {
  const etag = `"${media.etag}"`
  reply.headers({
    'accept-ranges': 'bytes',
    'content-disposition': disposition(request, media.fileName),
    etag,
  })
  // A range of other bytes than the client already has would be glued to them: it gets the whole anew.
  const condition = request.headers['if-range']
  const isSame = condition === undefined || condition === etag
  const range = readRange(isSame ? request.headers.range : undefined, media.size)
  if (range === 'unsatisfiable') {
    reply.header('content-range', `bytes */${media.size}`)
    throw new Problem({
      status: 416,
      code: 'range_not_satisfiable',
      message: `The recording has ${media.size} bytes.`,
    })
  }
  const { start, end } = range === 'whole' ? { start: 0, end: media.size - 1 } : range
  if (range !== 'whole') reply.code(206).header('content-range', `bytes ${start}-${end}/${media.size}`)
  reply.type('audio/mpeg').header('content-length', end - start + 1)
  const empty = request.method === 'HEAD' || media.size === 0
  return reply.send(empty ? nothing() : media.open(start, end))
}
