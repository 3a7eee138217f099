/** Checks the floor plan, the list of the folders that each folder may import. A folder that is not in it fails. */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = resolve(import.meta.dirname)

const browserFolders = [
  'api',
  'url',
  'search',
  'recording',
  'player',
  'session',
  'embed',
  'text',
  'prefs',
  'ui',
]
const everything = [...browserFolders, 'app', 'clock', 'contract', 'lib']

/** The folders that each folder may import, besides itself and packages. `''` is `src` itself, with the two entries. */
const floorPlan: Readonly<Record<string, readonly string[] | 'anything'>> = {
  '': everything,
  contract: [],
  lib: [],
  clock: ['contract', 'lib'],
  ui: ['lib', 'text', 'prefs'],
  api: ['contract', 'clock', 'lib', 'text', 'prefs'],
  url: ['contract', 'lib', 'text', 'prefs'],
  search: ['contract', 'clock', 'api', 'url', 'ui', 'lib', 'text', 'prefs'],
  recording: ['contract', 'api', 'url', 'ui', 'lib', 'player', 'text', 'prefs'],
  player: ['contract', 'api', 'ui', 'lib', 'text', 'prefs'],
  session: ['contract', 'api', 'url', 'ui', 'lib', 'text', 'prefs'],
  embed: ['contract', 'lib', 'text', 'prefs'],
  text: ['contract', 'lib', 'prefs'],
  prefs: ['contract', 'lib'],
  app: [...browserFolders, 'contract', 'lib'],
  server: [
    'contract',
    'server/platform',
    'server/routes',
    'server/http',
    'server/process',
    'server/config',
    'server/auth',
    'server/audit',
    'server/files',
    'server/sources',
    'server/sources/archive',
    'server/sources/sqlite',
    'server/shared',
  ],
  // What several hosts share in a database: sessions, tries, acts, and who they are.
  'server/shared': [
    'contract',
    'server/platform',
    'server/files',
    'server/auth',
    'server/audit',
    'server/sources',
    'server/sources/postgres',
  ],
  // The host writes the page's first request, and reads the page's address and calendar by the page's own code.
  'server/routes': [
    'contract',
    'clock',
    'url',
    'server/platform',
    'server/http',
    'server/auth',
    'server/audit',
    'server/files',
    'server/sources',
  ],
  'server/commands': [
    'contract',
    'clock',
    'lib',
    'server/platform',
    'server/process',
    'server/config',
    'server/auth',
    'server/audit',
    'server/files',
    'server/shared',
    'server/sources/archive',
    'server/sources/sqlite',
    'server/sources/postgres',
  ],
  'server/process': [
    'contract',
    'server/platform',
    'server/config',
    'server/http',
    'server/demo',
    'server/files',
    'server/sources',
    'server/sources/recorder',
    'server/sources/sqlite',
    'server/sources/postgres',
    'server/shared',
  ],
  'server/auth': ['contract', 'server/platform', 'server/files', 'server/http', 'server/sources'],
  'server/audit': ['contract', 'server/platform', 'server/config'],
  'server/http': ['contract', 'server/config', 'server/files'],
  'server/demo': ['contract', 'server/sources/archive', 'server/sources/sqlite'],
  'server/config': ['contract', 'server/platform', 'server/files'],
  'server/files': ['contract', 'server/platform'],
  'server/sources': ['contract', 'server/platform'],
  'server/sources/recorder': ['contract', 'server/platform', 'server/sources'],
  // What both archives share: how a search is read, how a file is imported, passwords, and audio files.
  'server/sources/archive': ['contract', 'server/platform', 'server/files', 'server/sources'],
  'server/sources/sqlite': [
    'contract',
    'server/platform',
    'server/files',
    'server/sources',
    'server/sources/archive',
  ],
  'server/sources/postgres': ['contract', 'server/platform', 'server/sources', 'server/sources/archive'],
  'server/platform': [],
  bench: 'anything',
  testing: 'anything',
  'testing/recorder': ['contract'],
}

/** Packages that only these folders may import. */
const packageLaw: Readonly<Record<string, readonly string[]>> = {
  dayjs: ['lib'],
  'react-router-dom': ['url'],
  '@tanstack/react-table': ['search'],
  'react-day-picker': ['ui'],
  'better-sqlite3': ['server/sources/sqlite', 'server/auth', 'server/audit', 'server/files'],
  pg: ['server/sources/postgres'],
  'pg-copy-streams': ['server/sources/postgres'],
  undici: ['server/sources/recorder'],
  fastify: [
    'server',
    'server/routes',
    'server/http',
    'server/process',
    'server/auth',
    'server/audit',
    'testing',
  ],
}

interface Import {
  readonly file: string
  readonly folder: string
  readonly specifier: string
}

const isTest = (file: string): boolean => /\.test\.tsx?$/.test(file)
const isShared = (folder: string): boolean => folder === 'testing' || folder.startsWith('testing/')

