/** The order in which clients get a password derived. */
import { expect, it } from 'vitest'
import { scryptInPlace, type ScryptRunner } from './scrypt-runner.ts'

const work = { n: 2 ** 12, r: 8, p: 1, password: 'a long secret', salt: Buffer.alloc(16) }

async function derive(
  runner: ScryptRunner,
  ended: string[],
  from: string,
  isKnown: boolean,
  isScript: boolean,
  signal = new AbortController().signal,
): Promise<void> {
  await runner.derive(work, { signal, from, isKnown, isScript })
  ended.push(from)
}

it('lets no program delay a person who signs in, and no stranger delay a program', async () => {
  const runner = scryptInPlace(1)
  const ended: string[] = []
  const numbers = Array.from({ length: 8 }, (_, n) => n)
  await Promise.all([
    ...numbers.map((n) => derive(runner, ended, `stranger ${n}`, false, n % 2 === 0)),
    ...numbers.map((n) => derive(runner, ended, `program ${n}`, true, true)),
    derive(runner, ended, 'person', true, false),
  ])
  expect(ended.slice(0, 3).toSorted()).toEqual(['person', 'program 0', 'stranger 0'])
  expect(ended).toHaveLength(17)
  expect(runner.counts()).toEqual({ running: 0, waiting: 0 })
})

it('gives the next turn to the one that has waited longest since its last, and serves all', async () => {
  const runner = scryptInPlace(1)
  const ended: string[] = []
  const first = derive(runner, ended, 'stranger 0', false, false)
  const others = [1, 2, 3].map((n) => derive(runner, ended, `stranger ${n}`, false, false))
  await first
  await Promise.all([derive(runner, ended, 'person', true, false), ...others])
  expect(ended).toEqual(['stranger 0', 'stranger 1', 'person', 'stranger 2', 'stranger 3'])
})

it('frees the place of a client that gives up', async () => {
  const runner = scryptInPlace(1)
  const ended: string[] = []
  const first = derive(runner, ended, 'program', true, true)
  const leaving = ['person', 'other'].map((from) => {
    const controller = new AbortController()
    return { controller, derived: derive(runner, ended, from, true, false, controller.signal) }
  })
  for (const { controller } of leaving) controller.abort(new Error('left'))
  for (const { derived } of leaving) await expect(derived).rejects.toThrow('left')
  await first
  await derive(runner, ended, 'person', true, false)
  expect(ended).toEqual(['program', 'person'])
  expect(runner.counts()).toEqual({ running: 0, waiting: 0 })
})
