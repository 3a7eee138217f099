/** Certificates and keys in the configuration, made by openssl. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  makeAuthority,
  type CertificateAuthority,
  type KeyPair,
} from '../../testing/recorder/certificates.ts'
import { readConfig } from './config.ts'
import { outOfDate } from './certificates.ts'

const DAY_MS = 86_400_000

let authority: CertificateAuthority
let folder: string
let own: KeyPair
let other: KeyPair
let files: { readonly TLS_CERT: string; readonly TLS_KEY: string }

const write = (name: string, text: string): string => {
  const file = join(folder, name)
  writeFileSync(file, text)
  return file
}
const fault = (env: Record<string, string>): string => {
  try {
    readConfig(env)
    return ''
  } catch (error) {
    return String(error)
  }
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'config-'))
  authority = await makeAuthority()
  own = await authority.issue(['recordings.test'])
  other = await authority.issue(['recordings.test'])
  files = { TLS_CERT: write('own.crt', own.cert), TLS_KEY: write('own.key', own.key) }
}, 60_000)
afterAll(async () => {
  await authority.remove()
  rmSync(folder, { recursive: true, force: true })
})

describe('TLS_CERT and TLS_KEY', () => {
  it('are read together', () => {
    expect(readConfig(files).tls).toEqual({ ...own, certFile: files.TLS_CERT, keyFile: files.TLS_KEY })
    const chain = write('chain.crt', own.cert + authority.ca)
    expect(readConfig({ ...files, TLS_CERT: chain }).tls?.cert).toBe(own.cert + authority.ca)
  })

  it('are set both or neither', () => {
    expect(fault({ TLS_CERT: files.TLS_CERT })).toContain('\n  TLS_KEY is not set, but TLS_CERT is')
    expect(fault({ TLS_KEY: files.TLS_KEY })).toContain('\n  TLS_CERT is not set, but TLS_KEY is')
  })

  it('belong together, with the host’s own certificate first', () => {
    const TLS_KEY = write('other.key', other.key)
    expect(fault({ ...files, TLS_KEY })).toMatch(
      /\n {2}TLS_KEY names a key that does not belong.*Example: TLS_KEY=/,
    )
    const turned = write('turned.crt', authority.ca + own.cert)
    expect(fault({ ...files, TLS_CERT: turned })).toContain('put the host’s own first')
  })

  it.each([
    ['TLS_CERT', 'missing', 'there is no such file'],
    ['TLS_KEY', 'missing', 'there is no such file'],
    ['TLS_CERT', '.', 'it is a folder'],
    ['TLS_KEY', 'own.crt/below', 'ENOTDIR'],
    ['TLS_CERT', 'own.key', 'holds no certificate'],
    ['TLS_KEY', 'own.crt', 'holds no private key'],
  ])('%s=%s is refused: %s', (name, file, message) => {
    const told = fault({ ...files, [name]: join(folder, file) })
    expect(told).toMatch(new RegExp(`\\n  ${name} names a file.*${message}.*Example: ${name}=/`))
    expect(told).not.toContain(folder)
  })

  it('hold whole certificates, and keys without a passphrase that are long enough', () => {
    const cut = write('cut.crt', own.cert.replace(/\n[^-]{20}/, '\n'))
    expect(fault({ ...files, TLS_CERT: cut })).toContain(
      'TLS_CERT names a file whose certificate 1 cannot be read',
    )
    const sealed = join(folder, 'sealed.key')
    execFileSync('openssl', ['ec', '-aes256', '-passout', 'pass:x', '-in', files.TLS_KEY, '-out', sealed], {
      stdio: 'ignore',
    })
    expect(fault({ ...files, TLS_KEY: sealed })).toContain('a passphrase protects')
    const short = { TLS_CERT: join(folder, 'short.crt'), TLS_KEY: join(folder, 'short.key') }
    const args = ['req', '-x509', '-newkey', 'rsa:512', '-nodes', '-subj', '/CN=x', '-days', '2']
    execFileSync('openssl', [...args, '-keyout', short.TLS_KEY, '-out', short.TLS_CERT], { stdio: 'ignore' })
    expect(fault(short)).toContain('TLS_KEY and TLS_CERT cannot be used together')
  })

  it('may be out of date: that is a warning, and the host starts', async () => {
    const expired = await authority.issue(['recordings.test'], -1)
    const env = { TLS_CERT: write('expired.crt', expired.cert), TLS_KEY: write('expired.key', expired.key) }
    expect(readConfig(env).tls).not.toBeNull()
    const nowMs = Date.now()
    expect(outOfDate(expired, nowMs)).toContain('TLS_CERT ended on')
    expect(outOfDate(own, nowMs)).toBeNull()
    expect(outOfDate(own, nowMs + 3 * DAY_MS)).toContain('TLS_CERT ended on')
    expect(outOfDate(own, nowMs - DAY_MS)).toContain('TLS_CERT begins on')
  })
})

describe('RECORDER_CA_FILE', () => {
  const RECORDER_URL = 'https://recorder.test'

  it('is read as it is', () => {
    const RECORDER_CA_FILE = write('ca.pem', `# the company's\n${authority.ca}`)
    expect(readConfig({ RECORDER_URL, RECORDER_CA_FILE }).recorder?.ca).toBe(
      `# the company's\n${authority.ca}`,
    )
  })

  it('holds a certificate', () => {
    for (const file of [write('empty.pem', ''), files.TLS_KEY]) {
      expect(fault({ RECORDER_URL, RECORDER_CA_FILE: file })).toContain(
        'RECORDER_CA_FILE names a file that holds no',
      )
    }
  })
})
