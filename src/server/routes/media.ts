/** Audio, whole or in part: players request parts when the listener jumps. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Problem } from '../../contract/problems.ts'
import { isFromStart, placeRange, readRange, writeContentRange } from '../../contract/ranges.ts'
import { nothing, rawQuery } from '../http/requests.ts'
import type { Media, MediaAsk } from '../sources/source.ts'

/** Whether the audio is saved rather than played. */
export function isDownload(request: FastifyRequest): boolean {
  return new URLSearchParams(rawQuery(request)).get('download') === '1'
}

/** A player begins at the first byte and goes on from others. The page asks for one byte to learn what went wrong. */
export function mediaAsk(request: FastifyRequest): MediaAsk {
  const asked = readRange(request.headers.range)
  const isProbe = asked?.kind === 'between' && asked.end === 0
  return isDownload(request) || (isFromStart(asked) && !isProbe) ? 'first' : 'further'
}

/** `inline` plays and `attachment` saves, both under the reference number. */
function disposition(request: FastifyRequest, fileName: string): string {
  const kind = isDownload(request) ? 'attachment' : 'inline'
  const plain = fileName.replaceAll(/[^\w.-]/g, '_')
  const exact = plain === fileName ? '' : `; filename*=UTF-8''${encodeURIComponent(fileName)}`
  return `${kind}; filename="${plain}"${exact}`
}

/** @throws Problem 416 if the range lies outside the audio, with `Content-Range` set to its size. */
export function sendMedia(request: FastifyRequest, reply: FastifyReply, media: Media): FastifyReply {
  const etag = `"${media.etag}"`
  reply.headers({
    'accept-ranges': 'bytes',
    'content-disposition': disposition(request, media.fileName),
    etag,
  })
  // A client would join the range to bytes of a different version, so it gets the whole audio.
  const condition = request.headers['if-range']
  const isSame = condition === undefined || condition === etag
  const asked = isSame ? readRange(request.headers.range) : null
  const range = asked && placeRange(asked, media.size)
  if (asked) reply.header('content-range', writeContentRange(range, media.size))
  if (asked && !range) {
    throw new Problem({
      code: 'range_not_satisfiable',
      message: `The recording has ${media.size} bytes.`,
    })
  }
  if (range) reply.code(206)
  const { start, end } = range ?? { start: 0, end: media.size - 1 }
  reply.type('audio/mpeg').header('content-length', end - start + 1)
  const empty = request.method === 'HEAD' || media.size === 0
  return reply.send(empty ? nothing() : media.open(start, end))
}
