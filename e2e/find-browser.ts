/** Finds a Chromium by itself, so that the tests need no set-up, or else says what is missing. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { delimiter, dirname, join } from 'node:path'
import { chromium, type LaunchOptions } from 'playwright'

/** Passes the browser from the main process to the workers, which read the configuration again. */
const FOUND = 'E2E_BROWSER'
const OWN = 'own'
const DOWNLOAD_MS = 120_000
const INSTALL_MS = 600_000

const isRoot = process.getuid?.() === 0

/** The tests measure and count requests, so the browser must do nothing else. Chromium has no sandbox for root. */
const args = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  ...(isRoot ? ['--no-sandbox'] : []),
]

function optionsOf(found: string): LaunchOptions {
  return found === OWN ? { args } : { args, executablePath: found }
}

/** An installed browser may still lack a library, so only a browser that opens counts. */
async function opens(found: string): Promise<boolean> {
  try {
    const browser = await chromium.launch(optionsOf(found))
    await browser.close()
    return true
  } catch {
    return false
  }
}

/** The shell comes first: it has the same engine without a window, and the tests take half the time in it. */
const names = [
  'chromium-headless-shell',
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
]

function onPath(programs: readonly string[]): string[] {
  const folders = (process.env.PATH ?? '').split(delimiter)
  return programs
    .flatMap((name) => folders.map((folder) => join(folder, name)))
    .filter((path) => existsSync(path))
}

function download(): void {
  const cli = join(dirname(createRequire(import.meta.url).resolve('playwright/package.json')), 'cli.js')
  const only = ['install', '--only-shell', 'chromium']
  spawnSync(process.execPath, [cli, ...only], { stdio: 'ignore', timeout: DOWNLOAD_MS })
}

function installPackage(): void {
  if (!isRoot || onPath(['apt-get']).length === 0) return
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  spawnSync('apt-get', ['update'], { stdio: 'ignore', timeout: INSTALL_MS })
  const install = ['install', '-y', '--no-install-recommends', 'chromium-headless-shell']
  spawnSync('apt-get', install, { stdio: 'ignore', timeout: INSTALL_MS, env })
}

async function firstThatOpens(candidates: readonly string[]): Promise<string | null> {
  for (const candidate of candidates) if (await opens(candidate)) return candidate
  return null
}

async function find(): Promise<string> {
  const steps: (() => string[])[] = [
    // Installed browsers come first. Without a network, every run would otherwise wait for a failed download.
    () => [OWN, ...onPath(names)],
    () => {
      download()
      return [OWN]
    },
    () => {
      installPackage()
      return onPath(names)
    },
  ]
  for (const step of steps) {
    const found = await firstThatOpens(step())
    if (found !== null) return found
  }
  throw new Error(
    'The browser tests need Chromium, and none was found that opens: not Playwright’s own, and neither ' +
      `${names.join(', nor ')} on the PATH. Playwright’s download and Debian’s package were tried where that is possible.\n` +
      'Get one with “npx playwright install --with-deps chromium”, or on Debian as root with “apt-get install chromium-headless-shell”.',
  )
}

/** The launch options for the browser. The search runs once for all workers. */
export async function browserOptions(): Promise<LaunchOptions> {
  const found = process.env[FOUND] ?? (await find())
  process.env[FOUND] = found
  return optionsOf(found)
}
