/** How Fastify is set up, before any route. */
import type { FastifyInstance, FastifyServerOptions } from 'fastify'
import { randomUUID } from 'node:crypto'
import type { TlsMaterial } from '../config/certificates.ts'
import { refuseConnections, sendEarlyProblems } from './failures.ts'
import type { Headers } from './headers.ts'
import type { Limits } from './limits.ts'
import { logOptions, type LogTo } from './logs.ts'
import { rewriteTarget } from './targets.ts'
import { tlsOptions } from './tls.ts'

export interface ServerSettings {
  readonly limits: Limits
  /** Headers of answers over TLS. */
  readonly transport: Headers
  /** Null or missing means plain HTTP. */
  readonly tls?: TlsMaterial | null | undefined
  /** Addresses of proxies that are trusted about the client and TLS. */
  readonly trustProxy?: readonly string[] | undefined
  /** Null logs nothing. */
  readonly log: LogTo | null
}

/** Fastify's options. Every limit is tested on a raw socket. */
export function serverOptions(settings: ServerSettings): FastifyServerOptions {
  const { limits, transport, tls, trustProxy, log } = settings
  const connection = {
    headersTimeout: limits.headersMs,
    requestTimeout: limits.requestMs,
    connectionsCheckingInterval: limits.checkEveryMs,
    maxHeaderSize: limits.headerBytes,
    // Node's own refusal lacks our headers; `requireKnownHost` refuses instead.
    requireHostHeader: false,
  }
  return {
    // Fastify ignores `http` if there is `https`, so both carry the limits.
    http: connection,
    https: tls ? { ...connection, ...tlsOptions(tls), handshakeTimeout: limits.headersMs } : null,
    requestTimeout: limits.requestMs,
    bodyLimit: limits.bodyBytes,
    // A long parameter is not a GUID and gets a 400; without this it would get 414.
    routerOptions: { maxParamLength: limits.addressBytes, querystringParser: () => ({}) },
    trustProxy: [...(trustProxy ?? [])],
    genReqId: () => randomUUID(),
    requestIdHeader: false,
    return503OnClosing: false,
    rewriteUrl: rewriteTarget,
    frameworkErrors: sendEarlyProblems(transport),
    clientErrorHandler: refuseConnections(transport),
    ...logOptions(log),
  } as FastifyServerOptions
}

/** Bodies are JSON. An empty one is fine if the address alone says everything. */
export function readJsonOnly(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error')
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') done(null, undefined)
    else parse(request, String(body), done)
  })
}
