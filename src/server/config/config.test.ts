import { randomBytes } from 'node:crypto'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readConfig } from './config.ts'
import { isLoopback } from './addresses.ts'
import { readSecret } from './read-alone.ts'
import type { Variable } from './variable.ts'
import { secretNames, variableNames, variables } from './variables.ts'
import { OperatorError } from '../platform/operator-error.ts'

const fault = (env: Record<string, string>): string => {
  try {
    readConfig(env)
    return ''
  } catch (error) {
    expect(error).toBeInstanceOf(OperatorError)
    return String(error)
  }
}

describe('the configuration', () => {
  it('needs nothing', () => {
    const defaults = {
      host: '127.0.0.1',
      port: 8080,
      dataDir: 'data/',
      demo: true,
      demoNowMs: null,
      embedOrigins: [],
      loginFailures: 4,
      contact: null,
      copyAlert: 5000,
      logLevel: null,
      recorder: null,
      database: null,
      mediaDir: 'data/media',
      auditLog: 'data/audit.log',
      auditSink: { kind: 'file', path: 'data/audit.heads' },
      hostName: null,
      hostKey: null,
      trustProxy: [],
      allowedHosts: [],
      hstsSubdomains: false,
      tls: null,
      metrics: null,
    }
    expect(readConfig({})).toEqual(defaults)
    expect(readConfig({ PORT: '', DEMO: '', EMBED_ORIGINS: '', PATH: '/bin' })).toEqual(defaults)
  })

  it('reads everything', () => {
    const key = randomBytes(32)
    const read = readConfig({
      HOST: '0.0.0.0',
      PORT: '0',
      DATA_DIR: '/srv/recordings',
      DATABASE_URL: 'postgresql://rec:p%40ss@[2001:db8::7]:5433/archive?sslmode=verify-full',
      DATABASE_REPLICAS: 'postgres://a:b@c/d , postgres://e:f@g:1/h',
      DATABASE_MAX_LAG: '30',
      MEDIA_DIR: '/srv/audio',
      DEMO_NOW: '2026-11-23T08:30:00+01:00',
      EMBED_ORIGINS: ' https://portal.test , https://b.test:8443, http://localhost:3000,https://PORTAL.test,',
      LOGIN_FAILURES: '10',
      CONTACT: 'the service desk',
      LOG_LEVEL: 'debug',
      AUDIT_LOG: '/var/log/audit.log',
      AUDIT_SINK: 'tls://[2001:db8::7]:6514',
      HOST_NAME: 'Recordings-1.example',
      HOST_KEY: key.toString('base64'),
      TRUST_PROXY: 'loopback, 10.0.0.0/8,192.0.2.7 ,2001:db8::/32',
      ALLOWED_HOSTS: 'Recordings.example.com. , 10.0.0.5:8443,[2001:DB8:0::1]:443, zoë.test',
      HSTS_SUBDOMAINS: 'on',
      METRICS_PORT: '[::1]:9464',
      COPY_ALERT: '800',
    })
    expect(read).toEqual({
      host: '0.0.0.0',
      port: 0,
      dataDir: '/srv/recordings',
      demo: false,
      demoNowMs: Date.parse('2026-11-23T07:30:00Z'),
      embedOrigins: ['https://portal.test', 'https://b.test:8443', 'http://localhost:3000'],
      loginFailures: 10,
      contact: 'the service desk',
      copyAlert: 800,
      logLevel: 'debug',
      recorder: null,
      database: {
        url: 'postgresql://rec:p%40ss@[2001:db8::7]:5433/archive?sslmode=verify-full',
        replicas: ['postgres://a:b@c/d', 'postgres://e:f@g:1/h'],
        maxLagMs: 30_000,
      },
      mediaDir: '/srv/audio',
      auditLog: '/var/log/audit.log',
      auditSink: { kind: 'syslog', isSecure: true, host: '2001:db8::7', port: 6514 },
      hostName: 'Recordings-1.example',
      hostKey: key,
      trustProxy: ['loopback', '10.0.0.0/8', '192.0.2.7', '2001:db8::/32'],
      allowedHosts: [
        { name: 'recordings.example.com', port: null },
        { name: '10.0.0.5', port: 8443 },
        { name: '[2001:db8::1]', port: 443 },
        { name: 'xn--zo-ija.test', port: null },
      ],
      hstsSubdomains: true,
      tls: null,
      metrics: { host: '::1', port: 9464 },
    })
  })

  it.each([
    ['LOGIN_FAILURES', 'LOGIN_FAILURES takes an integer from 1 to 1000.'],
    ['RECORDER_TIMEOUT', 'RECORDER_TIMEOUT takes seconds, an integer from 1 to 120.'],
    ['COPY_ALERT', 'COPY_ALERT takes an integer from 1 to 999999999.'],
  ])('says in words what %s takes', (name, words) => {
    expect(fault({ RECORDER_URL: 'https://recorder.test', [name]: 'many' })).toContain(words)
  })

  it.each([
    ['HOST', 'a b'],
    ['PORT', 'http'],
    ['PORT', '65536'],
    ['PORT', '-1'],
    ['PORT', '80.5'],
    ['DEMO', 'yes'],
    ['DEMO_NOW', 'yesterday'],
    ['DEMO_NOW', '2026-02-30T00:00:00Z'],
    ['LOGIN_FAILURES', '0'],
    ['LOGIN_FAILURES', '1001'],
    ['LOG_LEVEL', 'loud'],
    ['CONTACT', 'x'.repeat(201)],
    ['EMBED_ORIGINS', '*'],
    ['EMBED_ORIGINS', 'portal.test'],
    ['EMBED_ORIGINS', 'https://portal.test/'],
    ['EMBED_ORIGINS', 'https://portal.test/path'],
    ['EMBED_ORIGINS', 'https://*.portal.test'],
    ['EMBED_ORIGINS', 'https://user@portal.test'],
    ['EMBED_ORIGINS', 'http://portal.test'],
    ['EMBED_ORIGINS', "https://portal.test 'self'"],
    ['EMBED_ORIGINS', 'https://portal.test; script-src *'],
    ['EMBED_ORIGINS', 'null'],
    ['EMBED_ORIGINS', 'https://good.test, javascript:alert(1)'],
    ['CONTACT', 'two\nlines'],
    ['DATABASE_URL', 'db.test'],
    ['DATABASE_URL', 'mysql://rec:secret@db.test/archive'],
    ['DATABASE_URL', 'postgres:///archive'],
    ['DATABASE_URL', 'postgres://re%c:x@db.test/archive'],
    ['DATABASE_URL', 'postgres://rec:x@db.test/archive?options=-cjit%3Doff'],
    ['DATABASE_URL', 'postgres://rec:x@db.test/archive?sslmode=require&host=other'],
    ['DATABASE_URL', 'postgres://db.test/archive'],
    ['DATABASE_URL', 'postgres://rec:secret@db.test'],
    ['DATABASE_URL', 'postgres://rec:p@ss/word@db.test:port/archive'],
    ['DATABASE_REPLICAS', 'postgres://rec:secret@db2.test/archive,db3.test'],
    ['DATABASE_MAX_LAG', '0'],
    ['DATABASE_URL_FILE', 'postgres://rec:secret@db.test/archive'],
    [
      'DATABASE_REPLICAS_FILE',
      'postgres://rec:secret@db2.test/archive,postgres://rec:secret@db3.test/archive',
    ],
    ['RECORDER_URL', 'recorder.test'],
    ['RECORDER_URL', 'ftp://recorder.test'],
    ['RECORDER_URL', 'https://'],
    ['RECORDER_URL', 'https:// recorder.test'],
    ['RECORDER_URL', 'https:\\\\recorder.test'],
    ['RECORDER_REMOTE_PARAMETER', 'remoteNumber'],
    ['RECORDER_TIMEOUT', '0'],
    ['RECORDER_TIMEOUT', '121'],
    ['RECORDER_TIMEOUT', '25s'],
    ['RECORDER_ALLOW_HTTP', 'true'],
    ['AUDIT_LOG', '/var/log/'],
    ['AUDIT_SINK', '/var/log/'],
    ['AUDIT_SINK', 'udp://collector:514'],
    ['AUDIT_SINK', 'https://collector:443'],
    ['AUDIT_SINK', 'tls://collector'],
    ['AUDIT_SINK', 'tcp://collector:0'],
    ['AUDIT_SINK', 'tcp://collector:65536'],
    ['AUDIT_SINK', 'tcp://user:secret@collector:601'],
    ['AUDIT_SINK', 'tls://collector:6514/path'],
    ['AUDIT_SINK', 'tls://[collector]:6514'],
    ['HOST_NAME', 'one two'],
    ['HOST_NAME', 'zoë'],
    ['HOST_NAME', 'x'.repeat(64)],
    ['HOST_KEY', 'c2hvcnQ='],
    ['HOST_KEY', 'x'.repeat(45)],
    ['HOST_KEY', Buffer.alloc(32).toString('base64')],
    ['HOST_KEY_FILE', Buffer.alloc(32, 7).toString('base64')],
    ['TRUST_PROXY', '*'],
    ['TRUST_PROXY', 'true'],
    ['TRUST_PROXY', '1'],
    ['TRUST_PROXY', '0.0.0.0/0'],
    ['TRUST_PROXY', '128.0.0.0/1'],
    ['TRUST_PROXY', '::/0'],
    ['TRUST_PROXY', '::ffff:0:0/96'],
    ['TRUST_PROXY', '10.0.0.0/33'],
    ['TRUST_PROXY', '10.0.0.0/8/8'],
    ['TRUST_PROXY', 'proxy.test'],
    ['TRUST_PROXY', '127.0.0.1, uniquelocal'],
    ['ALLOWED_HOSTS', '*'],
    ['ALLOWED_HOSTS', '*.example.com'],
    ['ALLOWED_HOSTS', 'https://recordings.example.com'],
    ['ALLOWED_HOSTS', 'recordings.example.com/'],
    ['ALLOWED_HOSTS', 'recordings.example.com:65536'],
    ['ALLOWED_HOSTS', 'recordings.example.com:'],
    ['ALLOWED_HOSTS', 'user@recordings.example.com'],
    ['ALLOWED_HOSTS', '2001:db8::1'],
    ['ALLOWED_HOSTS', '[::g]'],
    ['ALLOWED_HOSTS', 'good.test, .'],
    ['HSTS_SUBDOMAINS', 'true'],
    ['METRICS_PORT', '65536'],
    ['METRICS_PORT', '::1:9464'],
    ['METRICS_PORT', '[x]:9464'],
    ['METRICS_PORT', 'http://127.0.0.1:9464'],
  ])('refuses %s=%s, says why and gives an example', (name, value) => {
    expect(fault({ [name]: value })).toMatch(new RegExp(`^.*\\n  ${name} takes .*Example: ${name}=\\S`))
  })

  it('names every fault at once', () => {
    const told = fault({ PORT: 'x', DEMO: 'x', EMBED_ORIGINS: 'x' })
    for (const name of ['PORT', 'DEMO', 'EMBED_ORIGINS']) expect(told).toContain(`\n  ${name} `)
  })
})

