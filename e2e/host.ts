/** The built host as a process of its own, with a store in a temporary folder. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

/** Where the host's clock starts: a Monday morning, so that "yesterday" is a Sunday and the week is an hour old. */
export const DEMO_NOW = '2026-11-23T08:31:00+01:00'

const program = resolve(import.meta.dirname, '../dist/host/server/main.js')
const STOP_MS = 5000

export interface Host {
  /** Without a slash at its end. */
  readonly url: string
  /** Whose store answers in the end: its own address, or that of the host behind it. */
  readonly storeUrl: string
  stop(): Promise<void>
}

/** The address in the line that the host logs once it listens. */
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

/** Starts the host on a free port. It gets nothing of this process's environment but the path. */
export async function startHost(dataDir: string, settings: Record<string, string> = {}): Promise<Host> {
  const fixed = { HOST: '127.0.0.1', PORT: '0', DATA_DIR: dataDir, DEMO_NOW, LOG_LEVEL: 'error' }
  const env = { PATH: process.env.PATH ?? '', ...fixed, ...settings }
  const child = spawn(process.execPath, [program], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  const url = await readAddress(child)
  return { url, storeUrl: url, stop: () => stop(child) }
}

export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), 'recordings-e2e-'))
}

export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true })
}

/** Names the folder of the store that is made once a run. */
const STORE = 'E2E_STORE'

/** Makes the demo store once; each worker then takes a copy. @returns what removes it. */
export async function makeStore(): Promise<() => void> {
  const folder = temporaryFolder()
  const host = await startHost(folder)
  await host.stop()
  process.env[STORE] = folder
  return () => removeFolder(folder)
}

/** The host in a folder that goes with it. */
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

/** Starts a host on a copy of the store, which goes with it. */
export async function startFreshHost(settings: Record<string, string> = {}): Promise<Host> {
  const folder = temporaryFolder()
  cpSync(process.env[STORE] ?? '', folder, { recursive: true })
  return startIn(folder, settings)
}

/** Starts a host without a store of its own, in front of the recorder at that address. */
export async function startRelay(recorderUrl: string, settings: Record<string, string> = {}): Promise<Host> {
  return startIn(temporaryFolder(), { RECORDER_URL: recorderUrl, ...settings })
}

/** Starts a relay in front of a host on a copy of the store: the same recordings, as a recorder has them. */
export async function startRelayedHost(settings: Record<string, string> = {}): Promise<Host> {
  // Every user comes to it from the relay's address, and it is the relay's own throttle that tests look at.
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
