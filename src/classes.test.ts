/** What every class keeps to: its size, and one idiom for what is private. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = import.meta.dirname
const MAX_LINES = 150

interface Class {
  readonly name: string
  readonly lines: readonly string[]
}

/** Every class at the top of a module; prettier puts its closing brace alone at the start of a line. */
function classes(): Class[] {
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) =>
    /\.tsx?$/.test(file),
  )
  return files.flatMap((file) => {
    const found = readFileSync(join(root, file), 'utf8').matchAll(
      /^(?:export )?(?:abstract )?class (\w+)[^]*?^}$/gm,
    )
    return [...found].map((match) => ({ name: `${file}: ${match[1]}`, lines: match[0].split('\n') }))
  })
}

describe('a class', () => {
  const all = classes()

  it(`has at most ${MAX_LINES} lines`, () => {
    expect(all.length).toBeGreaterThan(0)
    const tooLong = all.filter(({ lines }) => lines.length > MAX_LINES)
    expect(tooLong.map(({ name, lines }) => `${name} has ${lines.length} lines`)).toEqual([])
  })

  it('keeps private fields and methods by #', () => {
    const other = all.filter(({ lines }) =>
      lines.some((line) => /^ {2}(?:private|protected) (?!constructor\b)/.test(line)),
    )
    expect(other.map(({ name }) => name)).toEqual([])
  })
})
