/** Reads where the audit log's heads are kept. */
import { isIP } from 'node:net'
import { ValueFault } from './readers.ts'

/** A file's path, or a syslog collector over TCP or TLS. */
export type AuditSink =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'syslog'; readonly isSecure: boolean; readonly host: string; readonly port: number }

function collector(scheme: string, address: string): AuditSink {
  const isSecure = scheme.toLowerCase() === 'tls'
  if (!isSecure && scheme.toLowerCase() !== 'tcp') {
    throw new ValueFault(
      'takes the path of a file, or tcp:// or tls:// with the address of a syslog collector.',
    )
  }
  const [, bracketed, plain = '', digits] = /^(?:\[([\da-f:.]+)\]|([\w.-]+)):(\d{1,5})$/i.exec(address) ?? []
  const port = Number(digits ?? Number.NaN)
  const isAddress = bracketed === undefined || isIP(bracketed) === 6
  if (isAddress && port >= 1 && port <= 65_535) {
    return { kind: 'syslog', isSecure, host: bracketed ?? plain, port }
  }
  throw new ValueFault(
    'takes the collector’s name or address and its port after tcp:// or tls://, and nothing behind them.',
  )
}

/** `/var/log/audit.heads`, `tcp://collector:601` or `tls://collector:6514`. @throws ValueFault */
export function auditSink(text: string): AuditSink {
  const [, scheme, address = ''] = /^([a-z][a-z\d+.-]*):\/\/(.*)$/is.exec(text) ?? []
  if (scheme !== undefined) return collector(scheme, address)
  if (/^[^\0]*[^\0/]$/.test(text)) return { kind: 'file', path: text }
  throw new ValueFault('takes the path of a file, not of a folder.')
}
