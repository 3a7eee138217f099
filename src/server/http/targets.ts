/** The target of a request, in the one form that the routes know: a path with its query. */
import type { IncomingMessage } from 'node:http'

/** Requests whose target is not a path, or has a broken `%`. */
const unreadable = new WeakSet<IncomingMessage>()

/** An address with no page, under any method. */
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
 * A request may name the host in its target, as requests to a proxy do (RFC 9112, 3.2.2). That name then replaces
 * `Host`, and the rest is the path, so no route sees an address that leads elsewhere. An unreadable target goes on
 * too, so that its answer passes the same hooks; `isUnreadable` reports it.
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
