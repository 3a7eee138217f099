/**
 * `node deploy/host-packages.mjs FOLDER`: copies the installed packages that the built host needs into FOLDER. The
 * dependencies in `package.json` also hold those that the page is built from, which are most of their size.
 */
import { cpSync, existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'

/**
 * @typedef {Record<string, string>} Versions by name.
 * @typedef {object} Manifest
 * @property {Versions} [dependencies]
 * @property {Versions} [optionalDependencies]
 * @property {Versions} [peerDependencies]
 * @property {Record<string, { optional?: boolean }>} [peerDependenciesMeta]
 */

const root = resolve('.')
const packages = join(root, 'node_modules')

/** @param {string} folder @returns {Manifest} */
const readManifest = (folder) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))

/** @returns the dependencies that the built host names. A word in quotes that only looks like one does no harm. */
function namedByHost() {
  const folder = join(root, 'dist', 'host')
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.js'),
  )
  const program = files.map((file) => readFileSync(join(folder, file), 'utf8')).join('\n')
  const { dependencies = {} } = readManifest(root)
  return Object.keys(dependencies).filter((name) => new RegExp(`['"]${name}['"/]`).test(program))
}

/** @param {string} from a package's folder. @param {string} name @returns where Node finds that package, or null. */
function find(from, name) {
  for (let folder = from; ; folder = dirname(folder)) {
    const found = join(folder, 'node_modules', name)
    if (existsSync(join(found, 'package.json'))) return found
    if (folder === dirname(folder)) return null
  }
}

/**
 * What Node loads, and the terms of its use. The rest is most of the bytes: sources in other languages, types, tests.
 * @param {string} path
 */
function isUsed(path) {
  if (statSync(path).isDirectory()) return !['obj', 'obj.target', 'test', 'tests'].includes(basename(path))
  return /\.(?:[cm]?js|json|node|wasm)$|licen[cs]e|notice|copying/i.test(basename(path))
}

/**
 * Adds the folders of the packages, and of all that they need, to the set.
 * @param {string} from @param {readonly string[]} names @param {Versions} optional may be missing. @param {Set<string>} found
 */
function gather(from, names, optional, found) {
  for (const name of names) {
    const folder = find(from, name)
    if (folder === null && name in optional) continue
    if (folder === null) throw new Error(`${name} is not installed, and ${from} needs it.`)
    if (found.has(folder)) continue
    found.add(folder)
    const {
      dependencies,
      optionalDependencies = {},
      peerDependencies = {},
      peerDependenciesMeta,
    } = readManifest(folder)
    const peers = Object.keys(peerDependencies).filter((peer) => !peerDependenciesMeta?.[peer]?.optional)
    const needed = Object.keys({ ...dependencies, ...optionalDependencies })
    gather(folder, [...needed, ...peers], optionalDependencies, found)
  }
}

const [, , target] = process.argv
if (target === undefined) throw new Error('Name the folder that gets the packages.')
const found = /** @type {Set<string>} */ (new Set())
gather(root, namedByHost(), {}, found)
for (const folder of found) {
  cpSync(folder, join(target, relative(packages, folder)), { recursive: true, filter: isUsed })
}
