/** Certificates and keys, read from PEM files and checked before use. */
import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createSecureContext } from 'node:tls'
import { ValueFault } from './readers.ts'
import { codeOf } from '../platform/code-of.ts'

export interface TlsFiles {
  readonly certFile: string
  readonly keyFile: string
}

/** A certificate with its chain to the authority, and its private key, both as PEM text. */
export interface TlsMaterial {
  readonly cert: string
  readonly key: string
}

/** A file named by a variable. Errors do not repeat the variable's value, which may be the key itself. */
export interface PemFile {
  readonly path: string
  readonly text: string
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'this user may not read it',
  EISDIR: 'it is a folder',
}

/** @throws ValueFault */
export function readText(path: string): string {
  if (/-----BEGIN|[\r\n]/.test(path)) throw new ValueFault('takes the path of a file, not what is in it.')
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const code = codeOf(error) || 'unknown'
    throw new ValueFault(`names a file that cannot be read: ${reasons[code] ?? code}.`)
  }
}

function certificatesIn(text: string): X509Certificate[] {
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []
  if (blocks.length === 0) throw new ValueFault('names a file that holds no certificate in PEM form.')
  return blocks.map((block, index) => {
    try {
      return new X509Certificate(block)
    } catch {
      throw new ValueFault(`names a file whose certificate ${index + 1} cannot be read.`)
    }
  })
}

/** One or more certificates. @throws ValueFault */
export function certificateFile(path: string): PemFile {
  const text = readText(path)
  certificatesIn(text)
  return { path, text }
}

function keyIn(text: string): KeyObject {
  try {
    return createPrivateKey(text)
  } catch (error) {
    const isSealed = codeOf(error) === 'ERR_MISSING_PASSPHRASE' || text.includes('ENCRYPTED')
    throw new ValueFault(
      isSealed
        ? 'names a key that a passphrase protects: store it without one, readable by this user only.'
        : 'names a file that holds no private key in PEM form.',
    )
  }
}

/** One private key without a passphrase. @throws ValueFault */
export function keyFile(path: string): PemFile {
  const text = readText(path)
  keyIn(text)
  return { path, text }
}

/** @throws ValueFault about the key, if it does not belong to the certificate or TLS rejects the pair. */
export function matchTls(cert: PemFile, key: PemFile): TlsFiles & TlsMaterial {
  const privateKey = keyIn(key.text)
  const [first, ...chain] = certificatesIn(cert.text)
  if (!first?.checkPrivateKey(privateKey)) {
    throw new ValueFault(
      chain.some((certificate) => certificate.checkPrivateKey(privateKey))
        ? 'belongs to a later certificate of TLS_CERT: put the host’s own first in that file.'
        : 'names a key that does not belong to the certificate in TLS_CERT.',
    )
  }
  try {
    createSecureContext({ cert: cert.text, key: key.text })
  } catch {
    throw new ValueFault(
      'and TLS_CERT cannot be used together: the key may be too short, or of an unknown kind.',
    )
  }
  return { certFile: cert.path, keyFile: key.path, cert: cert.text, key: key.text }
}

/** Puts the variable's name before the message of a fault. */
function naming<T>(variable: 'TLS_CERT' | 'TLS_KEY', read: () => T): T {
  try {
    return read()
  } catch (error) {
    throw error instanceof ValueFault ? new ValueFault(`${variable} ${error.message}`) : error
  }
}

/** Reads the two files again. @throws ValueFault, with a message that begins with the variable's name. */
export function readTls({ certFile, keyFile: file }: TlsFiles): TlsMaterial {
  const certificate = naming('TLS_CERT', () => certificateFile(certFile))
  const privateKey = naming('TLS_KEY', () => keyFile(file))
  const { cert, key } = naming('TLS_KEY', () => matchTls(certificate, privateKey))
  return { cert, key }
}

/** @returns a warning if browsers refuse the certificate for its dates, otherwise null. */
export function outOfDate({ cert }: TlsMaterial, nowMs: number): string | null {
  const [own] = certificatesIn(cert)
  if (!own) return null
  const [from, to] = [Date.parse(own.validFrom), Date.parse(own.validTo)]
  if (nowMs >= to) return `The certificate in TLS_CERT ended on ${isoDay(to)}: browsers refuse it. Renew it.`
  if (nowMs < from) {
    return `The certificate in TLS_CERT begins on ${isoDay(from)}: until then browsers refuse it. Is this machine’s clock right?`
  }
  return null
}

/** When the host's own certificate expires, ms since the Unix epoch. @throws ValueFault if the text has none. */
export const expiryOf = ({ cert }: TlsMaterial): number => Date.parse(certificatesIn(cert)[0]?.validTo ?? '')

const isoDay = (ms: number): string => new Date(ms).toISOString().slice(0, 10)
