/**
 * Cuts off clients that read an answer too slowly. Until its last byte, each answer holds a place, a store snapshot or
 * a file, and the requests that the client has sent ahead.
 */
import type { FastifyInstance, FastifyReply } from 'fastify'
import { exchangeOf } from './exchange.ts'

export interface ReadingPace {
  /** The slowest pace allowed, bytes a second. */
  readonly bytesPerSecond: number
  /** How long the pace is measured, ms. */
  readonly overMs: number
}

export const standardPace: ReadingPace = { bytesPerSecond: 1024, overMs: 30_000 }

const LOOKS = 6

/** Watches every answer from its turn on. Time in which the host has nothing to send does not count. */
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