const recorder = (url: string, env: Record<string, string> = {}) =>
  readConfig({ RECORDER_URL: url, ...env }).recorder

describe('the recorder', () => {
  it('is its server’s root, and has defaults for the rest', () => {
    expect(recorder('https://Recorder.test:443/')).toEqual({
      url: 'https://recorder.test',
      ca: null,
      remoteParameter: 'auto',
      timeoutMs: 25_000,
      peopleFile: null,
    })
    const set = { RECORDER_REMOTE_PARAMETER: 'remoteParty', RECORDER_TIMEOUT: '120' }
    expect(recorder('https://[2001:db8::1]:8443', set)).toMatchObject({
      url: 'https://[2001:db8::1]:8443',
      remoteParameter: 'remoteParty',
      timeoutMs: 120_000,
    })
  })

  it('may have a list of people, and an embedded store may not', () => {
    expect(recorder('https://recorder.test', { PEOPLE_FILE: 'people.csv' })).toMatchObject({
      peopleFile: 'people.csv',
    })
    expect(fault({ PEOPLE_FILE: 'people.csv' })).toContain(
      '\n  RECORDER_URL is not set, but PEOPLE_FILE is: set it too, or leave PEOPLE_FILE out.',
    )
  })

  it('may speak plain HTTP on this machine, and elsewhere only on request', () => {
    expect(recorder('http://127.0.0.1:8081')?.url).toBe('http://127.0.0.1:8081')
    expect(recorder('http://[::1]:8081')?.url).toBe('http://[::1]:8081')
    expect(recorder('http://recorder.test', { RECORDER_ALLOW_HTTP: 'on' })?.url).toBe('http://recorder.test')
    expect(fault({ RECORDER_URL: 'http://recorder.test' })).toMatch(
      /\n {2}RECORDER_URL is plain http.*RECORDER_ALLOW_HTTP=on/,
    )
    expect(fault({ RECORDER_URL: 'http://localhost.test', RECORDER_ALLOW_HTTP: 'off' })).toContain(
      'plain http',
    )
  })

  it.each([
    ['https://recorder.test/fw/Apps/Recorder/WebAPI/Recordings', 'without the API’s path'],
    ['https://recorder.test/fw', 'without the API’s path'],
    ['https://recorder.test/other', 'leave out the path'],
    ['https://recorder.test?', 'leave out what follows the ?'],
    ['https://recorder.test/?page=0', 'leave out what follows the ?'],
    ['https://recorder.test/#', 'leave out what follows the #'],
    ['https://recorder.test#a', 'leave out what follows the #'],
    ['https://admin:Hunter2@recorder.test', 'no user and password'],
    ['https://@recorder.test', 'no user and password'],
    ['https://admin:Hunter2@recorder.test/fw/Apps?x#y', 'no user and password'],
  ])('is not %s: %s', (url, message) => {
    const told = fault({ RECORDER_URL: url })
    expect(told).toContain(message)
    expect(told).toContain('Example: RECORDER_URL=https://recorder.example.com')
    expect(told).not.toMatch(/Hunter2|recorder\.test/)
  })

  it('leaves no place for a demo', () => {
    expect(readConfig({ RECORDER_URL: 'https://recorder.test' }).demo).toBe(false)
    expect(readConfig({ RECORDER_URL: 'https://recorder.test', DEMO: 'off' }).demo).toBe(false)
    expect(fault({ RECORDER_URL: 'https://recorder.test', DEMO: 'on' })).toContain(
      '\n  DEMO cannot be on beside RECORDER_URL',
    )
  })

  it('is not left out by an empty address while the rest is there', () => {
    expect(fault({ RECORDER_URL: '', RECORDER_TIMEOUT: '20' })).toContain(
      '\n  RECORDER_URL is not set, but RECORDER_TIMEOUT is',
    )
  })
})

