/** Stops the host. */
import type { FastifyInstance } from 'fastify'
import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import { constants } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { DRAIN_MS, type Drain } from '../http/drain.ts'

/** After this, the system closes the rest: a service manager would kill the host soon after. */
const STOP_MS = 24_000

export interface Running {
  readonly app: FastifyInstance
  readonly drain: Drain
  /** Close the host's dependencies, in this order, after the host itself. */
  readonly closing: readonly (() => unknown)[]
}

/**
 * Node's own list of connections omits those in their TLS handshake and those that arrive while the host closes. Each
 * would keep it from ending.
 * @returns a function that closes every connection, and from then on every new one.
 */
function trackConnections(server: Server): () => void {
  const open = new Set<Socket>()
  let isOver = false
  server.on('connection', (socket: Socket) => {
    if (isOver) {
      socket.destroy()
      return
    }
    open.add(socket)
    socket.once('close', () => open.delete(socket))
  })
  return () => {
    isOver = true
    for (const socket of open) socket.destroy()
  }
}

async function stop({ app, drain, closing }: Running, disconnect: () => void): Promise<void> {
  const enough = new AbortController()
  const overdue = sleep(DRAIN_MS, undefined, { signal: enough.signal }).catch(() => undefined)
  await Promise.race([drain.begin(), overdue])
  enough.abort()
  disconnect()
  await app.close()
  for (const close of closing) await close()
}

/**
 * On SIGTERM or SIGINT, refuses new requests, waits for running ones, closes everything and exits with 0, within
 * 25 seconds whatever clients do. A second signal cuts running requests off and exits with the code of a process that
 * the signal ended.
 * @returns a function that stops in the same way without a signal, and exits with the given code.
 */
export function stopOnSignals(running: Running): (code: number) => void {
  const { log } = running.app
  const disconnect = trackConnections(running.app.server)
  let isStopping = false
  const begin = (code: number): void => {
    if (isStopping) return
    isStopping = true
    setTimeout(() => {
      log.warn('stopped before everything was closed')
      process.exit(code)
    }, STOP_MS).unref()
    stop(running, disconnect).then(
      () => {
        log.info('stopped')
        process.exit(code)
      },
      (error: unknown) => {
        log.error({ err: error }, 'stopped with a failure')
        process.exit(1)
      },
    )
  }
  const told = (signal: 'SIGTERM' | 'SIGINT'): void => {
    if (isStopping) {
      log.warn({ signal }, 'stopped at once')
      process.exit(128 + constants.signals[signal])
    }
    log.info({ signal }, 'stopping')
    begin(0)
  }
  process.on('SIGTERM', told)
  process.on('SIGINT', told)
  return begin
}
