/** What nobody caught. A stranger's connection must not end the host; a fault of its own must, but in good order. */
interface UncaughtLog {
  error(details: object, message: string): void
  fatal(details: object, message: string): void
}

/** Frames that errors of every origin pass through. */
const passing = /\bnode:(events|assert|internal\/(errors|assert|process\/|streams\/|util|timers|async_hooks))/
const ofConnections =
  /\bnode:(net|tls|dns|https?|_tls_\w+|_http_\w+|internal\/(stream_base_commons|js_stream_socket|http|net|dns\/\w+|tls\/\S+))\b|[\\/]node_modules[\\/]undici[\\/]/

/** Whether it was thrown by sockets, by what reads HTTP, or by undici, and not by what the host does with them. */
export function isOfConnection(error: unknown): boolean {
  const lines = error instanceof Error ? (error.stack ?? '').split('\n') : []
  const frames = lines.filter((line) => /^\s+at /.test(line))
  const origin = frames.find((frame) => !passing.test(frame))
  return origin !== undefined && ofConnections.test(origin)
}

/**
 * From now on logs what nobody caught, rejected promises as well. It goes on after a failure of a connection, and stops
 * after any other, since nobody knows what that has left half done.
 * @param log writes an error without its message, which may repeat what was asked.
 * @param stop ends the process with 1, in bounded time; more than once does no harm.
 */
export function surviveConnections(log: UncaughtLog, stop: () => void): void {
  // Node hands a rejection to the same listener where there is none for rejections alone.
  process.on('uncaughtException', (error, origin) => {
    const details = { err: error instanceof Error ? error : new Error('not an error'), origin }
    if (isOfConnection(error)) {
      log.error(details, 'a connection failed where nobody caught it')
      return
    }
    log.fatal(details, 'uncaught')
    stop()
  })
}
