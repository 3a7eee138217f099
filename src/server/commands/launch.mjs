/**
 * `node src/server/commands/launch.mjs start|NAME …`: runs the host, or one of the operators' programs, from what is
 * built. It is plain JavaScript because it runs before anything is built.
 *
 * On an installed service the checkout often belongs to root and has no development packages, so what is built runs as
 * it is. A part is built first if it is missing, or if a source is newer and a build is possible.
 */
import { spawnSync } from 'node:child_process'
import { accessSync, constants, existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

// An old Node has no `import.meta.dirname`.
const root = fileURLToPath(new URL('../../..', import.meta.url))
const dist = join(root, 'dist')

/**
 * @typedef {object} Part
 * @property {string} name
 * @property {string} mark the file that each build writes.
 * @property {string} folder of what is built.
 * @property {readonly string[]} sources files and folders, from the root.
 * @property {readonly string[]} tool the program that builds it, and its arguments.
 */

const tests = ['testing', 'bench']
/** @type {(program: string) => Part} */
const hostWith = (program) => ({
  name: 'host',
  mark: program,
  folder: join(dist, 'host'),
  sources: ['server', 'contract', 'clock', 'lib', 'url'].map((folder) => join('src', folder)),
  tool: ['node_modules/typescript/bin/tsc', '-p', join(root, 'src', 'server'), '--noEmitOnError'],
})
/** @type {() => Part} */
const page = () => ({
  name: 'page',
  mark: join(dist, 'page', 'index.html'),
  folder: join(dist, 'page'),
  sources: [
    ...readdirSync(join(root, 'src'))
      .filter((name) => ![...tests, 'server'].includes(name))
      .map((name) => join('src', name)),
    'index.html',
    'public',
    'vite.config.ts',
    'tailwind.config.ts',
  ],
  tool: ['node_modules/vite/bin/vite.js', 'build', '--logLevel', 'warn'],
})

/** @param {string} line */
const warn = (line) => void process.stderr.write(`${line}\n`)

/** @param {Part} part @returns whether its tool is there, and may write the result. */
function canBuild({ tool: [program = ''], folder }) {
  try {
    accessSync(join(root, program), constants.R_OK)
    accessSync([folder, dist, root].find(existsSync) ?? root, constants.W_OK)
    return true
  } catch {
    return false
  }
}

/** @param {Part} part @returns when the newest of its sources changed, ms since the Unix epoch. */
function newestSourceMs({ sources }) {
  const files = sources
    .map((source) => join(root, source))
    .filter(existsSync)
    .flatMap((path) =>
      statSync(path).isDirectory()
        ? readdirSync(path, { recursive: true, encoding: 'utf8' }).map((file) => join(path, file))
        : [path],
    )
    .filter((file) => /\.(?:tsx?|css|html|svg|js)$/.test(file) && !/\.test\.tsx?$/.test(file))
  return Math.max(0, ...files.map((file) => statSync(file).mtimeMs))
}

/** Builds a part; standard output stays for the program's result. @param {Part} part @returns whether it succeeded. */
function build({ tool: [program = '', ...args] }) {
  const command = [join(root, program), ...args]
  return spawnSync(process.execPath, command, { cwd: root, stdio: ['ignore', 2, 2] }).status === 0
}

/** @param {Part} part @returns whether it is there to be used. */
function prepare(part) {
  const { name, mark } = part
  const isBuilt = existsSync(mark)
  if (!canBuild(part)) {
    if (!isBuilt) {
      warn(
        `The ${name} is not built: there is no ${mark}. Run npm ci && npm run build as the user who owns ${root}.`,
      )
    }
    return isBuilt
  }
  if (isBuilt && newestSourceMs(part) <= statSync(mark).mtimeMs) return true
  warn(
    isBuilt
      ? `A source is newer than the built ${name}: building …`
      : `The ${name} is not built yet: building …`,
  )
  if (build(part)) return true
  warn(isBuilt ? 'That failed: the older build runs instead.' : `That failed: the ${name} cannot be built.`)
  return isBuilt
}

/**
 * The built program looks at Node too, but an old one could not build it.
 * @returns whether this Node is old, with a sentence for the operator.
 */
function refusesNode() {
  const { engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const oldest = engines.node.replace('>=', '')
  const version = process.version.replace('v', '')
  const [major, minor] = version.split('.').map(Number)
  const [oldestMajor, oldestMinor] = oldest.split('.').map(Number)
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return false
  warn(`This host needs Node ${oldest} or later, and this is Node ${version}: install a newer one.`)
  return true
}

const [, , name = '', ...args] = process.argv
const file = name === 'start' ? 'main.js' : join('commands', `${name}.js`)
const program = join(dist, 'host', 'server', file)
if (!refusesNode() && [hostWith(program), ...(name === 'start' ? [page()] : [])].every(prepare)) {
  process.argv = [process.execPath, program, ...args]
  await import(pathToFileURL(program).href)
} else {
  process.exitCode = 1
}
