/**
 * The names under which the host answers. A foreign page can point its own name at this host (DNS rebinding) and
 * would then share an origin with it, so requests under unknown names are refused.
 */
import type { FastifyRequest } from 'fastify'
import { X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import { Problem } from '../../contract/problems.ts'
import { isLoopback } from '../config/addresses.ts'
import { isLoopbackName, readAuthority, type Authority } from '../config/authorities.ts'
import type { TlsMaterial } from '../config/certificates.ts'

/** Whether a name is one of the host's. The port defaults to the scheme's. */
export type KnowsHost = (asked: { readonly name: string; readonly port: number }) => boolean

export interface KnownHosts {
  /** Null accepts any name. */
  readonly knows: KnowsHost | null
  /** Takes the names from this certificate from now on, if a certificate decides. */
  renew(tls: TlsMaterial): void
}

interface KnownBy {
  /** Where the host listens. */
  readonly host: string
  readonly allowedHosts: readonly Authority[]
  readonly trustProxy: readonly string[]
  readonly tls: TlsMaterial | null
}

/** The first certificate of a file is the host's own; the authorities' follow. */
function isNamedIn(certificate: X509Certificate, name: string): boolean {
  const address = name.replaceAll(/[[\]]/g, '')
  if (isIP(address) !== 0) return certificate.checkIP(address) !== undefined
  return certificate.checkHost(name, { partialWildcards: false }) !== undefined
}

/**
 * The configured names alone, if there are any. Otherwise, with TLS, loopback names and those of the certificate;
 * without TLS, loopback names if only this machine reaches the host; and any name if the host cannot know its own.
 */
export function knownHosts({ host, allowedHosts, trustProxy, tls }: KnownBy): KnownHosts {
  let certificate = tls && new X509Certificate(tls.cert)
  const renew = (renewed: TlsMaterial): void => void (certificate = new X509Certificate(renewed.cert))
  const rule = (): KnowsHost | null => {
    if (allowedHosts.length > 0) {
      return ({ name, port }) =>
        allowedHosts.some((known) => known.name === name && (known.port ?? port) === port)
    }
    if (tls) {
      return ({ name }) => isLoopbackName(name) || (certificate !== null && isNamedIn(certificate, name))
    }
    // A proxy on this machine forwards requests from other machines.
    return isLoopback(host) && trustProxy.length === 0 ? ({ name }) => isLoopbackName(name) : null
  }
  return { knows: rule(), renew }
}

function unreadableHost(): Problem {
  return new Problem({
    code: 'invalid_request',
    message: 'The request needs one Host header with the name of a host.',
  })
}

/** The message does not repeat the name, which an attacker may have chosen. */
function wrongHost(): Problem {
  return new Problem({
    code: 'wrong_host',
    message:
      'The dashboard does not answer under this name. If it should, set ALLOWED_HOSTS on its host to the names in its addresses.',
  })
}

/**
 * Checks the name that the whole program takes for its own: a trusted proxy's `X-Forwarded-Host` comes before `Host`.
 * @param knows null for any name.
 * @throws Problem 400 if the name is missing, repeated or unreadable; 421 `wrong_host` if it is not known.
 */
export function requireKnownHost(request: FastifyRequest, knows: KnowsHost | null): void {
  const { rawHeaders, httpVersion } = request.raw
  const count = rawHeaders.filter((text, index) => index % 2 === 0 && text.toLowerCase() === 'host').length
  // Before HTTP/1.1, a request did not have to name a host.
  if (count > 1 || (count === 0 && httpVersion !== '1.0')) throw unreadableHost()
  const asked = readAuthority(request.host)
  if (!asked && request.host !== '') throw unreadableHost()
  if (!knows) return
  const standardPort = request.protocol === 'https' ? 443 : 80
  if (!asked || !knows({ name: asked.name, port: asked.port ?? standardPort })) throw wrongHost()
}
