import { randomBytes } from 'node:crypto'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { seal, unseal } from './seal.ts'

const keys = { cookieKey: randomBytes(32), hostKey: randomBytes(32), rowId: randomBytes(32) }
const credentials = { username: 'mrossi', password: 'p:ä ss\u{1f511}wörd' }

describe('sealed credentials', () => {
  it('open under the same keys, whatever they are', () => {
    const property = fc.property(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: 'binary' }),
      (username, password) => {
        expect(unseal(seal({ username, password }, keys), keys)).toEqual({ username, password })
      },
    )
    fc.assert(property, { numRuns: 50 })
  })

  it.each(['cookieKey', 'hostKey', 'rowId'] as const)('do not open with another %s', (name) => {
    const sealed = seal(credentials, keys)
    expect(unseal(sealed, { ...keys, [name]: randomBytes(32) })).toBeNull()
    expect(unseal(sealed, { ...keys, [name]: Buffer.alloc(0) })).toBeNull()
  })

  it('do not open once a byte of them is changed', () => {
    const sealed = seal(credentials, keys)
    for (let at = 0; at < sealed.length; at += 1) {
      const changed = Buffer.from(sealed)
      changed.writeUInt8(changed.readUInt8(at) ^ 1, at)
      expect(unseal(changed, keys)).toBeNull()
    }
  })

  it('do not open once they are shorter or longer', () => {
    const sealed = seal(credentials, keys)
    for (let length = 0; length < sealed.length; length += 1) {
      expect(unseal(sealed.subarray(0, length), keys)).toBeNull()
    }
    expect(unseal(Buffer.concat([sealed, Buffer.alloc(1)]), keys)).toBeNull()
  })

  it('are different bytes each time, without any of their text', () => {
    const [one, other] = [seal(credentials, keys), seal(credentials, keys)]
    expect(one.equals(other)).toBe(false)
    expect(one.subarray(0, 12).equals(other.subarray(0, 12))).toBe(false)
    for (const secret of Object.values(credentials)) expect(one.includes(secret)).toBe(false)
  })
})