describe('other variables', () => {
  it.each([
    ['RECORDER_ULR', 'RECORDER_URL'],
    ['RECORDER_PASSWORD', 'RECORDER_URL'],
    ['recorder_url', 'RECORDER_URL'],
    ['AUDIT_LOGS', 'AUDIT_LOG'],
    ['AUDIT_SYNC', 'AUDIT_SINK'],
    ['METRICS_ADDR', 'METRICS_PORT'],
    ['EMBED_ORIGIN', 'EMBED_ORIGINS'],
    ['TLS_CERTIFICATE', 'TLS_CERT'],
    ['DATADIR', 'DATA_DIR'],
    ['HOSTKEY', 'HOST_KEY'],
    ['LOGIN_FAILURE', 'LOGIN_FAILURES'],
    ['TRUST_PROXIES', 'TRUST_PROXY'],
    ['ALLOWED_HOST', 'ALLOWED_HOSTS'],
    ['HSTS_SUBDOMAIN', 'HSTS_SUBDOMAINS'],
    ['LOG_LEVELS', 'LOG_LEVEL'],
  ])('%s is unknown, and probably meant as %s', (name, known) => {
    const told = fault({ [name]: 'Hunter2' })
    expect(told).toMatch(new RegExp(`\n  ${name} is unknown\\. Did you mean ${known}\\?$`))
    expect(told).not.toContain('Hunter2')
  })

  it('of the machine are not the host’s', () => {
    const others = {
      HOME: '/root',
      HOSTNAME: 'x',
      POST: 'x',
      TERM: 'x',
      LOGNAME: 'x',
      NODE_EXTRA_CA_CERTS: '/ca.pem',
      CONTEXT: 'x',
      TLS_UNUSED: '',
      RECORDER_SERVICE_HOST: '10.0.0.9',
      RECORDER_PORT: 'tcp://10.0.0.9:443',
      RECORDER_PORT_443_TCP_ADDR: '10.0.0.9',
    }
    expect(readConfig(others)).toEqual(readConfig({}))
  })
})

