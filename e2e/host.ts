/** The built host in its own process, with a store in a temporary folder. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

/** The host's clock starts on a Monday morning, so that "yesterday" is in last week and this week is 8.5 hours old. */
export const DEMO_NOW = '2026-11-23T08:31:00+01:00'

const program = resolve(import.meta.dirname, '../dist/host/server/main.js')
const STOP_MS = 5000

export interface Host {
  /** Without a slash at its end. */
  readonly url: string
  /** The address of the host with the store: its own, or that of the host behind it. */
  readonly storeUrl: string
  stop(): Promise<void>
}

/** Waits for the line that the host logs when it listens. @returns the address in it. */
async function readAddress(child: ChildProcess): Promise<string> {
  let said = ''
  child.stderr?.on('data', (chunk: Buffer) => (said += String(chunk)))
  return new Promise((found, fail) => {
    child.stdout?.on('data', (chunk: Buffer) => {
      said += String(chunk)
      const address = /"address":"(http:[^"]+)\/","msg":"started"/.exec(said)?.[1]
      if (address !== undefined) found(address)
    })
    child.once('exit', (code) => fail(new Error(`The host ended with ${code}. It said:\n${said}`)))
  })
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return
  const gone = once(child, 'exit')
  const overdue = setTimeout(() => child.kill('SIGKILL'), STOP_MS)
  child.kill('SIGTERM')
  await gone
  clearTimeout(overdue)
}

/** Starts the host on a free port. From this process's environment it gets only `PATH`. */
export async function startHost(dataDir: string, settings: Record<string, string> = {}): Promise<Host> {
  const fixed = { HOST: '127.0.0.1', PORT: '0', DATA_DIR: dataDir, DEMO_NOW, LOG_LEVEL: 'error' }
  const env = { PATH: process.env.PATH ?? '', ...fixed, ...settings }
  const child = spawn(process.execPath, [program], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  const url = await readAddress(child)
  return { url, storeUrl: url, stop: () => stop(child) }
}

export function newFolder(): string {
  return mkdtempSync(join(tmpdir(), 'recordings-e2e-'))
}

export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true })
}

/** Holds the folder of the demo store, which is made once for each run. */
const STORE = 'E2E_STORE'

/** Makes the demo store; each worker then takes a copy. @returns a function that removes the store. */
export async function makeStore(): Promise<() => void> {
  const folder = newFolder()
  const host = await startHost(folder)
  await host.stop()
  process.env[STORE] = folder
  return () => removeFolder(folder)
}

/** Starts the host in a folder that is removed when the host stops. */
async function startIn(folder: string, settings: Record<string, string>): Promise<Host> {
  const host = await startHost(folder, settings)
  return {
    ...host,
    async stop() {
      await host.stop()
      removeFolder(folder)
    },
  }
}

/** Starts a host on a copy of the store, which is removed when the host stops. */
export async function startFreshHost(settings: Record<string, string> = {}): Promise<Host> {
  const folder = newFolder()
  cpSync(process.env[STORE] ?? '', folder, { recursive: true })
  return startIn(folder, settings)
}

/** Starts a host without a store, in front of the recorder at that address. */
export async function startRelay(recorderUrl: string, settings: Record<string, string> = {}): Promise<Host> {
  return startIn(newFolder(), { RECORDER_URL: recorderUrl, ...settings })
}

/** Starts a relay in front of a host with a copy of the store, which stands in for a recorder. */
export async function startRelayedHost(settings: Record<string, string> = {}): Promise<Host> {
  // The limit is high because all users reach this host from the relay's address, and tests check the relay's throttle.
  const store = await startFreshHost({ LOGIN_FAILURES: '1000' })
  const relay = await startRelay(store.url, settings)
  return {
    url: relay.url,
    storeUrl: store.url,
    async stop() {
      await relay.stop()
      await store.stop()
    },
  }
}
