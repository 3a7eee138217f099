/** Forwarded requests, and a warning if no proxy is trusted. */
import type { FastifyInstance, FastifyRequest } from 'fastify'

/** Whether a proxy, a gateway or a tunnel says that it forwards the request for a client. */
export function isForwarded({ raw }: FastifyRequest): boolean {
  return Object.keys(raw.headers).some((name) => /^(forwarded|x-forwarded-.*|x-real-ip|via)$/.test(name))
}

/**
 * Warns once if a proxy forwards requests and no proxy is trusted. All its clients then count as one address, and the
 * host does not see the TLS in front of the proxy.
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
