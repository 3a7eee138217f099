/** The image, as far as its steps can be taken without Docker, and the files for several hosts. */
import { once } from 'node:events'
import { mkdirSync, readdirSync, readFileSync, readlinkSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { readConfig } from './server/config/config.ts'
import { readIgnored, readDockerfile, execForm } from './testing/dockerfile.ts'
import { buildImage, type Image } from './testing/image.ts'
import { listenOnLoopback } from './testing/listening.ts'
import { makeAuthority } from './testing/recorder/certificates.ts'

let image: Image
beforeAll(async () => {
  image = await buildImage()
})
afterAll(() => image.remove())

type Running = ReturnType<Image['run']>
const running: Running[] = []
afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL')
})

async function freePort(): Promise<string> {
  const server = await listenOnLoopback(createServer())
  await server.stop()
  return String(server.port)
}

/** Starts the container's command, and waits until the host has started. */
async function start(env: Readonly<Record<string, string>>): Promise<Running> {
  const host = image.run(image.command, env)
  running.push(host)
  let out = ''
  for await (const chunk of host.stdout.iterator({ destroyOnReturn: false })) {
    out += String(chunk)
    if (!out.includes('"msg":"started"')) continue
    host.stdout.resume()
    return host
  }
  throw new Error(`The host did not start: ${out}${await text(host.stderr)}`)
}

/** Runs a program of the image to its end. */
async function end(words: readonly string[], env: Readonly<Record<string, string>>) {
  const child = image.run(words, env)
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  return { code: code as number, out: out + err }
}

async function stop(host: Running): Promise<unknown> {
  host.kill('SIGTERM')
  const [code] = (await once(host, 'close')) as [unknown]
  return code
}

/** All files below a folder, with when they changed. */
const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).map(
    (file) => `${file} ${statSync(join(folder, file)).mtimeMs}`,
  )

/** The files that the process holds open for writing. */
function openForWriting(pid: number): string[] {
  const folder = `/proc/${pid}/fd`
  const isWritten = (fd: string): boolean => {
    const flags = /^flags:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/fdinfo/${fd}`, 'utf8'))?.[1] ?? '0'
    return (Number.parseInt(flags, 8) & 3) !== 0
  }
  return readdirSync(folder)
    .filter(isWritten)
    .map((fd) => readlinkSync(join(folder, fd)))
    .filter((path) => path.startsWith('/'))
}

describe('the image', () => {
  it('runs as a user without rights, who may write to the volume only', () => {
    expect(image.user.uid).toBeGreaterThan(0)
    expect(image.volumes).toEqual(['/data'])
    expect(image.env).toMatchObject({ HOST: '0.0.0.0', DATA_DIR: '/data', TMPDIR: '/data', DEMO: 'off' })
    const { HOST, DATA_DIR, DEMO, ...others } = image.env
    expect(Object.keys(others).toSorted()).toEqual(['NODE_ENV', 'TMPDIR'])
    expect(image.ports).toEqual([String(readConfig({ HOST, DATA_DIR, DEMO }).port)])
    const { mode, uid } = statSync(image.at('/data'))
    expect(mode & 0o777).toBe(0o700)
    expect(uid).toBe(process.getuid?.() === 0 ? image.user.uid : process.getuid?.())
  })

  it('holds the built host, the page and their packages, and no sources, tests or tools', () => {
    expect(readdirSync(image.at('/app')).toSorted()).toEqual([
      'LICENSE',
      'dist',
      'node_modules',
      'package.json',
    ])
    expect(readdirSync(image.at('/app/dist')).toSorted()).toEqual(['host', 'page'])
    const packages = readdirSync(image.at('/app/node_modules'))
    expect(packages).toEqual(expect.arrayContaining(['better-sqlite3', 'fastify', 'pg']))
    for (const name of ['react', 'typescript', 'vite', 'vitest']) expect(packages).not.toContain(name)
  })

  it('starts, is healthy, writes into the volume only, and stops on SIGTERM', async () => {
    const before = filesIn(image.at('/app'))
    const env = { PORT: await freePort() }
    const host = await start(env)
    expect(await end(image.health, env)).toEqual({ code: 0, out: 'The host lives.\n' })
    const page = await fetch(`http://127.0.0.1:${env.PORT}/recordings`)
    expect(await page.text()).toContain('<div id="root">')
    const written = openForWriting(host.pid ?? 0)
    expect(written.length).toBeGreaterThan(0)
    expect(written.filter((path) => !path.startsWith(`${image.at('/data')}/`))).toEqual([])
    expect(await stop(host)).toBe(0)
    expect(await end(image.health, env)).toMatchObject({
      code: 1,
      out: expect.stringContaining('ECONNREFUSED'),
    })
    expect(filesIn(image.at('/app'))).toEqual(before)
    expect(readdirSync(image.root).toSorted()).toEqual(['app', 'data', 'media'])
    expect(readdirSync(image.at('/media'))).toEqual([])
  })

  it('is asked for its health over TLS where it speaks that', async () => {
    const authority = await makeAuthority()
    const { cert, key } = await authority.issue(['recordings.test'])
    const folder = image.at('/run')
    mkdirSync(folder)
    writeFileSync(join(folder, 'tls.crt'), cert)
    writeFileSync(join(folder, 'tls.key'), key, { mode: 0o644 })
    const files = { TLS_CERT: join(folder, 'tls.crt'), TLS_KEY: join(folder, 'tls.key') }
    const { PORT } = { PORT: await freePort() }
    await start({ PORT, ...files })
    expect((await end(image.health, { PORT, ...files })).code).toBe(0)
    expect((await end(image.health, { PORT })).code).toBe(1)
    await authority.remove()
  })

  it('has the commands', async () => {
    const list = ['node', 'dist/host/server/commands/user.js', 'list']
    expect((await end(list, {})).code).toBe(0)
  })
})

describe('a Dockerfile', () => {
  it('is read with its continued lines, comments and stages', () => {
    const [first, second] = readDockerfile(
      '# x\nFROM a AS b\nRUN c \\\n  # d\n  e\nFROM f\nCOPY --from=b --chmod=1 /g ./\n',
    )
    expect(first).toEqual({
      base: 'a',
      name: 'b',
      instructions: [{ keyword: 'RUN', flags: {}, rest: 'c    e' }],
    })
    expect(second).toMatchObject({ base: 'f', name: '1' })
    expect(second?.instructions).toEqual([
      { keyword: 'COPY', flags: { from: 'b', chmod: '1' }, rest: '/g ./' },
    ])
    expect(() => readDockerfile('FROM a\nADD x y')).toThrow('do not know')
    expect(() => execForm('node main.js')).toThrow('exec form')
  })

  it('gets what .dockerignore keeps: the last line that matches decides', () => {
    const kept = readIgnored('# x\n*\n!src\nsrc/bench\n**/*.test.ts\n!package.json\n')
    const paths = [
      'src/a.ts',
      'src/b/c.ts',
      'package.json',
      'src/bench/a.ts',
      'src/b/a.test.ts',
      'a.test.ts',
      'x/package.json',
    ]
    expect(paths.filter(kept)).toEqual(['src/a.ts', 'src/b/c.ts', 'package.json'])
  })
})
