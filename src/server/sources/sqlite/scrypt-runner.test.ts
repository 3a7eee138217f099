/** Who waits behind whom for a password's derivation. */
import { expect, it } from 'vitest'
import { scryptInPlace } from './scrypt-runner.ts'

it('has a person at the sign-in wait behind no program, and a program behind no stranger', async () => {
  const runner = scryptInPlace(1)
  const work = { n: 2 ** 12, r: 8, p: 1, password: 'a long secret', salt: Buffer.alloc(16) }
  const ended: string[] = []
  const derive = async (from: string, isKnown: boolean, isScript: boolean): Promise<void> => {
    const { signal } = new AbortController()
    await runner.derive(work, { signal, from, isKnown, isScript })
    ended.push(from)
  }
  const numbers = Array.from({ length: 8 }, (_, n) => n)
  await Promise.all([
    ...numbers.map((n) => derive(`stranger ${n}`, false, n % 2 === 0)),
    ...numbers.map((n) => derive(`program ${n}`, true, true)),
    derive('person', true, false),
  ])
  expect(ended).toHaveLength(17)
  expect(ended.indexOf('person')).toBeLessThan(10)
  expect(ended.indexOf('program 0')).toBeLessThan(10)
  expect(runner.counts()).toEqual({ running: 0, waiting: 0 })
})
