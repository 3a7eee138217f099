import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import tailwind from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import type { Plugin } from 'vite'
import { defineConfig } from 'vitest/config'

const outDir = 'dist/page'

/**
 * Puts the tiny entry before the program's: it dresses the page and sends the list's request, and need not wait
 * for the framework. It may hold back the first paint, which would otherwise flash in the wrong theme.
 */
const earlyEntry: Plugin = {
  name: 'early-entry',
  transformIndexHtml: {
    order: 'post',
    handler(_html, { bundle }) {
      const early = Object.values(bundle ?? {}).find((file) => file.type === 'chunk' && file.name === 'early')
      if (early?.type !== 'chunk') return []
      const attrs = { type: 'module', async: true, blocking: 'render', src: `/${early.fileName}` }
      const imports = early.imports.map((file) => ({
        tag: 'link',
        attrs: { rel: 'modulepreload', href: `/${file}` },
        injectTo: 'head-prepend' as const,
      }))
      return [{ tag: 'script', attrs, injectTo: 'head-prepend' as const }, ...imports]
    },
  },
}

/** Writes `.br` and `.gz` beside what is asked for often, so that the host never compresses a file twice. */
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

/** What the early entry needs, as one file: each further one would be a round trip before the first request. */
const beforeTheProgram =
  /rolldown\/runtime|node_modules\/(nanostores|dayjs)\/|src\/(contract|prefs|embed)\/|src\/lib\/zones|src\/url\/(clock|entry|paths)|src\/api\/(boot|early-list|request)/

export default defineConfig({
  plugins: [react(), tailwind(), earlyEntry, compressed],
  build: {
    outDir,
    target: 'es2023',
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: { page: 'index.html', early: 'src/early.ts' },
      output: { codeSplitting: { groups: [{ name: 'base', test: beforeTheProgram }] } },
    },
  },
  test: {
    include: ['src/**/*.test.{ts,tsx}'],
    globalSetup: 'src/testing/run-folder.ts',
    testTimeout: 30_000,
    // The main process has next to nothing to do while tests run: without this it keeps a processor to itself.
    maxWorkers: '100%',
  },
})
