/**
 * Takes the steps of the Dockerfile in clean folders, without Docker. A stage is a folder in place of a file system, so
 * paths that begin with `/` lie in it. Two steps are taken otherwise, and said at `steps`.
 */
import { execFile, spawn, type ChildProcessByStdio } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs'
import { basename, join, resolve } from 'node:path'
import type { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { execForm, readDockerfile, readIgnored, type Instruction, type Stage } from './dockerfile.ts'

const project = resolve(import.meta.dirname, '../..')

/** What the last stage came to. */
export interface Image {
  /** The folder in place of the file system. */
  readonly root: string
  readonly env: Readonly<Record<string, string>>
  readonly user: { readonly uid: number; readonly gid: number }
  readonly volumes: readonly string[]
  readonly ports: readonly string[]
  /** In words, as in the Dockerfile. */
  readonly command: readonly string[]
  readonly health: readonly string[]
  /** The folder on this machine for a path of the image. */
  at(path: string): string
  /** Runs a program as the image's user, or as the tests' user where that is not root. */
  run(
    words: readonly string[],
    env?: Readonly<Record<string, string>>,
  ): ChildProcessByStdio<null, Readable, Readable>
  remove(): void
}

interface Build {
  readonly root: string
  workdir: string
  readonly env: Record<string, string>
  user: string
  readonly volumes: string[]
  readonly ports: string[]
  command: readonly string[]
  health: readonly string[]
}

const isRoot = (): boolean => process.getuid?.() === 0

const inFolder = (root: string, path: string): string => (path.startsWith('/') ? join(root, path) : path)

const kept = readIgnored(readFileSync(join(project, '.dockerignore'), 'utf8'))

/** Every file of the context that `.dockerignore` lets through. */
const contextFiles = (): string[] =>
  readdirSync(project)
    // These are large, and git does not know them.
    .filter((name) => !['node_modules', 'dist', '.git', 'data'].includes(name))
    .flatMap((name) =>
      statSync(join(project, name)).isDirectory()
        ? readdirSync(join(project, name), { recursive: true, encoding: 'utf8' }).map((file) =>
            join(name, file),
          )
        : [name],
    )
    .filter((file) => statSync(join(project, file)).isFile() && kept(file))

/** Makes a folder that others can enter, whatever the umask. */
function openFolder(path: string): void {
  mkdirSync(path, { recursive: true })
  chmodSync(path, 0o755)
}

async function shell(build: Build, line: string): Promise<void> {
  const env = { PATH: process.env.PATH, HOME: build.root, ...build.env }
  await promisify(execFile)('/bin/sh', ['-ec', `umask 022; ${line}`], {
    cwd: join(build.root, build.workdir),
    env,
  })
}

/** The steps that cannot be taken here as they are, by how they begin. */
const steps: Readonly<Record<string, (build: Build, line: string) => Promise<void>>> = {
  /** Downloads nothing: the packages that are installed here stand in for those of the lock file. */
  async 'npm ci'({ root, workdir }) {
    const folder = join(root, workdir)
    for (const name of ['package.json', 'package-lock.json']) {
      if (!existsSync(join(folder, name)))
        throw new Error(`npm ci needs ${name}, which is not copied before.`)
    }
    symlinkSync(join(project, 'node_modules'), join(folder, 'node_modules'))
  },
  /** Makes the folders in the stage's, and leaves the owner out where only root can set it. */
  async 'install -d'(build, line) {
    const words = line.split(/\s+/).map((word) => inFolder(build.root, word))
    const text = words.join(' ')
    await shell(build, isRoot() ? text : text.replaceAll(/ -[og] \d+/g, ''))
  },
  'npm run': shell,
  'node deploy/': shell,
  'chmod -R': shell,
}

function copy(build: Build, { flags, rest }: Instruction, stages: ReadonlyMap<string, Build>): void {
  const words = rest.split(/\s+/)
  const target = words.pop() ?? ''
  const folder = target.startsWith('/') ? join(build.root, target) : join(build.root, build.workdir, target)
  const from = flags.from === undefined ? null : stages.get(flags.from)
  if (from === undefined) throw new Error(`There is no stage ${flags.from} to copy from.`)
  for (const word of words) {
    if (from !== null) {
      const source = join(from.root, word)
      // Moved, which is quick: nothing reads that stage again.
      renameSync(source, statSync(source).isDirectory() ? folder : join(folder, basename(word)))
      continue
    }
    const files = contextFiles().filter((file) => word === '.' || file === word)
    if (files.length === 0)
      throw new Error(`COPY ${word}: the context has no such file, or .dockerignore keeps it out.`)
    for (const file of files) cpSync(join(project, file), join(folder, file))
  }
}

async function take(build: Build, step: Instruction, stages: ReadonlyMap<string, Build>): Promise<void> {
  const { keyword, rest } = step
  if (keyword === 'WORKDIR') {
    build.workdir = rest
    openFolder(join(build.root, rest))
  } else if (keyword === 'COPY') copy(build, step, stages)
  else if (keyword === 'RUN') {
    const known = Object.entries(steps).find(([start]) => rest.startsWith(start))
    if (!known) throw new Error(`The tests do not know how to take this step: RUN ${rest}`)
    await known[1](build, rest)
  } else if (keyword === 'ENV') {
    for (const [, name = '', value = ''] of rest.matchAll(/(\w+)=(\S*)/g)) build.env[name] = value
  } else if (keyword === 'USER') build.user = rest
  else if (keyword === 'VOLUME') build.volumes.push(...rest.split(/\s+/))
  else if (keyword === 'EXPOSE') build.ports.push(...rest.split(/\s+/))
  else if (keyword === 'HEALTHCHECK') build.health = execForm(rest.replace(/^CMD\s+/, ''))
  else build.command = execForm(rest)
}

/** @returns the stage, built in a folder of its own. */
async function buildStage(folder: string, stage: Stage, stages: ReadonlyMap<string, Build>): Promise<Build> {
  const root = join(folder, stage.name)
  openFolder(root)
  const none = { workdir: '/', user: '', command: [], health: [] }
  const build: Build = { root, ...none, env: {}, volumes: [], ports: [] }
  for (const step of stage.instructions) await take(build, step, stages)
  return build
}

function readUser(text: string): Image['user'] {
  const [, uid, gid] = /^(\d+):(\d+)$/.exec(text) ?? []
  // Kubernetes can tell from a number alone that a user is not root.
  if (uid === undefined || gid === undefined)
    throw new Error(`USER takes numbers, as in 1000:1000, and not ${text}.`)
  return { uid: Number(uid), gid: Number(gid) }
}

/** A read-only root file system, as far as modes can make one. */
function close(folder: string, mode: 'a-w' | 'u+w'): void {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
  const paths = entries
    .filter((entry) => !entry.isSymbolicLink())
    .map((entry) => join(entry.parentPath, entry.name))
  for (const path of [folder, ...paths]) {
    const { mode: now } = statSync(path)
    chmodSync(path, mode === 'a-w' ? now & 0o7555 : now | 0o200)
  }
}

async function buildStages(folder: string): Promise<ReadonlyMap<string, Build>> {
  const stages = new Map<string, Build>()
  for (const stage of readDockerfile(readFileSync(join(project, 'Dockerfile'), 'utf8'))) {
    stages.set(stage.name, await buildStage(folder, stage, stages))
  }
  return stages
}

/** Takes every step of the Dockerfile. The folder of the last stage's work can then only be read. */
export async function buildImage(): Promise<Image> {
  // Tests have a `TMPDIR` that only their user can enter.
  const folder = mkdtempSync('/tmp/image-')
  chmodSync(folder, 0o755)
  const stages = await buildStages(folder).catch((error: unknown) => {
    rmSync(folder, { recursive: true, force: true })
    throw error
  })
  const built = [...stages.values()].at(-1)
  if (!built) throw new Error('The Dockerfile has no stage.')
  const { root, workdir, volumes, ports, command, health } = built
  const user = readUser(built.user)
  close(join(root, workdir), 'a-w')
  const at = (path: string): string => inFolder(root, path)
  const env = Object.fromEntries(Object.entries(built.env).map(([name, value]) => [name, at(value)]))
  return {
    root,
    env: built.env,
    user,
    volumes,
    ports,
    command,
    health,
    at,
    run([program = '', ...args], more = {}) {
      return spawn(program === 'node' ? process.execPath : program, args, {
        cwd: at(workdir),
        env: {
          PATH: process.env.PATH,
          ...env,
          ...more,
        },
        stdio: ['ignore', 'pipe', 'pipe'],
        ...(isRoot() ? user : {}),
      })
    },
    remove() {
      close(join(root, workdir), 'u+w')
      rmSync(folder, {
        recursive: true,
        force: true,
      })
    },
  }
}