it('the host’s key may lie in a file that others cannot get at', () => {
  const folder = mkdtempSync(join(tmpdir(), 'config-'))
  const file = join(folder, 'key')
  const key = randomBytes(32)
  try {
    expect(fault({ HOST_KEY_FILE: file })).toContain('HOST_KEY_FILE names a file that cannot be read')
    writeFileSync(file, `${key.toString('base64')}\n`, { mode: 0o640 })
    expect(readConfig({ HOST_KEY_FILE: file }).hostKey).toEqual(key)
    expect(fault({ HOST_KEY_FILE: file, HOST_KEY: key.toString('base64') })).toContain(
      '\n  HOST_KEY_FILE cannot stand beside HOST_KEY',
    )
    chmodSync(file, 0o644)
    expect(fault({ HOST_KEY_FILE: file })).toMatch(/every user of this machine can get at \(mode 0644\)/)
    writeFileSync(file, 'short')
    expect(fault({ HOST_KEY_FILE: file })).toContain('is not 32 bytes in base64')
    writeFileSync(file, Buffer.alloc(32).toString('base64'))
    expect(fault({ HOST_KEY_FILE: file })).toContain('a key of zeros only')
  } finally {
    rmSync(folder, { recursive: true })
  }
})

describe('every secret', () => {
  it.each(secretNames.map((name) => [name, `${name}_FILE`] as const))(
    '%s may lie in a file instead, and not in both',
    (name, file) => {
      const told = fault({ [name]: 'hunter2', [file]: '/nowhere' })
      expect(told).toContain(`${file} cannot stand beside ${name}: leave one of them out.`)
      expect(told).toContain(`${file} names a file that cannot be read`)
      expect(() => readSecret({ [name]: 'hunter2', [file]: '/nowhere' }, name)).toThrow('cannot stand beside')
      expect(told).not.toContain('hunter2')
    },
  )

  it('has such a file', () => {
    const secret = variableNames.filter((name) => (variables[name] as Variable).secret)
    expect(secretNames).toEqual(secret)
    expect(secret.filter((name) => !(`${name}_FILE` in variables))).toEqual([])
  })
})