const folderOf = (file: string): string => (dirname(file) === '.' ? '' : dirname(file))

/** Whether the folder's code runs in the browser; `''` holds the browser's two entries. */
const runsInBrowser = (folder: string): boolean => folder === '' || everything.includes(folder)

/** Comments and quoted text, which are not checked. */
const prose = /\/\*[^]*?\*\/|\/\/.*|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"/g
/** The browser's address bar, by its bare name or as a property of an object that has it. */
const addressBar =
  /(?<![\w$.-]|\?\.)(?:(?:window|self|globalThis|document|parent|top)\??\.)?(?:location|history)\b(?!-)/

const sourceFiles = (): string[] =>
  readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) => /(?<!\.d)\.tsx?$/.test(file))

function imports(): Import[] {
  return sourceFiles().flatMap((file) => {
    const text = readFileSync(join(root, file), 'utf8')
    const found = text.matchAll(/(?:\bfrom\s*|\bimport\s*\(?\s*)'([^']+)'/g)
    return [...found].map((match) => ({ file, folder: folderOf(file), specifier: match[1] ?? '' }))
  })
}

/** The folder of the imported file. It starts with `..` if the file is outside `src`. */
const target = ({ file, specifier }: Import): string =>
  relative(root, dirname(resolve(root, dirname(file), specifier)))

const inWords = ({ file, specifier }: Import): string => `${file} imports ${specifier}`

describe('the floor plan', () => {
  const all = imports()
  /** Tests may import any folder, as long as it is in `src`. */
  const ruled = all.filter(({ file }) => !isTest(file))
  const byPath = ruled.filter(({ specifier }) => specifier.startsWith('.'))

  it('names every folder, and no other', () => {
    expect(all.length).toBeGreaterThan(0)
    const folders = new Set(sourceFiles().map(folderOf))
    expect([...folders].filter((folder) => !(folder in floorPlan))).toEqual([])
    expect(Object.keys(floorPlan).filter((folder) => !folders.has(folder))).toEqual([])
  })

  it('lets each folder import only what its row names', () => {
    const broken = byPath.filter((one) => {
      const row = floorPlan[one.folder] ?? []
      return row !== 'anything' && ![one.folder, ...row].includes(target(one))
    })
    expect(broken.map(inWords)).toEqual([])
  })

  it('has no cycle between folders, of any length', () => {
    const above = (folder: string, path: readonly string[]): string[] => {
      if (path.includes(folder)) return [[...path, folder].join(' → ')]
      const row = floorPlan[folder] ?? []
      // The bench and `testing` may import anything. No other folder imports them, so the search stops here.
      return row === 'anything' ? [] : row.flatMap((next) => above(next, [...path, folder]))
    }
    expect(Object.keys(floorPlan).flatMap((folder) => above(folder, []))).toEqual([])
  })

  it('keeps everything that is imported by path within src, in tests too', () => {
    const leaving = all.filter((one) => one.specifier.startsWith('.') && target(one).startsWith('..'))
    expect(leaving.map(inWords)).toEqual([])
  })

  // The bench starts the same servers as the tests.
  it('lets only tests and the bench use what tests share', () => {
    const broken = byPath.filter(
      (one) => isShared(target(one)) && !isShared(one.folder) && one.folder !== 'bench',
    )
    expect(broken.map(inWords)).toEqual([])
  })

  it('leaves nothing loose in the root of the host', () => {
    const loose = readdirSync(join(root, 'server'), { withFileTypes: true }).filter((entry) => entry.isFile())
    expect(loose.map(({ name }) => name).toSorted()).toEqual(['app.ts', 'main.ts', 'tsconfig.json'])
  })

  it('keeps packages where they belong', () => {
    const broken = ruled.filter(({ folder, specifier }) => {
      const owners = Object.entries(packageLaw).find(
        ([name]) => specifier === name || specifier.startsWith(`${name}/`),
      )
      return owners && !owners[1].includes(folder)
    })
    expect(broken.map(inWords)).toEqual([])
  })

  it('leaves the address bar to url: no other folder of the browser names location or history', () => {
    const ruledFiles = sourceFiles().filter((file) => runsInBrowser(folderOf(file)) && !isTest(file))
    const uses = ruledFiles.flatMap((file) => {
      const code = readFileSync(join(root, file), 'utf8').replaceAll(prose, '')
      return code.split('\n').flatMap((line) => (addressBar.test(line) ? [`${file}: ${line.trim()}`] : []))
    })
    expect(uses.filter((use) => use.startsWith('url/')).length).toBeGreaterThan(0)
    expect(uses.filter((use) => !use.startsWith('url/'))).toEqual([])
  })

  it('imports by path with the file’s ending, without barrels', () => {
    const broken = all.filter(
      ({ specifier }) =>
        specifier.startsWith('.') &&
        (!/\.(tsx?|css|json)$/.test(specifier) || /\/index\.tsx?$/.test(specifier)),
    )
    expect(broken.map(inWords)).toEqual([])
  })
})
