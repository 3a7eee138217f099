/**
 * Carries audio: answers of any length, whose listener may be slow and then slows the recorder down. It uses Node's own
 * client, because undici 7 ends the process if the recorder closes a connection whose reading is paused.
 */
import { Agent, request as requestPlainly, type ClientRequest, type IncomingMessage } from 'node:http'
import { Agent as SecureAgent, request as requestSecurely } from 'node:https'
import type { Socket } from 'node:net'
import { onAbort } from '../../platform/aborting.ts'
import type { Breaker } from './breaker.ts'
import { recorderDown, recorderFailed, recorderTimeout } from './failures.ts'
import { KEEP_ALIVE_MS, MAX_HEADER_BYTES, type RecorderLimits } from './limits.ts'
import { NotConnected, trustOf, type WireAnswer, type Question, type Wire, type WireOptions } from './wire.ts'

/** Watches a new connection until it is made. Its owner learns of its end in any case. */
function watchConnecting(
  socket: Socket,
  isSecure: boolean,
  { breaker, limits }: { readonly breaker: Breaker; readonly limits: RecorderLimits },
  { signal, onConnected }: { readonly signal: AbortSignal; readonly onConnected: () => void },
): void {
  const timer = setTimeout(() => socket.destroy(recorderDown()), limits.connectMs)
  let failure: Error | null = null
  const over = (): void => {
    clearTimeout(timer)
    socket.off('error', note)
    socket.off('close', closed)
    socket.off(isSecure ? 'secureConnect' : 'connect', connected)
  }
  const note = (error: Error): void => void (failure = error)
  const connected = (): void => {
    over()
    breaker.connected()
    onConnected()
  }
  const closed = (): void => {
    over()
    // A client that leaves says nothing about the recorder.
    if (failure && !signal.aborted) breaker.failed(failure)
  }
  socket.on('error', note)
  socket.once('close', closed)
  socket.once(isSecure ? 'secureConnect' : 'connect', connected)
}

/** Ends an answer whose next byte does not come, unless its listener has not yet taken the bytes that came. */
function watchBody(body: IncomingMessage, idleMs: number): void {
  const { socket } = body
  const check = (): void => {
    if (body.readableLength > 0) socket.setTimeout(idleMs)
    else body.destroy(recorderTimeout())
  }
  // Already at its end: by the time it closes, the connection may be another answer's.
  const over = (): void => void socket.off('timeout', check)
  socket.setTimeout(idleMs)
  socket.on('timeout', check)
  body.once('end', over)
  body.once('close', over)
}

class AudioWire implements Wire {
  readonly #options: WireOptions
  readonly #isSecure: boolean
  readonly #agent: Agent
  /** Connections that were seen before. If one is used again, it is already made. */
  readonly #known = new WeakSet<Socket>()

  constructor(options: WireOptions) {
    const { origin, ca, connections } = options
    this.#options = options
    this.#isSecure = new URL(origin).protocol === 'https:'
    const pool = { keepAlive: true, maxSockets: connections, timeout: KEEP_ALIVE_MS }
    this.#agent = this.#isSecure ? new SecureAgent({ ...pool, ...trustOf(ca) }) : new Agent(pool)
  }

  ask(question: Question, signal: AbortSignal): Promise<WireAnswer> {
    return new Promise((resolve, reject) => {
      signal.throwIfAborted()
      const request = this.#request(question)
      const { firstByteMs } = this.#options.limits
      const timer = setTimeout(() => request.destroy(recorderTimeout()), firstByteMs)
      const endWait = onAbort(signal, () => void request.destroy(signal.reason as Error))
      const over = (): void => {
        clearTimeout(timer)
        endWait()
      }
      let isConnected = false
      const fail = (why: unknown): void => {
        over()
        reject(isConnected ? why : new NotConnected(why))
      }
      const onConnected = (): void => void (isConnected = true)
      request.on('socket', (socket) => this.#meet(socket, { signal, onConnected }))
      // This listener stays, but once the answer has begun, only its body reports a failure.
      request.on('error', fail)
      request.once('close', () => fail(recorderFailed('broke the connection off')))
      request.once('response', (body) => {
        over()
        watchBody(body, firstByteMs)
        resolve({ statusCode: body.statusCode ?? 0, headers: body.headers, body })
      })
      request.end()
    })
  }

  sockets(): number {
    const { sockets, freeSockets } = this.#agent
    const lists = [...Object.values(sockets), ...Object.values(freeSockets)]
    return lists.reduce((sum, list) => sum + (list?.length ?? 0), 0)
  }

  async close(): Promise<void> {
    this.#agent.destroy()
  }

  #request({ path, headers }: Question): ClientRequest {
    const { origin } = this.#options
    const options = { agent: this.#agent, path, headers, maxHeaderSize: MAX_HEADER_BYTES } as const
    return this.#isSecure ? requestSecurely(origin, options) : requestPlainly(origin, options)
  }

  #meet(socket: Socket, asking: { readonly signal: AbortSignal; readonly onConnected: () => void }): void {
    if (this.#known.has(socket)) return asking.onConnected()
    this.#known.add(socket)
    watchConnecting(socket, this.#isSecure, this.#options, asking)
  }
}

export const openAudioWire = (options: WireOptions): Wire => new AudioWire(options)
