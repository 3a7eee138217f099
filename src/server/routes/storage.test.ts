/** Signing in and out while the sessions' file cannot be written or read: locked, full, cut or replaced. */
import Database from 'better-sqlite3'
import { randomBytes } from 'node:crypto'
import { readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { AUTH_ACTIVITY, AUTH_LOGOUT, AUTH_SESSION } from '../../contract/endpoints.ts'
import { databaseFile } from '../sources/sqlite/database.ts'
import { limitFiles, loginRequest, ownPage, sessionOf, testHost, type TestHost } from '../../testing/host.ts'

/** How many ended sessions the host remembers. */
const FLOOD = 200

let host: TestHost
const lines: string[] = []
beforeEach(async () => {
  lines.length = 0
  const log = { level: 'info', stream: { write: (line: string) => void lines.push(line) } } as const
  host = await testHost({ dependencies: { log }, sessions: { maxWaiting: FLOOD, retryMs: 50 } })
})
afterEach(() => host.close())

const sessionsFile = (): string => join(host.dataDir, 'sessions.db')
const audited = (): { action: string; outcome: string; user: string }[] =>
  readFileSync(join(host.dataDir, 'audit.log'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { action: string; outcome: string; user: string })
const post = (url: string, headers: Record<string, string>) =>
  host.app.inject({ method: 'POST', url, headers: { ...ownPage, ...headers } })
const statusOf = async (headers: Record<string, string>) =>
  (await host.app.inject({ url: AUTH_SESSION, headers })).statusCode
const rows = (): number => {
  const db = new Database(sessionsFile(), { readonly: true })
  const count = db.prepare('SELECT count(*) FROM session').pluck().get() as number
  db.close()
  return count
}

/** Locks the file like another process that writes. @returns a function that ends the lock. */
function lock(): () => void {
  const db = new Database(sessionsFile())
  db.exec('BEGIN EXCLUSIVE')
  return () => db.close()
}

/** Fills the disk for the sessions' write-ahead log. @returns a function that frees it again. */
function fill(): () => void {
  limitFiles(statSync(`${sessionsFile()}-wal`).size)
  return () => limitFiles('unlimited')
}

const faults = [
  ['locked', lock],
  ['full', fill],
] as const

describe.each(faults)('while the sessions’ file is %s', (_, fault) => {
  it('signing in and going on are refused for a moment, and no reason is revealed', async () => {
    const cookie = await sessionOf(host.app, 'manager')
    host.nowMs += 1
    const mend = fault()
    try {
      for (const answer of [
        await host.app.inject(loginRequest('agent')),
        await post(AUTH_ACTIVITY, cookie),
      ]) {
        expect(answer.statusCode).toBe(503)
        expect(answer.headers['retry-after']).toBe('5')
        expect(answer.json()).toEqual({
          code: 'storage_failed',
          message: expect.stringContaining('Try again in a moment'),
          requestId: expect.any(String),
        })
        expect(answer.body).not.toMatch(/SQL|database|sessions\.db/i)
        expect(answer.headers).not.toHaveProperty('set-cookie')
      }
      expect(await statusOf(cookie)).toBe(200)
    } finally {
      mend()
    }
    expect(lines.join('')).toContain('"msg":"storage failed"')
    expect(audited().at(-1)).toMatchObject({ action: 'login', user: 'agent', outcome: 'storage_failed' })
    expect(await statusOf(await sessionOf(host.app, 'agent'))).toBe(200)
    expect((await post(AUTH_ACTIVITY, cookie)).statusCode).toBe(200)
  })

  it('signing out holds at once, and for good once it can be written', async () => {
    const [mine, theirs] = [await sessionOf(host.app, 'manager'), await sessionOf(host.app, 'agent')]
    const mend = fault()
    try {
      const answer = await post(AUTH_LOGOUT, mine)
      expect(answer.statusCode).toBe(204)
      expect(answer.headers['set-cookie']).toMatch(/^rc=; /)
      expect(await statusOf(mine)).toBe(401)
      expect(await statusOf(theirs)).toBe(200)
      expect(rows()).toBe(2)
    } finally {
      mend()
    }
    expect(audited().at(-1)).toMatchObject({ action: 'logout', user: 'manager', outcome: 'ok' })
    await expect.poll(rows, { timeout: 10_000 }).toBe(1)
    expect([await statusOf(mine), await statusOf(theirs)]).toEqual([401, 200])
  })
})

/** Makes the host read the sessions' file again instead of its cache. */
function touch(): void {
  const db = new Database(sessionsFile())
  db.exec('UPDATE session SET stamp = stamp')
  db.pragma('wal_checkpoint(TRUNCATE)')
  db.close()
}

/** Overwrites the sessions' file. @returns a function that restores it. */
function spoil(): () => void {
  touch()
  const whole = readFileSync(sessionsFile())
  writeFileSync(sessionsFile(), 'nothing of ours '.repeat(2000))
  return () => {
    writeFileSync(sessionsFile(), whole)
    touch()
  }
}

it('signing out works where not even the session can be read', async () => {
  const cookie = await sessionOf(host.app, 'manager')
  spoil()
  const asked = await host.app.inject({ url: AUTH_SESSION, headers: cookie })
  expect([asked.statusCode, asked.headers['retry-after']]).toEqual([503, '5'])
  const answer = await post(AUTH_LOGOUT, cookie)
  expect(answer.statusCode).toBe(204)
  expect(answer.headers['set-cookie']).toMatch(/^rc=; /)
  expect(await statusOf(cookie)).toBe(401)
})

describe('signing out while the sessions’ file cannot be read', () => {
  it('holds, however many made-up cookies sign out', async () => {
    const [before, after, other] = [
      await sessionOf(host.app, 'manager'),
      await sessionOf(host.app, 'agent'),
      await sessionOf(host.app, 'solo'),
    ]
    const mend = spoil()
    await post(AUTH_LOGOUT, before)
    for (let count = 0; count < FLOOD; count += 1) {
      await post(AUTH_LOGOUT, { cookie: `rc=${randomBytes(48).toString('base64url')}` })
    }
    await post(AUTH_LOGOUT, after)
    mend()
    expect([await statusOf(before), await statusOf(after), await statusOf(other)]).toEqual([401, 401, 200])
  })

  it('holds, however many old cookies sign out later', async () => {
    const principal = { username: 'agent', displayName: null, role: 'base', scope: { kind: 'own' } } as const
    const old: string[] = []
    for (let count = 0; count < FLOOD; count += 1) {
      old.push(await host.sessions.open({ ...principal, stamp: '' }))
    }
    const [seen, unseen] = [await sessionOf(host.app, 'manager'), await sessionOf(host.app, 'solo')]
    const unlock = lock()
    await post(AUTH_LOGOUT, seen)
    unlock()
    const mend = spoil()
    await post(AUTH_LOGOUT, unseen)
    for (const token of old) await host.sessions.end(token)
    mend()
    expect([await statusOf(seen), await statusOf(unseen)]).toEqual([401, 401])
  })
})

describe('a host whose files became unreadable', () => {
  it.each([
    ['the sessions', sessionsFile],
    ['the store', () => databaseFile(host.dataDir)],
  ])('is not ready without %s', async (_, file) => {
    const ready = async () => (await host.app.inject('/readyz')).statusCode
    expect(await ready()).toBe(200)
    const whole = readFileSync(file())
    truncateSync(file(), 60)
    expect(await ready()).toBe(503)
    writeFileSync(file(), Buffer.alloc(whole.length, 'x'))
    expect(await ready()).toBe(503)
    writeFileSync(file(), whole)
    expect(await ready()).toBe(200)
    rmSync(file())
    expect(await ready()).toBe(503)
    expect((await host.app.inject('/healthz')).statusCode).toBe(200)
  })
})
