import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AnswerSplitter } from './import-json.ts'

describe('the splitter of answers', () => {
  it('returns the elements of an answer or of a bare list, whatever they hold and however they arrive', () => {
    const elements = fc.array(fc.jsonValue(), { maxLength: 5 })
    fc.assert(
      fc.property(
        elements,
        fc.jsonValue(),
        fc.integer({ min: 1, max: 9 }),
        fc.constantFrom(0, 2),
        fc.boolean(),
        (list, beside, size, indent, isAlone) => {
          const whole = { beside, 'x"recordings': [1], recordings: list, after: { recordings: [2] } }
          const text = JSON.stringify(isAlone ? list : whole, null, indent)
          const splitter = new AnswerSplitter()
          const found: string[] = []
          for (let at = 0; at < text.length; at += size)
            found.push(...splitter.push(text.slice(at, at + size)))
          splitter.end()
          expect(found.map((element) => JSON.parse(element) as unknown)).toEqual(
            JSON.parse(JSON.stringify(list)),
          )
        },
      ),
      { numRuns: 500 },
    )
  })
})
