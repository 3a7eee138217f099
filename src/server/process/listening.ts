/** Binds servers to their addresses, and says what to do if that fails. */
import type { FastifyInstance } from 'fastify'
import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { hostname } from 'node:os'
import type { Config } from '../config/config.ts'
import type { Listen } from '../config/addresses.ts'
import { OperatorError } from '../platform/operator-error.ts'
import { codeOf } from '../platform/code-of.ts'

/**
 * Connections that the system queues until the host accepts them; it may allow fewer. A client that finds the queue
 * full tries again only seconds later.
 */
const BACKLOG = 4096

/** The variables that name an address. */
interface NamedBy {
  readonly host: string
  readonly port: string
}

const inBrackets = (host: string): string => (host.includes(':') ? `[${host}]` : host)

const LAST_PORT = 65_535

function explain(error: unknown, { host, port }: Listen, named: NamedBy): unknown {
  const code = codeOf(error)
  const isOneVariable = named.host === named.port
  if (code === 'EADDRINUSE') {
    const another = port === LAST_PORT ? port - 1 : port + 1
    const example = isOneVariable ? `${inBrackets(host)}:${another}` : another
    return new OperatorError(
      `Port ${port} on ${host} is in use. Stop the other program, or set ${named.port} to a free one. Example: ${named.port}=${example}`,
    )
  }
  if (code === 'EACCES') {
    return new OperatorError(`Port ${port} may not be used. Set ${named.port} to one from 1024.`)
  }
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
    const [name, withPort] = isOneVariable ? [inBrackets(host), `:${port}`] : [host, '']
    return new OperatorError(
      `${named.host}=${name}${withPort} is not an address of this machine. Example: ${named.host}=127.0.0.1${withPort}`,
    )
  }
  return error
}

function addressOf(server: Server, { host }: Listen): string {
  const { port } = server.address() as AddressInfo
  // `0.0.0.0` and `::` mean all addresses of this machine, and browsers cannot open them.
  const name = ['0.0.0.0', '::'].includes(host) ? hostname() : host
  return `${inBrackets(name)}:${port}`
}

/** @returns the address to open in a browser. @throws OperatorError */
export async function listenForRequests(app: FastifyInstance, config: Config): Promise<string> {
  const { host, port } = config
  try {
    await app.listen({ host, port, backlog: BACKLOG })
  } catch (error) {
    throw explain(error, config, { host: 'HOST', port: 'PORT' })
  }
  return `${config.tls ? 'https' : 'http'}://${addressOf(app.server, config)}/`
}

/** @returns the address of the metrics. @throws OperatorError */
export async function listenForMetrics(server: Server, at: Listen): Promise<string> {
  try {
    server.listen(at.port, at.host)
    await once(server, 'listening')
  } catch (error) {
    throw explain(error, at, { host: 'METRICS_PORT', port: 'METRICS_PORT' })
  }
  return `http://${addressOf(server, at)}/metrics`
}
