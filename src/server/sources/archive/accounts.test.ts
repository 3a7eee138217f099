/** Signing in to both archives, and the accounts that they keep. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { testArchives, testManager, type TestArchive } from '../../../testing/archives.ts'
import { cheapHash, type TestUser } from '../../../testing/store.ts'
import type { DecideAccount } from './operated.ts'

const { signal } = new AbortController()
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

describe.each(testArchives)('signing in to %s', (_name, open) => {
  let archive: TestArchive
  beforeAll(async () => {
    archive = await open([{ ownerUsername: 'stranger' }], users)
  })
  afterAll(() => archive.remove())
  const signIn = (username: string, password: string) => archive.source.authenticate(username, password)

  it('returns the user and what they may see', async () => {
    expect(await signIn('mrossi', 'secret')).toEqual({
      username: 'MRossi',
      displayName: 'Maria Rossi',
      role: 'supervisor',
      scope: { kind: 'groups', groups: ['Sales', 'Support'] },
      stamp: expect.stringMatching(/^[\w-]{22}$/) as string,
      canChangePassword: true,
    })
    expect(await signIn('ZOË', 'pässwörd')).toMatchObject({ displayName: null, scope: { kind: 'own' } })
    expect(await signIn('boss', 'x')).toMatchObject({ displayName: 'Boss', scope: { kind: 'all' } })
    expect(await signIn('guest', 'y')).toMatchObject({ scope: { kind: 'none' } })
  })

  it('accepts a password that is composed differently', async () => {
    expect(await signIn('zoë', 'pässwörd'.normalize('NFD'))).not.toBeNull()
  })

  it.each([
    ['mrossi', 'Secret'],
    ['mrossi', ''],
    ['nobody', 'secret'],
    ['stranger', ''],
    ['', ''],
    ['mrossi\u0000', 'secret'],
    ["mrossi' --", 'secret'],
    ['mrossi ', 'secret'],
    ['m%', 'secret'],
  ])('refuses %j with %j', async (username, password) => {
    expect(await signIn(username, password)).toBeNull()
  })
})

const refusing: DecideAccount = () => {
  throw new Error('no such group')
}

describe.each(testArchives)('an account in %s', (_name, open) => {
  let archive: TestArchive
  beforeEach(async () => {
    archive = await open([{ ownerUsername: 'stranger' }], users)
  })
  afterEach(() => archive.remove())

  const account = (username: string) => archive.operate((operated) => operated.account(username))
  const removed = (username: string) => archive.operate((operated) => operated.removeAccount(username))
  async function passwordSaved(username: string, password: string): Promise<boolean> {
    const stored = await cheapHash(password)
    return archive.operate((operated) => operated.savePassword(username, stored))
  }
  const change = (username: string, decide: DecideAccount) =>
    archive.operate((operated) => operated.changeAccount(username, decide))

  it('gets a new stamp when its password changes, and none when it is removed', async () => {
    const { source } = archive
    const before = await source.principal('zoë')
    expect(await source.principal('ZOË')).toEqual(before)
    expect(await passwordSaved('Zoë', 'new')).toBe(true)
    const after = await source.principal('zoë')
    expect(after?.stamp).not.toBe(before?.stamp)
    expect(await source.authenticate('zoë', 'pässwörd')).toBeNull()
    expect(await source.authenticate('zoë', 'new')).toEqual(after)
    expect(await removed('zoë')).toBe(true)
    expect(await source.principal('zoë')).toBeNull()
    expect(await source.authenticate('zoë', 'new')).toBeNull()
  })

  it('changes its own password, in any spelling of its name', async () => {
    const { source } = archive
    const before = await source.principal('mrossi')
    const after = await source.changePassword!('MROSSI', 'other', signal)
    expect(after).toEqual({ ...before, stamp: after?.stamp })
    expect(after?.stamp).not.toBe(before?.stamp)
    expect(await source.authenticate('mrossi', 'secret')).toBeNull()
    expect(await source.authenticate('mrossi', 'other')).toEqual(after)
    expect(await source.authenticate('boss', 'x')).not.toBeNull()
  })

  it('cannot change its password once it is removed', async () => {
    await removed('zoë')
    expect(await archive.source.changePassword!('zoë', 'other', signal)).toBeNull()
    expect(await archive.source.authenticate('zoë', 'other')).toBeNull()
  })

  it('is missing for an owner without one', async () => {
    expect(await archive.source.principal('stranger')).toBeNull()
    expect(await account('stranger')).toBeNull()
    expect(await passwordSaved('stranger', 'x')).toBe(false)
    expect(await removed('stranger')).toBe(false)
    expect(await change('stranger', () => expect.fail('There is no such account.'))).toBeNull()
  })

  it('is listed in the order of names, with what it leads, and without a password', async () => {
    const user = { username: 'MRossi', firstName: 'Maria', lastName: 'Rossi', group: 'Sales' }
    const mrossi = { user, role: 'supervisor', leads: ['Sales', 'Support'] }
    expect(await archive.operate((operated) => operated.accounts())).toEqual([
      { user: { username: 'boss', lastName: 'Boss' }, role: 'manager', leads: [] },
      { user: { username: 'guest' }, role: 'none', leads: [] },
      mrossi,
      { user: { username: 'zoë' }, role: 'base', leads: [] },
    ])
    expect(await account('MROSSI')).toEqual(mrossi)
    expect(await archive.operate((operated) => operated.isDemoAccount('mrossi'))).toBe(false)
  })

  it('changes without its password, and loses what is null', async () => {
    const { source } = archive
    const before = await source.principal('mrossi')
    const after = { group: null, firstName: null, lastName: 'R', role: 'supervisor' } as const
    const leads = ['SUPPORT', 'Billing']
    const known = await account('mrossi')
    const changed = await change('mROSSI', (given, groups) => {
      expect(given).toEqual(known)
      expect(groups).toEqual(['Sales', 'Support'])
      return { ...after, leads }
    })
    expect(changed).toEqual({ before: known, after: { ...after, leads } })
    expect(await account('mrossi')).toEqual({
      user: { username: 'MRossi', lastName: 'R' },
      role: 'supervisor',
      leads: ['Billing', 'Support'],
    })
    expect(await source.authenticate('mrossi', 'secret')).toEqual({
      ...before,
      displayName: 'R',
      scope: { kind: 'groups', groups: ['Billing', 'Support'] },
    })
  })

  it('stays as it was where nothing was decided', async () => {
    const before = await account('mrossi')
    await expect(change('mrossi', refusing)).rejects.toThrow('no such group')
    expect(await account('mrossi')).toEqual(before)
  })

  it('keeps every change of those that are made at once', async () => {
    const names = ['A', 'B', 'C', 'D', 'E', 'F']
    const unnamed = { role: 'supervisor', group: null, firstName: null, lastName: null } as const
    const adding = names.map((name) =>
      change('mrossi', ({ leads }) => ({
        ...unnamed,
        leads: [...leads, name],
      })),
    )
    await Promise.all(adding)
    expect((await account('mrossi'))?.leads).toEqual([...names, 'Sales', 'Support'])
  })

  it('that is saved again is replaced, and keeps the person’s fields that are not given', async () => {
    await archive.saveAccount({ username: 'mrossi', phoneNumber: '225', role: 'base', password: 'new' })
    expect(await account('mrossi')).toEqual({
      user: { username: 'MRossi', firstName: 'Maria', lastName: 'Rossi', group: 'Sales', phoneNumber: '225' },
      role: 'base',
      leads: [],
    })
    expect(await archive.source.authenticate('mrossi', 'new')).toMatchObject({ scope: { kind: 'own' } })
  })

  it('can be made again after its removal, for the same person', async () => {
    await removed('mrossi')
    expect(await archive.source.people('rossi', 5, testManager)).toMatchObject([{ username: 'MRossi' }])
    await archive.saveAccount({ username: 'mrossi', role: 'supervisor', password: 'new' })
    expect(await archive.source.authenticate('mrossi', 'new')).toMatchObject({
      displayName: 'Maria Rossi',
      scope: { kind: 'groups', groups: [] },
    })
  })
})
