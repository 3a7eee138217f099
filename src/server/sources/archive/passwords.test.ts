import { describe, expect, it } from 'vitest'
import { hashPassword, verifyPassword } from './passwords.ts'

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
