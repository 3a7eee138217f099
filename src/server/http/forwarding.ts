/** Requests that somebody passed on, and whether anybody is believed about it. */
import type { FastifyInstance, FastifyRequest } from 'fastify'

/** Whether a proxy, a gateway or a tunnel says that it passes the request on for somebody else. */
export function isForwarded({ raw }: FastifyRequest): boolean {
  return Object.keys(raw.headers).some((name) => /^(forwarded|x-forwarded-.*|x-real-ip|via)$/.test(name))
}

/**
 * Warns once where a proxy speaks for its clients and nobody believes it: all of them then count as one address, and
 * the TLS before the proxy is not seen.
 */
export function warnOfUntrustedProxy(app: FastifyInstance, trustProxy: readonly string[]): void {
  let isTold = trustProxy.length > 0
  app.addHook('onRequest', async (request) => {
    if (isTold || !isForwarded(request)) return
    isTold = true
    request.log.warn(
      'a proxy passes requests on, and TRUST_PROXY is not set: all its clients count as one address, and their TLS is not seen. Set TRUST_PROXY to the addresses of your own proxies',
    )
  })
}
