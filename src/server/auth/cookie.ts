/** The session's cookie. */
import type { FastifyReply, FastifyRequest } from 'fastify'

/** Over TLS the prefix makes browsers insist on Secure, this host and the whole path. Plain HTTP cannot have it. */
const cookieName = (secure: boolean): string => (secure ? '__Host-rc' : 'rc')

const isSecure = (request: FastifyRequest): boolean => request.protocol === 'https'

export function readToken(request: FastifyRequest): string | null {
  return request.cookies[cookieName(isSecure(request))] ?? null
}

function attributes(request: FastifyRequest) {
  // Lax, so that a link in a mail opens signed in. Without Max-Age the cookie ends with the browser.
  return { path: '/', httpOnly: true, sameSite: 'lax', secure: isSecure(request) } as const
}

export function giveToken(request: FastifyRequest, reply: FastifyReply, token: string): void {
  reply.setCookie(cookieName(isSecure(request)), token, attributes(request))
}

export function clearToken(request: FastifyRequest, reply: FastifyReply): void {
  reply.clearCookie(cookieName(isSecure(request)), attributes(request))
}
