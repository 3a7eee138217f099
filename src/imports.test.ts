/** The floor plan, executed: which folder may import which. A folder that is not named here fails. */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = resolve(import.meta.dirname)

const browserFolders = ['api', 'url', 'search', 'recording', 'session', 'embed', 'text', 'prefs', 'app', 'ui']
const everything = [...browserFolders, 'contract', 'lib']

/** Folder → folders it may import, besides itself and packages. `''` is `src` itself: the two entries. */
const floorPlan: Readonly<Record<string, readonly string[]>> = {
  '': everything,
  contract: [],
  lib: [],
  ui: ['lib', 'text', 'prefs'],
  api: ['contract', 'text', 'prefs'],
  url: ['contract', 'lib', 'text', 'prefs'],
  search: ['contract', 'api', 'url', 'ui', 'lib', 'text', 'prefs'],
  recording: ['contract', 'api', 'url', 'ui', 'lib', 'text', 'prefs'],
  session: ['contract', 'api', 'url', 'ui', 'lib', 'text', 'prefs'],
  embed: ['contract', 'lib', 'text', 'prefs'],
  text: ['lib', 'prefs'],
  prefs: ['contract', 'lib'],
  app: everything,
  server: [
    'contract',
    'server/config',
    'server/files',
    'server/http',
    'server/sources',
    'server/sources/recorder',
    'server/sources/sqlite',
    'server/audit',
    'server/auth',
    'server/demo',
  ],
  'server/config': ['contract'],
  'server/http': ['contract', 'server/config'],
  'server/files': ['contract'],
  'server/audit': ['contract', 'server/config'],
  'server/auth': ['contract', 'server/files', 'server/http', 'server/sources'],
  'server/sources': ['contract'],
  'server/sources/recorder': ['contract', 'server/sources'],
  'server/sources/sqlite': ['contract', 'server/files', 'server/sources'],
  'server/demo': ['contract', 'server/sources', 'server/sources/sqlite'],
}

/** Packages with one importer, and what each folder must not know. */
const packageLaw: Readonly<Record<string, readonly string[]>> = {
  dayjs: ['lib'],
  'react-router-dom': ['url', 'app'],
  '@tanstack/react-table': ['search'],
  'better-sqlite3': ['server/sources/sqlite', 'server/auth', 'server/audit', 'server/files'],
  undici: ['server/sources/recorder'],
  fastify: ['server', 'server/auth', 'server/http'],
}

interface Import {
  readonly file: string
  readonly folder: string
  readonly specifier: string
}

function imports(): Import[] {
  const entries = readdirSync(root, { recursive: true, encoding: 'utf8' })
  // `testing.ts` is of the tests, as they are: the host's build leaves both out.
  const unruled = /\.test\.tsx?$|\.d\.ts$|\btesting\.ts$/
  const files = entries.filter((file) => /\.tsx?$/.test(file) && !unruled.test(file))
  return files.flatMap((file) => {
    const text = readFileSync(join(root, file), 'utf8')
    const found = text.matchAll(/(?:\bfrom\s*|\bimport\s*\(?\s*)'([^']+)'/g)
    const folder = dirname(file) === '.' ? '' : dirname(file)
    return [...found].map((match) => ({ file, folder, specifier: match[1] ?? '' }))
  })
}

describe('the floor plan', () => {
  const all = imports()

  it('names every folder', () => {
    expect(all.length).toBeGreaterThan(0)
    expect([...new Set(all.map(({ folder }) => folder))].filter((folder) => !(folder in floorPlan))).toEqual(
      [],
    )
  })

  it('lets each folder import only what its row names', () => {
    const broken = all.flatMap(({ file, folder, specifier }) => {
      if (!specifier.startsWith('.')) return []
      const path = relative(root, dirname(resolve(root, dirname(file), specifier)))
      const allowed = [folder, ...(floorPlan[folder] ?? [])]
      return allowed.includes(path) || path.startsWith('..') ? [] : [`${file} imports ${specifier}`]
    })
    expect(broken).toEqual([])
  })

  it('keeps packages where they belong', () => {
    const broken = all.flatMap(({ file, folder, specifier }) => {
      const owners = Object.entries(packageLaw).find(
        ([name]) => specifier === name || specifier.startsWith(`${name}/`),
      )
      return !owners || owners[1].includes(folder) ? [] : [`${file} imports ${specifier}`]
    })
    expect(broken).toEqual([])
  })

  it('imports by path with the file’s ending, without barrels', () => {
    const broken = all.filter(
      ({ specifier }) =>
        specifier.startsWith('.') &&
        (!/\.(tsx?|css|json)$/.test(specifier) || /\/index\.tsx?$/.test(specifier)),
    )
    expect(broken).toEqual([])
  })
})