it('certificates are always checked: a variable names one’s own authority', () => {
  const told = fault({ NODE_TLS_REJECT_UNAUTHORIZED: '0' })
  expect(told).toMatch(/\n {2}NODE_TLS_REJECT_UNAUTHORIZED is 0, .*Example: RECORDER_CA_FILE=\/\S+$/)
  expect(readConfig({ NODE_TLS_REJECT_UNAUTHORIZED: '1' })).toEqual(readConfig({}))
})

it('metrics are answered apart from the page', () => {
  expect(readConfig({ METRICS_PORT: '9464' }).metrics).toEqual({ host: '127.0.0.1', port: 9464 })
  expect(readConfig({ METRICS_PORT: '0', PORT: '0' }).metrics).toEqual({ host: '127.0.0.1', port: 0 })
  expect(fault({ METRICS_PORT: '10.0.0.5:8080' })).toContain('METRICS_PORT is the same port as PORT')
})

it('keeps the heads of the audit log in another file than the log', () => {
  expect(fault({ AUDIT_SINK: 'data/../data/audit.log' })).toContain('AUDIT_SINK is the audit log itself')
  expect(fault({ AUDIT_LOG: '/x/a.log', AUDIT_SINK: '/x/a.log' })).toContain(
    'AUDIT_SINK is the audit log itself',
  )
  expect(readConfig({ AUDIT_SINK: '/x/audit.log' }).auditSink).toEqual({ kind: 'file', path: '/x/audit.log' })
})

