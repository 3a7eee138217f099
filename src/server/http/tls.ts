/** TLS by the host itself, with a certificate that can be renewed while it runs. */
import type { FastifyInstance } from 'fastify'
import { Server, type ServerOptions } from 'node:https'
import { outOfDate, readTls, type TlsFiles, type TlsMaterial } from '../config/certificates.ts'
import { ValueFault } from '../config/readers.ts'

/** All of TLS 1.3, and of 1.2 what keeps old traffic secret when the key is lost (ECDHE) and cannot be tampered with (AEAD). */
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

/** Tells of a certificate that browsers refuse; nobody is helped by a host that does not start for it. */
export function warnOfDates(app: FastifyInstance, tls: TlsMaterial): void {
  const warning = outOfDate(tls, Date.now())
  if (warning !== null) app.log.warn(warning)
}

/**
 * Takes the certificate and the key from their files anew, for connections from now on. Where they cannot be used,
 * the old ones stay and the log says why.
 * @param follow gets what is used from now on.
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
    app.log.info('certificate read anew')
    warnOfDates(app, renewed)
  } catch (error) {
    if (!(error instanceof ValueFault)) throw error
    app.log.error(`TLS_CERT and TLS_KEY stay as they were. One of them ${error.message}`)
  }
}
