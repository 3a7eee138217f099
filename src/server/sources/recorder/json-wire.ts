/** Lists and details: short answers, which are bounded and read as fast as they come. */
import { buildConnector, Pool } from 'undici'
import { KEEP_ALIVE_MS, MAX_HEADER_BYTES, MAX_JSON_BYTES } from './limits.ts'
import { NotConnected, trustOf, type Wire, type WireOptions } from './wire.ts'

/** A little more than is read, so that it is the reader that refuses too much. */
const MAX_BODY_BYTES = MAX_JSON_BYTES + 256 * 1024
/**
 * How far a reader may fall behind before the connection is paused. No answer gets so far: undici 7 ends the process
 * where a connection closes while it is paused ("Uncatchable AssertionError on socket end").
 */
const AHEAD_BYTES = MAX_BODY_BYTES + 1

function connectorOf({ ca, limits, breaker }: WireOptions): buildConnector.connector {
  const connect = buildConnector({ timeout: limits.connectMs, ...trustOf(ca) })
  return (options, callback) =>
    connect(options, (failure, socket) => {
      if (!failure) {
        breaker.connected()
        return callback(null, socket)
      }
      breaker.failed(failure)
      callback(new NotConnected(failure), null)
    })
}

export function openJsonWire(options: WireOptions): Wire {
  const { origin, limits, connections } = options
  const pool = new Pool(origin, {
    connections,
    connect: connectorOf(options),
    pipelining: 1,
    keepAliveTimeout: KEEP_ALIVE_MS,
    headersTimeout: limits.firstByteMs,
    bodyTimeout: limits.firstByteMs,
    maxHeaderSize: MAX_HEADER_BYTES,
    maxResponseSize: MAX_BODY_BYTES,
  })
  return {
    ask: ({ path, headers }, signal) =>
      pool.request({ method: 'GET', path, headers, signal, highWaterMark: AHEAD_BYTES }),
    sockets: () => pool.stats.connected,
    close: () => pool.destroy(),
  }
}
