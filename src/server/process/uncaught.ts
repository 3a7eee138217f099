/** Uncaught errors. Those of a connection must not end the host; its own faults must, by an orderly stop. */
interface UncaughtLog {
  error(details: object, message: string): void
  fatal(details: object, message: string): void
}

/** Stack frames that errors of every origin pass through. */
const passing = /\bnode:(events|assert|internal\/(errors|assert|process\/|streams\/|util|timers|async_hooks))/
const ofConnections =
  /\bnode:(net|tls|dns|https?|_tls_\w+|_http_\w+|internal\/(stream_base_commons|js_stream_socket|http|net|dns\/\w+|tls\/\S+))\b|[\\/]node_modules[\\/]undici[\\/]/

/** Whether sockets, Node's HTTP parser or undici threw the error, and not the host's use of them. */
export function isOfConnection(error: unknown): boolean {
  const lines = error instanceof Error ? (error.stack ?? '').split('\n') : []
  const frames = lines.filter((line) => /^\s+at /.test(line))
  const origin = frames.find((frame) => !passing.test(frame))
  return origin !== undefined && ofConnections.test(origin)
}

/**
 * Logs uncaught errors and rejected promises from now on. The host goes on after a failure of a connection. It stops
 * after any other, since that may have left work half done.
 * @param log writes an error without its message, which may repeat the request.
 * @param stop ends the process in bounded time, with 1 unless a stop is under way; further calls do no harm.
 */
export function surviveConnections(log: UncaughtLog, stop: () => void): void {
  // Node passes rejections to this listener too, since none listens for rejections alone.
  process.on('uncaughtException', (error, origin) => {
    const details = { err: error instanceof Error ? error : new Error('not an error'), origin }
    if (isOfConnection(error)) {
      log.error(details, 'a connection failed, and nothing caught the error')
      return
    }
    log.fatal(details, 'uncaught')
    stop()
  })
}
