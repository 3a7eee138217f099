/** Checks that classes are short and keep private state in one way, and that each export has its own name. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = import.meta.dirname
const MAX_LINES = 150

interface Class {
  readonly name: string
  readonly lines: readonly string[]
}

const files = [root, join(root, '../e2e')].flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.tsx?$/.test(file))
    .map((file) => ({ file, text: readFileSync(join(folder, file), 'utf8') })),
)

/** Every class at the top of a module. Prettier puts its closing brace alone at the start of a line. */
const classes = (): Class[] =>
  files.flatMap(({ file, text }) =>
    [...text.matchAll(/^(?:export )?(?:default )?(?:abstract )?class (\w+)[^]*?^}$/gm)].map((match) => ({
      name: `${file}: ${match[1]}`,
      lines: match[0].split('\n'),
    })),
  )

describe('a class', () => {
  const all = classes()

  it(`has at most ${MAX_LINES} lines`, () => {
    expect(all.length).toBeGreaterThan(0)
    const tooLong = all.filter(({ lines }) => lines.length > MAX_LINES)
    expect(tooLong.map(({ name, lines }) => `${name} has ${lines.length} lines`)).toEqual([])
  })

  it('marks private fields and methods with #', () => {
    const other = all.filter(({ lines }) =>
      lines.some((line) => /^ {2}(?:private|protected) (?!constructor\b)/.test(line)),
    )
    expect(other.map(({ name }) => name)).toEqual([])
  })
})

/** Playwright finds a browser test by this name, so each kind of test has its own. */
const SHARED = ['test', 'expect']

describe('an export', () => {
  it('has a name that no other export has', () => {
    const places = new Map<string, string[]>()
    for (const { file, text } of files) {
      const declared = text.matchAll(
        /^export (?:abstract |async )?(?:interface|type|class|const|function\*?) (\w+)/gm,
      )
      for (const [, name = ''] of declared) places.set(name, [...(places.get(name) ?? []), file])
    }
    expect(places.size).toBeGreaterThan(0)
    const twice = [...places].filter(([name, declaring]) => declaring.length > 1 && !SHARED.includes(name))
    expect(twice).toEqual([])
  })
})
