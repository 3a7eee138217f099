/** When an answer is over, over real connections. */
import { fastify } from 'fastify'
import { once } from 'node:events'
import { connect, type AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { answerInTurn, exchangeOf, MAX_AHEAD } from './exchange.ts'

interface Seen {
  readonly path: string
  readonly signal: AbortSignal
  ends: boolean[]
}

/** A server that answers on demand and records when each answer was over. */
async function openHost({ inTurn }: { readonly inTurn: boolean }) {
  const app = fastify({ forceCloseConnections: true })
  const seen: Seen[] = []
  const waiting: (() => void)[] = []
  if (inTurn) answerInTurn(app)
  app.get('/*', async (request, reply) => {
    const one: Seen = { path: request.url, signal: exchangeOf(reply).signal, ends: [] }
    seen.push(one)
    await new Promise<void>((resolve) => waiting.push(resolve))
    // Registered late on purpose: the client may have left by now.
    exchangeOf(reply).onOver((isSent) => one.ends.push(isSent))
    return 'answer'
  })
  await app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = app.server.address() as AddressInfo
  const reached = (count: number) => expect.poll(() => seen.length).toBe(count)
  const release = (): void => waiting.splice(0).forEach((go) => go())
  return { app, port, seen, reached, release }
}

let host: Awaited<ReturnType<typeof openHost>>
afterEach(() => host.app.close())

const get = (path: string): string => `GET ${path} HTTP/1.1\r\nhost: x\r\n\r\n`

async function open(port: number, text: string) {
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  socket.write(text)
  return socket
}

describe('an exchange', () => {
  it('is over when its answer was sent', async () => {
    host = await openHost({ inTurn: false })
    const socket = await open(host.port, get('/one'))
    await host.reached(1)
    expect(host.seen[0]?.signal.aborted).toBe(false)
    host.release()
    await once(socket, 'data')
    await expect.poll(() => host.seen[0]?.ends).toEqual([true])
    expect(host.seen[0]?.signal.aborted).toBe(true)
    socket.destroy()
  })

  it('is over when its client has left before anybody asked', async () => {
    host = await openHost({ inTurn: false })
    const socket = await open(host.port, get('/one'))
    await host.reached(1)
    socket.destroy()
    await expect.poll(() => host.seen[0]?.signal.aborted).toBe(true)
    host.release()
    await expect.poll(() => host.seen[0]?.ends).toEqual([false])
  })

  it('is over with its connection, also where it waits behind another answer there', async () => {
    host = await openHost({ inTurn: false })
    const socket = await open(host.port, ['/1', '/2', '/3', '/4'].map(get).join(''))
    await host.reached(4)
    socket.destroy()
    for (const { signal } of host.seen) await expect.poll(() => signal.aborted).toBe(true)
    host.release()
    await expect.poll(() => host.seen.map(({ ends }) => ends)).toEqual([[false], [false], [false], [false]])
  })
})

describe('requests that are sent at once on one connection', () => {
  it('are begun one after the other, and answered in their order', async () => {
    host = await openHost({ inTurn: true })
    const socket = await open(host.port, ['/1', '/2', '/3'].map(get).join(''))
    for (const count of [1, 2, 3]) {
      await host.reached(count)
      await sleep(20)
      expect(host.seen).toHaveLength(count)
      host.release()
    }
    await expect.poll(() => host.seen.map(({ ends }) => ends)).toEqual([[true], [true], [true]])
    expect(host.seen.map(({ path }) => path)).toEqual(['/1', '/2', '/3'])
    socket.destroy()
  })

  it('end the connection where there are too many of them', async () => {
    host = await openHost({ inTurn: true })
    const socket = await open(host.port, get('/1').repeat(MAX_AHEAD + 1))
    await host.reached(1)
    expect(socket.destroyed).toBe(false)
    socket.on('error', () => undefined)
    socket.write(get('/2'))
    await expect.poll(() => host.seen[0]?.signal.aborted).toBe(true)
    host.release()
    await sleep(20)
    expect(host.seen).toHaveLength(1)
    socket.destroy()
  })

  it('are never begun once their client has left', async () => {
    host = await openHost({ inTurn: true })
    const socket = await open(host.port, ['/1', '/2', '/3'].map(get).join(''))
    await host.reached(1)
    socket.destroy()
    await expect.poll(() => host.seen[0]?.signal.aborted).toBe(true)
    host.release()
    await sleep(50)
    expect(host.seen).toHaveLength(1)
  })
})
