import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { askYes } from './ask-yes.ts'
import { Interrupted, UsageError } from './run-command.ts'

function terminal(typed: string | null, isTTY = true) {
  const [stdin, stderr] = [Object.assign(new PassThrough(), { isTTY }), new PassThrough()]
  stdin.end(typed ?? '')
  return { stdin, stderr }
}

describe('the question before a removal', () => {
  it('takes yes alone for a yes', async () => {
    for (const typed of ['yes\n', ' YES \r\n']) {
      const place = terminal(typed)
      await askYes('Remove? ', place)
      expect(String(place.stderr.read())).toBe('Remove? ')
    }
    for (const typed of ['y\n', '\n', 'no\n', 'yes please\n', '']) {
      await expect(askYes('Remove? ', terminal(typed))).rejects.toThrow(Interrupted)
    }
  })

  it('is not asked where there is no terminal', async () => {
    const place = terminal('yes\n', false)
    await expect(askYes('Remove? ', place)).rejects.toThrow(UsageError)
    expect(place.stderr.read()).toBeNull()
  })
})
