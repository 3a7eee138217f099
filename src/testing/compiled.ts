/** Compiles the host and its commands, so that tests can run them as an operator does. */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { oncePerRun } from './once.ts'

const root = resolve(import.meta.dirname, '../..')

/**
 * Compiles the host once per run, without checking types: `npm run types` does that.
 * @returns a folder with the layout of `dist`, without the page. Programs look for the page in `page` beside `host`.
 */
export const compiledHost = (): Promise<string> =>
  oncePerRun('compiled', async (folder) => {
    const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
    const args = [tsc, '-p', join(root, 'src', 'server'), '--noCheck', '--outDir', join(folder, 'host')]
    const said = await new Promise((done) => execFile(process.execPath, args, (_error, out) => done(out)))
    if (!existsSync(join(folder, 'host', 'server', 'main.js'))) {
      throw new Error(`The host does not compile: ${String(said)}`)
    }
  })
