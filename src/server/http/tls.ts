/** The host's own TLS, with a certificate that can be renewed while it runs. */
import type { FastifyInstance } from 'fastify'
import { Server, type ServerOptions } from 'node:https'
import { outOfDate, readTls, type TlsFiles, type TlsMaterial } from '../config/certificates.ts'
import { ValueFault } from '../config/readers.ts'

/** TLS 1.3, and the suites of 1.2 that keep old traffic secret if the key leaks (ECDHE) and detect changes (AEAD). */
const ciphers = [
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'TLS_AES_128_GCM_SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
].join(':')

export function tlsOptions({ cert, key }: TlsMaterial): ServerOptions {
  return { cert, key, ciphers, minVersion: 'TLSv1.2' }
}

/** Warns of a certificate that browsers refuse. Refusing to start would help nobody. */
export function warnOfDates(app: FastifyInstance, tls: TlsMaterial): void {
  const warning = outOfDate(tls, Date.now())
  if (warning !== null) app.log.warn(warning)
}

/**
 * Reads the certificate and the key again from their files, for new connections. If they cannot be used, the old ones
 * stay and the log says why.
 * @param follow gets the new certificate and key.
 */
export function renewCertificate(
  app: FastifyInstance,
  files: TlsFiles,
  follow: (renewed: TlsMaterial) => void = () => {},
): void {
  try {
    const renewed = readTls(files)
    if (app.server instanceof Server) app.server.setSecureContext(tlsOptions(renewed))
    follow(renewed)
    app.log.info('certificate read again')
    warnOfDates(app, renewed)
  } catch (error) {
    if (!(error instanceof ValueFault)) throw error
    app.log.error(`The certificate and its key stay as they were. ${error.message}`)
  }
}
