import { spawn, type ChildProcess } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { request, type IncomingMessage, type ServerResponse } from 'node:http'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import tailwind from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import type { Plugin, ViteDevServer } from 'vite'
import { defineConfig } from 'vitest/config'

const outDir = 'dist/page'

/**
 * Puts the early entry before the program's. It dresses the page and sends the list's request, and does not wait for
 * the framework. It blocks the first paint, which would otherwise flash in the wrong theme.
 */
const earlyEntry: Plugin = {
  name: 'early-entry',
  transformIndexHtml: {
    order: 'post',
    handler(_html, { bundle }) {
      const early = Object.values(bundle ?? {}).find((file) => file.type === 'chunk' && file.name === 'early')
      if (early?.type === 'chunk' && early.imports.length > 0) {
        // A second file would cost a round trip before the first request.
        throw new Error(`src/early.ts has to become one file, but it imports ${early.imports.join(', ')}.`)
      }
      const src = early ? `/${early.fileName}` : '/src/early.ts'
      const attrs = { type: 'module', async: true, blocking: 'render', src }
      return [{ tag: 'script', attrs, injectTo: 'head-prepend' }]
    },
  },
}

/** Writes `.br` and `.gz` beside the files that are asked for often, so that the host never compresses one twice. */
const compressed: Plugin = {
  name: 'compressed',
  apply: 'build',
  closeBundle() {
    const folder = join(outDir, 'assets')
    for (const name of readdirSync(folder).filter((file) => /\.(?:js|css|svg)$/.test(file))) {
      const bytes = readFileSync(join(folder, name))
      const params = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY }
      writeFileSync(join(folder, `${name}.br`), brotliCompressSync(bytes, { params }))
      writeFileSync(join(folder, `${name}.gz`), gzipSync(bytes, { level: 9 }))
    }
  },
}

const hostProgram = 'dist/host/server/main.js'
const hostUrl = `http://127.0.0.1:${process.env.PORT ?? '8080'}`
/** Marks the inline script and the styles that Vite adds to the page. Only development uses it, so it is no secret. */
const NONCE = 'development'

/** The host's policy, and in addition the inline code that Vite marks. */
const relaxed = (policy: string): string =>
  policy.replaceAll(/(script|style)-src 'self'/g, `$& 'nonce-${NONCE}'`)

const run = (...args: readonly string[]): ChildProcess =>
  spawn(process.execPath, args, {
    env: { ...process.env, LOG_LEVEL: process.env.LOG_LEVEL ?? 'warn' },
    stdio: 'inherit',
  })

/** Starts the built host. A change of its code is compiled, and starts it again. */
function startHost(server: ViteDevServer): void {
  const child = run('--watch', '--watch-preserve-output', hostProgram)
  const stop = (): void => void child.kill()
  server.httpServer?.on('close', stop)
  process.on('exit', stop)
  server.watcher.on('all', (_event, file) => {
    if (/[\\/]src[\\/](?:server|contract|clock|lib|url)[\\/]/.test(file) && !file.endsWith('.test.ts')) {
      run('node_modules/typescript/bin/tsc', '-p', 'src/server')
    }
  })
}

/** Sends the host's answer to a page's address on, with Vite's document in place of the built one. */
async function sendPage(server: ViteDevServer, url: string, from: IncomingMessage, to: ServerResponse) {
  const chunks: Buffer[] = []
  for await (const chunk of from) chunks.push(chunk as Buffer)
  const built = Buffer.concat(chunks).toString()
  const boot = /<meta name="boot" content="[^"]*"\s*\/?>/
  const filled = boot.exec(built)?.[0]
  const document = readFileSync('index.html', 'utf8')
  const page =
    filled === undefined
      ? built
      : (await server.transformIndexHtml(url, document)).replace(boot, () => filled)
  const { 'content-length': _, etag: __, connection: ___, ...headers } = from.headers
  const policy = relaxed(String(headers['content-security-policy'] ?? ''))
  to.writeHead(from.statusCode ?? 500, { ...headers, 'content-security-policy': policy }).end(page)
}

/** `npm run dev`: the page from its sources, everything else from a host that runs beside Vite. */
const devHost: Plugin = {
  name: 'dev-host',
  apply: 'serve',
  config: () => ({
    html: { cspNonce: NONCE },
    server: {
      proxy: { '/fw': hostUrl, '/api': hostUrl, '/auth': hostUrl, '/healthz': hostUrl, '/readyz': hostUrl },
    },
  }),
  configureServer(server) {
    // Vitest starts a server of Vite's too.
    if (process.env.VITEST !== undefined) return
    // Not before: after a change of this file the former server ends its host first.
    server.httpServer?.once('listening', () => startHost(server))
    server.middlewares.use((incoming, answer, next) => {
      const { url = '/', headers } = incoming
      if (headers.accept?.includes('text/html') !== true) return next()
      const { 'accept-encoding': _, ...plain } = headers
      const asked = request(`${hostUrl}${url}`, { headers: plain }, (from) => {
        sendPage(server, url, from, answer).catch((error: unknown) => {
          server.config.logger.error(String(error))
          answer.destroy()
        })
      })
      asked.on('error', () => {
        answer.writeHead(503, { 'content-type': 'text/plain', 'retry-after': '2' })
        answer.end('The host is starting. Load the page again in a moment.')
      })
      asked.end()
    })
  },
}

export default defineConfig({
  plugins: [react(), tailwind(), earlyEntry, compressed, devHost],
  build: {
    outDir,
    target: 'es2023',
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: { page: 'index.html', early: 'src/early.ts' },
      // Each entry and everything that it imports are one file; the program uses the early entry's file too. Parts that
      // are loaded later use the program's: a file of what they share would cost the first load another connection.
      output: {
        codeSplitting: {
          groups: [
            { name: 'early', test: /[\\/]src[\\/]early\.ts$/, priority: 2 },
            { name: 'program', test: /[\\/]src[\\/]main\.tsx$/, priority: 1 },
          ],
        },
      },
    },
  },
  test: {
    include: ['src/**/*.test.{ts,tsx}'],
    globalSetup: 'src/testing/run-folder.ts',
    // On a busy machine a test takes many times as long. These end what hangs, and time nothing.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // One second, the usual time, is not enough on a busy machine. A poll that succeeds waits no longer for this.
    expect: { poll: { timeout: 10_000 } },
    // Test files share the modules that they test: loading them for each file took 13 of 31 s of processor time.
    isolate: false,
    // One more than there are processors, because some tests wait for other processes and for time to pass.
    maxWorkers: availableParallelism() + 1,
  },
})
