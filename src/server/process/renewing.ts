/** The certificate while the host runs: a service manager's `reload` renews it, and a metric shows its end. */
import type { FastifyInstance } from 'fastify'
import { expiryOf, type TlsFiles, type TlsMaterial } from '../config/certificates.ts'
import type { KnownHosts } from '../http/known-hosts.ts'
import { renewCertificate, warnOfDates } from '../http/tls.ts'
import type { Metrics } from './metrics.ts'

/** @param tls null for plain HTTP; a reload then changes nothing. */
export function keepCertificate(
  app: FastifyInstance,
  tls: (TlsFiles & TlsMaterial) | null,
  { renew }: KnownHosts,
  metrics: Metrics | null,
): void {
  let expiryMs = 0
  const follow = (material: TlsMaterial): void => void (expiryMs = expiryOf(material))
  if (tls) {
    follow(tls)
    warnOfDates(app, tls)
    metrics?.add(() => ({ certificate_expiry_timestamp_seconds: expiryMs / 1000 }))
  }
  // At a terminal, SIGHUP means that the terminal is gone, so it ends the host.
  if (process.stdin.isTTY) return
  process.on('SIGHUP', () => {
    if (!tls) return app.log.info('no certificate to read again: TLS_CERT is not set')
    renewCertificate(app, tls, (renewed) => {
      follow(renewed)
      renew(renewed)
    })
  })
}
