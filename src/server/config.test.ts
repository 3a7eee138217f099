import { describe, expect, it } from 'vitest'
import { ConfigError, isLoopback, readConfig } from './config.ts'

const fault = (env: Record<string, string>): string => {
  try {
    readConfig(env)
    return ''
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError)
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
      logLevel: null,
    }
    expect(readConfig({})).toEqual(defaults)
    expect(readConfig({ PORT: '', DEMO: '', EMBED_ORIGINS: '', PATH: '/bin' })).toEqual(defaults)
  })

  it('reads everything', () => {
    const read = readConfig({
      HOST: '0.0.0.0',
      PORT: '0',
      DATA_DIR: '/srv/recordings',
      DEMO: 'off',
      DEMO_NOW: '2026-11-23T08:30:00+01:00',
      EMBED_ORIGINS: ' https://portal.test , https://b.test:8443, http://localhost:3000,https://PORTAL.test,',
      LOGIN_FAILURES: '10',
      CONTACT: 'the service desk',
      LOG_LEVEL: 'debug',
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
      logLevel: 'debug',
    })
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
  ])('refuses %s=%s, says why and gives an example', (name, value) => {
    expect(fault({ [name]: value })).toMatch(new RegExp(`^.*\\n  ${name} takes .*Example: ${name}=\\S`))
  })

  it('names every fault at once', () => {
    const told = fault({ PORT: 'x', DEMO: 'x', EMBED_ORIGINS: 'x' })
    for (const name of ['PORT', 'DEMO', 'EMBED_ORIGINS']) expect(told).toContain(`\n  ${name} `)
  })
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
