import { afterEach, describe, expect, it } from 'vitest'
import type { SqliteSource } from './sqlite-source.ts'
import { openForWriting } from './database.ts'
import { Directory } from './directory.ts'
import { hashPassword, verifyPassword } from '../archive/passwords.ts'
import { openSqliteSource } from './sqlite-source.ts'
import { testStore, type TestStore, type TestUser } from '../../../testing/store.ts'

const users: TestUser[] = [
  {
    username: 'MRossi',
    firstName: 'Maria',
    lastName: 'Rossi',
    group: 'Sales',
    role: 'supervisor',
    leads: ['Support', 'Sales'],
    password: 'secret',
  },
  { username: 'zoë', role: 'base', password: 'pässwörd' },
  { username: 'boss', lastName: 'Boss', role: 'manager', password: 'x' },
  { username: 'guest', role: 'none', password: 'y' },
]

let store: TestStore
let source: SqliteSource
const open = async (): Promise<void> => {
  store = await testStore([{ ownerUsername: 'stranger' }], users)
  source = await openSqliteSource({ dataDir: store.dataDir, workers: 0 })
}
afterEach(async () => {
  await source.close()
  store.remove()
})

function change(work: (directory: Directory) => void): void {
  const db = openForWriting(store.dataDir)
  work(new Directory(db))
  db.close()
}

describe('signing in', () => {
  it('returns the user and what they may see', async () => {
    await open()
    expect(await source.authenticate('mrossi', 'secret')).toEqual({
      username: 'MRossi',
      displayName: 'Maria Rossi',
      role: 'supervisor',
      scope: { kind: 'groups', groups: ['Sales', 'Support'] },
      stamp: expect.stringMatching(/^[\w-]{22}$/) as string,
      canChangePassword: true,
    })
    expect(await source.authenticate('ZOË', 'pässwörd')).toMatchObject({
      displayName: null,
      scope: { kind: 'own' },
    })
    expect(await source.authenticate('boss', 'x')).toMatchObject({
      displayName: 'Boss',
      scope: { kind: 'all' },
    })
    expect(await source.authenticate('guest', 'y')).toMatchObject({ scope: { kind: 'none' } })
  })

  it('accepts a password that is composed differently', async () => {
    await open()
    expect(await source.authenticate('zoë', 'pässwörd'.normalize('NFD'))).not.toBeNull()
  })

  it.each([
    ['mrossi', 'Secret'],
    ['mrossi', ''],
    ['nobody', 'secret'],
    ['stranger', ''],
    ['', ''],
  ])('refuses %j with %j', async (username, password) => {
    await open()
    expect(await source.authenticate(username, password)).toBeNull()
  })
})

describe('an account', () => {
  it('gets a new stamp when its password changes, and none when it is removed', async () => {
    await open()
    const before = await source.principal('zoë')
    expect(await source.principal('ZOË')).toEqual(before)
    const password = await hashPassword('new')
    change((directory) => directory.savePassword('Zoë', password))
    const after = await source.principal('zoë')
    expect(after?.stamp).not.toBe(before?.stamp)
    expect(await source.authenticate('zoë', 'pässwörd')).toBeNull()
    expect(await source.authenticate('zoë', 'new')).toEqual(after)
    change((directory) => directory.removeAccount('zoë'))
    expect(await source.principal('zoë')).toBeNull()
    expect(await source.authenticate('zoë', 'new')).toBeNull()
  })

  it('is missing for an owner without one', async () => {
    await open()
    expect(await source.principal('stranger')).toBeNull()
  })
})

describe('a stored password', () => {
  it('is salted, and includes its cost', async () => {
    const [first, second] = await Promise.all([hashPassword('demo'), hashPassword('demo')])
    expect(first).toMatch(/^scrypt\$32768\$8\$3\$[\w+/]{22}==\$[\w+/]{43}=$/)
    expect(first).not.toBe(second)
    expect(await verifyPassword('demo', first)).toBe(true)
    expect(await verifyPassword('Demo', first)).toBe(false)
  })

  it('matches nothing for an unknown user', async () => {
    expect(await verifyPassword('', null)).toBe(false)
  })
})
