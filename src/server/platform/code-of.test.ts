import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { codeOf } from './code-of.ts'
import { OperatorError } from './operator-error.ts'

function thrownBy(work: () => unknown): unknown {
  try {
    return work()
  } catch (error) {
    return error
  }
}

describe('the code of an error', () => {
  it('is the one that Node gave it, also after it crossed threads', () => {
    const error = thrownBy(() => readFileSync('/nowhere/at/all'))
    expect(codeOf(error)).toBe('ENOENT')
    expect(codeOf(structuredClone({ ...(error as object) }))).toBe('ENOENT')
  })

  it.each([
    [new Error('none')],
    [new OperatorError('none')],
    ['ENOENT'],
    [null],
    [undefined],
    [{ code: undefined }],
  ])('is empty where %j has none', (error) => expect(codeOf(error)).toBe(''))
})
