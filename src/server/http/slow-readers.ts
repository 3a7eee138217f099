/**
 * Cuts off clients that take an answer too slowly: until its last byte each holds a place, a snapshot of the store or a
 * file, and the requests that it has sent ahead.
 */
import type { FastifyInstance, FastifyReply } from 'fastify'
import { exchangeOf } from './exchange.ts'

export interface ReadingPace {
  /** The least that a client may take, bytes a second. */
  readonly bytesPerSecond: number
  /** Over so many ms. */
  readonly overMs: number
}

export const standardPace: ReadingPace = { bytesPerSecond: 1024, overMs: 30_000 }

const LOOKS = 6

/** Watches every answer from its turn on. Time in which the host itself has nothing to send does not count. */
export function cutSlowReaders(app: FastifyInstance, pace: ReadingPace): void {
  app.addHook('onRequest', async (_request, reply) => cutSlowReader(reply, pace))
}

function cutSlowReader(reply: FastifyReply, { bytesPerSecond, overMs }: ReadingPace): void {
  const { raw, request } = reply
  const { socket } = request.raw
  const least = (bytesPerSecond * overMs) / 1000
  const taken = (): number => socket.bytesWritten - socket.writableLength
  let before = taken()
  let looks = 0
  const timer = setInterval(() => {
    const isWaiting = raw.writableLength > 0 || socket.writableLength > 0
    looks += 1
    if (!isWaiting || taken() - before >= least) {
      before = taken()
      looks = 0
    } else if (looks >= LOOKS) {
      request.log.warn('client took an answer too slowly')
      socket.destroy()
    }
  }, overMs / LOOKS)
  timer.unref()
  exchangeOf(reply).onOver(() => clearInterval(timer))
}
