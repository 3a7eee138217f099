/** `npm run user|import|audit` on an installed service and in a checkout, through npm as an operator runs them. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { compiledHost } from '../../testing/compiled.ts'
import { testGuid } from '../../testing/store.ts'

const root = resolve(import.meta.dirname, '../../..')
const launcher = 'src/server/commands/launch.mjs'

const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }

/** A checkout with the launcher in it. */
let checkout: string
/** Another folder, the operator's working directory. */
let elsewhere: string

beforeEach(() => {
  checkout = mkdtempSync(join(tmpdir(), 'checkout-'))
  elsewhere = mkdtempSync(join(tmpdir(), 'elsewhere-'))
  mkdirSync(join(checkout, 'src/server/commands'), { recursive: true })
  for (const file of ['package.json', launcher]) copyFileSync(join(root, file), join(checkout, file))
})
afterEach(() => {
  for (const folder of [checkout, elsewhere]) rmSync(folder, { recursive: true, force: true })
})

async function run(program: string, args: readonly string[]) {
  const env = { ...process.env, NODE_ENV: 'production' }
  const child = spawn(program, args, { cwd: elsewhere, env })
  child.stdin.end()
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  return { code: code as number | null, out, err }
}

const npmRun = (...args: string[]) => run('npm', ['--prefix', checkout, 'run', '-s', ...args])

describe('on an installed service, without development packages,', () => {
  beforeEach(async () => {
    mkdirSync(join(checkout, 'dist'))
    symlinkSync(join(await compiledHost(), 'host'), join(checkout, 'dist/host'))
  }, 120_000)

  it('each command runs the built program', async () => {
    for (const command of ['user', 'import', 'recordings', 'audit']) {
      const { code, out, err } = await npmRun(command, '--', '--help')
      expect({ code, err }).toEqual({ code: 0, err: '' })
      expect(out).toContain(`Usage: npm run ${command} -- `)
      expect(out).toMatch(/--data-dir DIR[^]*Exit codes: 0 done/)
    }
  })

  it('a Node that is too old says so in one sentence, before anything is built', async () => {
    const old = join(elsewhere, 'old.cjs')
    writeFileSync(old, "Object.defineProperty(process, 'version', { value: 'v18.20.8' })")
    rmSync(join(checkout, 'dist'), { recursive: true })
    for (const name of ['start', 'user']) {
      expect(await run(process.execPath, ['-r', old, join(checkout, launcher), name])).toEqual({
        code: 1,
        out: '',
        err: 'This host needs Node 20.19 or later, and this is Node 18.20.8: install a newer one.\n',
      })
    }
  })

  it('npm start runs the built host, and says so if the page is missing', async () => {
    const start = (): ReturnType<typeof run> =>
      run('npm', ['--prefix', checkout, 'start', '-s', '--', '--version'])
    const missing = await start()
    expect({ code: missing.code, out: missing.out }).toEqual({ code: 1, out: '' })
    expect(missing.err).toMatch(
      /^The page is not built: there is no .*index\.html\. Run npm ci && npm run build/,
    )
    mkdirSync(join(checkout, 'dist/page'))
    writeFileSync(join(checkout, 'dist/page/index.html'), '')
    expect(await start()).toEqual({ code: 0, out: `${version}\n`, err: '' })
  })

  it('paths start where the operator typed them', async () => {
    const start = { startTime: '2026-11-23T08:30:00Z', duration: 'PT5S', direction: 1 }
    const row = { id: testGuid(1), referenceNumber: '1', remotePartyNumber: '+391', ...start }
    writeFileSync(join(elsewhere, 'calls.ndjson'), JSON.stringify(row))
    const loaded = await npmRun('import', '--', 'calls.ndjson', '--data-dir', 'kept')
    expect(loaded.out).toMatch(/^Imported: 1 added/)
    const read = await npmRun('audit', '--', 'verify', 'kept/audit.log')
    expect(read.out).toContain(`Lines in ${join(elsewhere, 'kept/audit.log')}: 1`)
    expect((await npmRun('user', '--', 'list', '--data-dir', 'kept')).out).toMatch(/There are no accounts/)
  })
})

/** Replaces Node's types, which take the compiler longer than all the rest. */
const ambient = 'declare const console: { log(...words: unknown[]): void }, process: { argv: string[] }\n'
const COMPILING_MS = 120_000

const source = (): string => join(checkout, 'src/server/commands/greet.ts')
const built = (): string => join(checkout, 'dist/host/server/commands/greet.js')
const greet = () => run(process.execPath, [join(checkout, launcher), 'greet', 'you'])
const says = (word: string, more = ''): void =>
  writeFileSync(
    source(),
    `${ambient}const word: string = '${word}'\nconsole.log(word, process.argv[2])\n${more}`,
  )

describe('in a checkout', () => {
  it('a newer file of any folder that the host is made of makes the build old', async () => {
    const folders = readdirSync(join(await compiledHost(), 'host'))
    const [, listed = ''] =
      /sources: \[([^\]]+)\]\.map/.exec(readFileSync(join(root, launcher), 'utf8')) ?? []
    expect([...listed.matchAll(/\w+/g)].map(String).toSorted()).toEqual(folders.toSorted())
  })

  beforeEach(() => {
    symlinkSync(join(root, 'node_modules'), join(checkout, 'node_modules'))
    const compilerOptions = {
      module: 'nodenext',
      target: 'es2023',
      lib: ['es2023'],
      types: [],
      rootDir: '..',
      outDir: '../../dist/host',
    }
    const config = JSON.stringify({ compilerOptions, include: ['.'] })
    writeFileSync(join(checkout, 'src/server/tsconfig.json'), config)
    says('hello')
  })

  it(
    'a program is built where there is none, and again only after a change',
    async () => {
      expect(await greet()).toEqual({
        code: 0,
        out: 'hello you\n',
        err: 'The host is not built yet: building …\n',
      })
      expect(await greet()).toEqual({ code: 0, out: 'hello you\n', err: '' })
      says('welcome')
      utimesSync(built(), 0, 0)
      expect(await greet()).toEqual({
        code: 0,
        out: 'welcome you\n',
        err: 'A source is newer than the built host: building …\n',
      })
    },
    COMPILING_MS,
  )

  it(
    'an older build runs where the newer source does not compile, or cannot be compiled',
    async () => {
      await greet()
      says('broken', 'const wrong: number = word\n')
      utimesSync(built(), 0, 0)
      const failed = await greet()
      expect(failed).toMatchObject({ code: 0, out: 'hello you\n' })
      expect(failed.err).toMatch(/greet\.ts[^]*TS2322[^]*That failed: the older build runs instead\.\n$/)
      rmSync(join(checkout, 'node_modules'))
      expect(await greet()).toEqual({ code: 0, out: 'hello you\n', err: '' })
    },
    COMPILING_MS,
  )

  it('the operator learns what to do where there is no build and no way to make one', async () => {
    rmSync(join(checkout, 'node_modules'))
    const { code, out, err } = await greet()
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(err).toMatch(
      /^The host is not built: there is no .*greet\.js\. Run npm ci && npm run build as the user who owns /,
    )
  })
})
