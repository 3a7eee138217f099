/** Asks for a recording's audio, and reads the headers of the answer. */
import { createHash } from 'node:crypto'
import { mediaEndpoint } from '../../../contract/endpoints.ts'
import { header, mediaTypeOf, problemOf } from './answers.ts'
import type { RecorderClient } from './connection.ts'
import { recorderFailed } from './failures.ts'
import { discard, type WireAnswer } from './wire.ts'

export interface AudioFacts {
  /** Bytes, or null if the recorder does not send the length first. */
  readonly size: number | null
  /** The recorder's own validator, or null. */
  readonly etag: string | null
  readonly fileName: string
}

/** From `inline; filename="2017000000175.mp3"` the name, if any system allows it for a file. */
function fileNameOf(answer: WireAnswer, id: string): string {
  const disposition = header(answer.headers, 'content-disposition') ?? ''
  const name = /filename="?([\w.-]{1,100})"?\s*(?:;|$)/i.exec(disposition)?.[1]
  return name !== undefined && /^\w.*\.mp3$/i.test(name) ? name : `${id}.mp3`
}

export function factsOf(answer: WireAnswer, id: string): AudioFacts {
  const length = header(answer.headers, 'content-length')
  return {
    size: length !== null && /^\d{1,15}$/.test(length) ? Number(length) : null,
    etag: /^"([\w.:+/=-]{1,200})"$/.exec(header(answer.headers, 'etag') ?? '')?.[1] ?? null,
    fileName: fileNameOf(answer, id),
  }
}

/** A finished recording does not change, so its id and size are a validator if the recorder has none. */
export const etagOf = ({ etag }: AudioFacts, id: string, size: number): string =>
  etag ?? createHash('sha256').update(`${id.toLowerCase()} ${size}`).digest('base64url')

const isAudio = (answer: WireAnswer): boolean =>
  /^(audio\/[\w.+-]+|application\/octet-stream)$/.test(mediaTypeOf(answer)) &&
  ['', 'identity'].includes(header(answer.headers, 'content-encoding') ?? '')

/**
 * Asks for the audio, whole or in part.
 * @param range the value of the `Range` header, or null for the whole.
 * @returns the answer at its first byte, or null if there is none or the user may not hear it.
 */
export async function askAudio(
  client: RecorderClient,
  id: string,
  range: string | null,
  signal: AbortSignal,
): Promise<WireAnswer | null> {
  const call = { lane: 'audio', path: mediaEndpoint(id), accept: 'audio/mpeg' } as const
  return client.inTime(signal, async (limited) => {
    const answer = await client.ask(range === null ? call : { ...call, range }, limited)
    // Both look the same, because users who may not hear a recording must not learn that it exists.
    if ([403, 404].includes(answer.statusCode)) {
      discard(answer)
      return null
    }
    if (answer.statusCode !== 200 && answer.statusCode !== 206) throw await problemOf(answer, limited)
    // A part must not pass for the whole.
    const isWanted = range !== null || answer.statusCode === 200
    if (isAudio(answer) && isWanted) return answer
    discard(answer)
    if (!isWanted) throw recorderFailed('answered a part of the audio where all of it was asked for')
    throw recorderFailed(`answered ${mediaTypeOf(answer) || 'no type'}, not audio`)
  })
}
