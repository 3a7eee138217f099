/** Sends an answer, with or without a fault. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import type { RecorderAnswer } from './answers.ts'
import type { DeliveryFault } from './faults.ts'
import { silentMp3 } from './silent-mp3.ts'

export interface RecorderExchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** Aborts once the answer is sent or the connection is gone. */
  readonly gone: AbortSignal
  /** Closes the connection after the written bytes, without counting the client as gone. */
  drop(how?: 'close' | 'reset'): void
}

/** Writes the headers with this length; null writes none. */
function head(
  { response }: RecorderExchange,
  { status, headers }: RecorderAnswer,
  length: number | null,
): void {
  const own = Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined))
  const untold = length === null || 'transfer-encoding' in own || status === 204 || status === 304
  response.writeHead(status, untold ? own : { 'content-length': length, ...own })
}

const send = (
  exchange: RecorderExchange,
  answer: RecorderAnswer,
  length: number | null = answer.body.length,
): void => {
  head(exchange, answer, length)
  exchange.response.end(answer.body)
}

/** Sends the headers of the whole answer and half of its body. */
function sendHalf(exchange: RecorderExchange, answer: RecorderAnswer, then = (): void => {}): void {
  head(exchange, answer, answer.body.length)
  exchange.response.write(answer.body.subarray(0, Math.ceil(answer.body.length / 2)), then)
}

function sendLength(
  exchange: RecorderExchange,
  answer: RecorderAnswer,
  { claim }: Extract<DeliveryFault, { kind: 'length' }>,
): void {
  const { response } = exchange
  const { length } = answer.body
  if (claim === 'too-short') send(exchange, answer, Math.floor(length / 2))
  else if (claim === 'too-long') {
    response.once('finish', () => exchange.drop())
    send(exchange, answer, length + 1000)
  } else {
    response.useChunkedEncodingByDefault = claim === 'chunked'
    send(exchange, answer, null)
  }
}

function drip(exchange: RecorderExchange, answer: RecorderAnswer, everyMs: number): void {
  const { response, gone } = exchange
  let sent = 0
  head(exchange, answer, answer.body.length)
  response.flushHeaders()
  const timer = setInterval(() => {
    if (sent < answer.body.length) response.write(answer.body.subarray(sent, (sent += 1)))
    else response.end()
  }, everyMs)
  gone.addEventListener('abort', () => clearInterval(timer))
}

const CHUNK_BYTES = 65_536

/** The body, with harmless filler before its last byte until it has this size. */
function* flooded({ body, headers }: RecorderAnswer, size: number): Generator<Buffer> {
  const audio = headers['content-type'] === 'audio/mpeg'
  const filler = audio ? silentMp3(682, 'flood') : Buffer.alloc(CHUNK_BYTES, ' ')
  yield body.subarray(0, -1)
  for (let left = size - body.length; left > 0; left -= filler.length) yield filler.subarray(0, left)
  yield body.subarray(-1)
}

async function flood(
  exchange: RecorderExchange,
  answer: RecorderAnswer,
  { bytes, lengthTold }: Extract<DeliveryFault, { kind: 'flood' }>,
): Promise<void> {
  head(exchange, answer, lengthTold && Number.isFinite(bytes) ? bytes : null)
  // When the client stops reading, the pipeline fails. The tests want exactly that.
  await pipeline(Readable.from(flooded(answer, bytes)), exchange.response).catch(() => {})
}

function interim({ response }: RecorderExchange): void {
  response.writeContinue()
  response.writeProcessing()
  response.writeEarlyHints({ link: '</x.js>; rel=preload; as=script' })
}

function cut(
  exchange: RecorderExchange,
  answer: RecorderAnswer,
  after: 'nothing' | 'headers' | 'half',
): void {
  if (after === 'half') sendHalf(exchange, answer, () => exchange.drop())
  else {
    if (after === 'headers') head(exchange, answer, answer.body.length)
    if (after === 'headers') exchange.response.flushHeaders()
    exchange.drop()
  }
}

function compress(answer: RecorderAnswer, encoding: 'gzip' | 'br'): RecorderAnswer {
  const body = encoding === 'br' ? brotliCompressSync(answer.body) : gzipSync(answer.body)
  return { ...answer, headers: { ...answer.headers, 'content-encoding': encoding }, body }
}

/** @param how the fault; null sends the answer correctly. */
export function deliver(exchange: RecorderExchange, answer: RecorderAnswer, how: DeliveryFault | null): void {
  switch (how?.kind) {
    case undefined:
      return send(exchange, answer)
    case 'silence':
      return
    case 'stall':
      return sendHalf(exchange, answer)
    case 'cut':
      return cut(exchange, answer, how.after)
    case 'reset':
      return sendHalf(exchange, answer, () => exchange.drop('reset'))
    case 'length':
      return sendLength(exchange, answer, how)
    case 'drip':
      return drip(exchange, answer, how.everyMs)
    case 'flood':
      return void flood(exchange, answer, how)
    case 'raw':
      exchange.request.socket.write(how.bytes, 'latin1')
      return exchange.drop()
    case 'compressed':
      return send(exchange, compress(answer, how.encoding))
    case 'interim':
      interim(exchange)
      return send(exchange, answer)
    case 'close-idle':
      exchange.response.once('finish', () => exchange.drop())
      return send(exchange, answer)
  }
}
