/**
 * `node src/server/commands/launch.mjs NAME …`: runs one of the operators' programs from the built host. It is plain
 * JavaScript because it runs before anything is built.
 *
 * On an installed service, the checkout often belongs to root and lacks development packages, so a built program runs
 * as it is. If a build is possible, it comes first when the program is missing or a source is newer.
 */
import { spawnSync } from 'node:child_process'
import { accessSync, constants, existsSync, readdirSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

const root = resolve(import.meta.dirname, '../../..')
const built = join(root, 'dist', 'host')
const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc')

/** @param {string} line */
const warn = (line) => void process.stderr.write(`${line}\n`)

/** Whether the compiler exists and may write its output. */
function canBuild() {
  try {
    accessSync(compiler, constants.R_OK)
    accessSync([built, join(root, 'dist'), root].find(existsSync) ?? root, constants.W_OK)
    return true
  } catch {
    return false
  }
}

/** When a source in these folders last changed, ms since the Unix epoch. */
function newestSourceMs() {
  const folders = ['server', 'contract', 'lib', 'url']
    .map((name) => join(root, 'src', name))
    .filter(existsSync)
  const files = folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
      .map((file) => join(folder, file)),
  )
  return Math.max(0, ...files.map((file) => statSync(file).mtimeMs))
}

/** Compiles the host. Standard output is left to the program's result. @returns whether it succeeded. */
function build() {
  const args = [compiler, '-p', join(root, 'src', 'server'), '--noEmitOnError']
  return spawnSync(process.execPath, args, { cwd: root, stdio: ['ignore', 2, 2] }).status === 0
}

/** @param {string} program the compiled file. @returns whether it can run. */
function prepare(program) {
  const isBuilt = existsSync(program)
  if (!canBuild()) {
    if (!isBuilt) {
      warn(
        `The host is not built: there is no ${program}. Run npm ci && npm run build as the user who owns ${root}.`,
      )
    }
    return isBuilt
  }
  if (isBuilt && newestSourceMs() <= statSync(program).mtimeMs) return true
  warn(
    isBuilt ? 'A source is newer than the built host: building …' : 'The host is not built yet: building …',
  )
  if (build()) return true
  warn(isBuilt ? 'That failed: the older build runs instead.' : 'That failed: the host cannot be built.')
  return isBuilt
}

const [, , name = '', ...args] = process.argv
const program = join(built, 'server', 'commands', `${name}.js`)
if (prepare(program)) {
  process.argv = [process.execPath, program, ...args]
  await import(pathToFileURL(program).href)
} else {
  process.exitCode = 1
}