it('no fault repeats what may be a secret', () => {
  const told = fault({
    HOST_KEY: 'Hunter2',
    TLS_KEY: '-----BEGIN PRIVATE KEY-----\nHunter2',
    EMBED_ORIGINS: 'https://me:Hunter2@portal.test',
    RECORDER_URL: 'https://me:Hunter2@recorder.test',
    ALLOWED_HOSTS: 'https://me:Hunter2@recordings.test',
    TLS_CERT: '/Hunter2',
  })
  const names = ['HOST_KEY', 'TLS_KEY', 'EMBED_ORIGINS', 'RECORDER_URL', 'ALLOWED_HOSTS', 'TLS_CERT']
  for (const name of names) {
    expect(told).toContain(`\n  ${name} `)
  }
  expect(told).not.toContain('Hunter2')
})

describe('loopback', () => {
  it.each(['127.0.0.1', '127.1.2.3', 'localhost', 'LOCALHOST', '::1', '[::1]'])('is %s', (name) => {
    expect(isLoopback(name)).toBe(true)
  })
  it.each(['0.0.0.0', '::', '10.0.0.1', 'localhost.evil.test', '127.0.0.1.evil.test', '1127.0.0.1'])(
    'is not %s',
    (name) => {
      expect(isLoopback(name)).toBe(false)
    },
  )
})

describe('the address of a database', () => {
  const url = 'postgres://rec:hunter2@db.test/archive'

  it('may lie in a file that others cannot get at', () => {
    const folder = mkdtempSync(join(tmpdir(), 'config-'))
    const file = join(folder, 'url')
    try {
      expect(fault({ DATABASE_URL_FILE: file })).toContain(
        'DATABASE_URL_FILE names a file that cannot be read',
      )
      writeFileSync(file, `${url}\n`, { mode: 0o640 })
      expect(readConfig({ DATABASE_URL_FILE: file }).database?.url).toBe(url)
      writeFileSync(file, 'mysql://rec:secret@db.test/archive')
      expect(fault({ DATABASE_URL_FILE: file })).toContain(
        'DATABASE_URL_FILE names a file whose text is wrong',
      )
      chmodSync(file, 0o644)
      expect(fault({ DATABASE_URL_FILE: file })).toContain(
        'every user of this machine can get at (mode 0644)',
      )
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('may be several in one file, for replicas', () => {
    const folder = mkdtempSync(join(tmpdir(), 'config-'))
    const file = join(folder, 'replicas')
    const env = { DATABASE_URL: url, DATABASE_REPLICAS_FILE: file }
    const second = 'postgres://rec:hunter2@db2.test/archive'
    try {
      writeFileSync(file, `${url},\n${second}\n`, { mode: 0o600 })
      expect(readConfig(env).database?.replicas).toEqual([url, second])
      expect(fault({ DATABASE_REPLICAS_FILE: file })).toContain(
        'DATABASE_URL is not set, but DATABASE_REPLICAS_FILE is',
      )
      writeFileSync(file, `${url},db2.test`)
      chmodSync(file, 0o644)
      const told = fault(env)
      expect(told).toContain('DATABASE_REPLICAS_FILE names a file whose text is wrong')
      expect(told).toContain('It also names a file that every user of this machine can get at (mode 0644)')
      expect(told).not.toContain('hunter2')
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('turns the demo off', () => {
    expect(readConfig({ DATABASE_URL: url })).toMatchObject({
      demo: false,
      database: { url, replicas: [], maxLagMs: 10_000 },
    })
  })

  it.each([
    ['a demo', { DEMO: 'on' }, 'DEMO cannot be on beside DATABASE_URL'],
    [
      'a folder of audio and a recorder',
      { RECORDER_URL: 'https://recorder.test', MEDIA_DIR: '/srv/audio' },
      'MEDIA_DIR cannot stand beside RECORDER_URL',
    ],
    ['a file of the same', { DATABASE_URL_FILE: '/etc/hostname' }, 'DATABASE_URL_FILE cannot stand beside'],
  ])('refuses %s beside it, and never shows the password', (_, beside, words) => {
    const told = fault({ DATABASE_URL: url, ...beside })
    expect(told).toContain(words)
    expect(told).not.toContain('hunter2')
  })

  it('is missed where a folder for its audio is named', () => {
    expect(fault({ MEDIA_DIR: '/srv/audio' })).toContain('DATABASE_URL is not set, but MEDIA_DIR is')
  })
})
