import type { IncomingMessage, ServerResponse } from 'node:http'
import type { RecorderExchange } from './delivery.ts'

/** Counts the running exchanges, and those that the client left early. */
export function createExchanges() {
  const running = new Set<RecorderExchange>()
  const ours = new Set<RecorderExchange>()
  let aborted = 0
  return {
    active: (): number => running.size,
    aborted: (): number => aborted,
    /** From now on, the recorder itself cuts off the running exchanges, and not their clients. */
    disown(): void {
      for (const exchange of running) ours.add(exchange)
    },
    open(request: IncomingMessage, response: ServerResponse): RecorderExchange {
      const gone = new AbortController()
      const exchange: RecorderExchange = {
        request,
        response,
        gone: gone.signal,
        drop(how = 'close') {
          ours.add(exchange)
          if (how === 'reset') request.socket.resetAndDestroy()
          else request.socket.destroySoon()
        },
      }
      running.add(exchange)
      response.once('close', () => {
        running.delete(exchange)
        if (!response.writableFinished && !ours.has(exchange)) aborted += 1
        ours.delete(exchange)
        gone.abort()
      })
      return exchange
    },
  }
}
