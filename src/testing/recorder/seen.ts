import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { readTarget, type ApiRoute } from './answers.ts'
import { readCredentials } from './users.ts'

/** A request that came in. */
export interface Seen {
  readonly method: string
  /** Without the query. */
  readonly path: string
  /** As the client sent it, without the `?`. */
  readonly query: string
  readonly params: URLSearchParams
  /** Null for a path that the API does not have. */
  readonly route: ApiRoute | null
  readonly headers: IncomingHttpHeaders
  /** The username of the credentials, right or wrong; null without credentials. */
  readonly user: string | null
}

export function see({ method = 'GET', url = '/', headers }: IncomingMessage): Seen {
  const [path = '', ...rest] = url.split('?')
  const query = rest.join('?')
  return {
    method,
    path,
    query,
    params: new URLSearchParams(query),
    route: readTarget(path)?.route ?? null,
    headers,
    user: readCredentials(headers.authorization)?.username ?? null,
  }
}
