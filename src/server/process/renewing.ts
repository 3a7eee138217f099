/** The certificate while the host runs: a service manager's `reload` renews it, and its end is a figure. */
import type { FastifyInstance } from 'fastify'
import { expiryOf, type TlsFiles, type TlsMaterial } from '../config/certificates.ts'
import type { KnownHosts } from '../http/known-hosts.ts'
import { renewCertificate, warnOfDates } from '../http/tls.ts'
import type { Metrics } from './metrics.ts'

/** @param tls null where the host speaks plain HTTP: a reload then changes nothing. */
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
  // At a terminal, SIGHUP means that the terminal is gone, and ends the host.
  if (process.stdin.isTTY) return
  process.on('SIGHUP', () => {
    if (!tls) return app.log.info('nothing to read anew: there is no TLS_CERT')
    renewCertificate(app, tls, (renewed) => {
      follow(renewed)
      renew(renewed)
    })
  })
}
