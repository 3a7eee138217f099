/** What a request asks for, in the one form that the routes know: a path with its query. */
import type { IncomingMessage } from 'node:http'

/** Requests whose target is no path, or has a broken `%` in it. */
const unreadable = new WeakSet<IncomingMessage>()

/** Leads to no page, whatever it is asked by. */
const NOWHERE = '/*'

function isReadable(path: string): boolean {
  if (!path.startsWith('/')) return false
  try {
    decodeURI(path)
    return true
  } catch {
    return false
  }
}

/**
 * A request may name the host within its target, as requests to a proxy do (RFC 9112, 3.2.2). That name then counts
 * for its `Host`, and the rest is its path: no route ever sees an address that leads elsewhere. One that cannot be
 * read is sent on as well, so that its answer passes everything that others pass; `isUnreadable` then knows it.
 */
export function rewriteTarget(request: IncomingMessage): string {
  const target = request.url ?? ''
  const [, authority, rest = target] = /^[a-z][a-z\d+.-]*:\/\/([^/?#]*)([^]*)$/i.exec(target) ?? []
  if (authority !== undefined) request.headers.host = authority
  const path = authority === undefined || rest.startsWith('/') ? rest : `/${rest}`
  const [beforeQuery = ''] = path.split(/[?#]/, 1)
  if (authority !== '' && isReadable(beforeQuery)) return path
  unreadable.add(request)
  return NOWHERE
}

export function isUnreadable(request: IncomingMessage): boolean {
  return unreadable.has(request)
}
