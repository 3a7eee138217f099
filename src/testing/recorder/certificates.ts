/** Makes valid and invalid certificates for servers on loopback with the program `openssl`. */
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { isIP } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** PEM. */
export interface KeyPair {
  readonly cert: string
  readonly key: string
}

export interface CertificateAuthority {
  /** The authority's own certificate, as a file and as PEM. */
  readonly caFile: string
  readonly ca: string
  /** @param names host names and addresses. @param days how long from now; a negative number has expired. */
  issue(names: readonly string[], days?: number): Promise<KeyPair>
  /** A certificate that only itself vouches for. */
  selfSigned(names: readonly string[]): Promise<KeyPair>
  remove(): Promise<void>
}

/** All names that tests use for loopback. */
export const loopbackNames: readonly string[] = ['127.0.0.1', 'localhost', 'recordings.test']

const run = promisify(execFile)

async function openssl(...args: readonly string[]): Promise<void> {
  try {
    await run('openssl', [...args])
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    throw new Error('The program openssl is missing: install the package openssl.', { cause: error })
  }
}

const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']

const alternatives = (names: readonly string[]): string =>
  `subjectAltName=${names.map((name) => `${isIP(name) ? 'IP' : 'DNS'}:${name}`).join(',')}`

const readPair = async (cert: string, key: string): Promise<KeyPair> => ({
  cert: await readFile(cert, 'utf8'),
  key: await readFile(key, 'utf8'),
})

/** Makes an authority in a temporary folder. `remove` deletes the folder. */
export async function makeAuthority(): Promise<CertificateAuthority> {
  const folder = await mkdtemp(join(tmpdir(), 'certificates-'))
  const file = (name: string): string => join(folder, name)
  const [caFile, caKey] = [file('ca.pem'), file('ca.key')]
  const caName = ['-subj', '/CN=Test authority', '-days', '2']
  await openssl('req', '-x509', ...newKey, '-keyout', caKey, '-out', caFile, ...caName)
  let made = 0
  return {
    caFile,
    ca: await readFile(caFile, 'utf8'),
    async issue(names, days = 2) {
      const stem = file(String((made += 1)))
      const [key, request, extensions, cert] = ['key', 'csr', 'ext', 'pem'].map((end) => `${stem}.${end}`)
      if (!key || !request || !extensions || !cert) throw new Error('Four files have four names.')
      await openssl('req', ...newKey, '-keyout', key, '-out', request, '-subj', '/CN=Test recorder')
      await writeFile(extensions, alternatives(names))
      const signer = ['-CA', caFile, '-CAkey', caKey, '-CAcreateserial', '-days', String(days)]
      await openssl('x509', '-req', '-in', request, ...signer, '-extfile', extensions, '-out', cert)
      return readPair(cert, key)
    },
    async selfSigned(names) {
      const stem = file(String((made += 1)))
      const out = ['-keyout', `${stem}.key`, '-out', `${stem}.pem`, '-days', '2']
      const own = ['-subj', '/CN=Self-signed', '-addext', alternatives(names)]
      await openssl('req', '-x509', ...newKey, ...out, ...own)
      return readPair(`${stem}.pem`, `${stem}.key`)
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  }
}
