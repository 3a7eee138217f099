/** Recognises failures of a stranger's connection by the real stacks of Node and undici. */
import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { get } from 'node:http'
import { connect, createServer, type AddressInfo } from 'node:net'
import { describe, expect, it } from 'vitest'
import { isOfConnection } from './uncaught.ts'

/** A server that sends this text to every client, and ends. */
async function served<T>(text: string, work: (port: number) => Promise<T>): Promise<T> {
  const server = createServer((socket) => socket.on('error', () => {}).end(text)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  try {
    return await work((server.address() as AddressInfo).port)
  } finally {
    server.close()
  }
}
const errorOf = async (emitter: NodeJS.EventEmitter): Promise<unknown> => (await once(emitter, 'error'))[0]

describe('a failure of a connection', () => {
  it('is one where nobody listens', async () => {
    const port = await served('', async (own) => own)
    expect(isOfConnection(await errorOf(connect(port, '127.0.0.1')))).toBe(true)
  })

  it.each(['SSH-2.0-OpenSSH\r\n', ''])('is one where no HTTP comes: %j', async (text) => {
    const error = await served(text, (port) => errorOf(get({ port, host: '127.0.0.1', agent: false })))
    expect(isOfConnection(error)).toBe(true)
  })

  it('is one where undici asserts something of a socket that ended', () => {
    const error = new Error('The expression evaluated to a falsy value:\n\n  assert(!this.paused)\n')
    error.stack = [
      `AssertionError [ERR_ASSERTION]: ${error.message}`,
      '    at Parser.finish (/srv/app/node_modules/undici/lib/dispatcher/client-h1.js:375:5)',
      '    at Socket.onHttpSocketEnd (/srv/app/node_modules/undici/lib/dispatcher/client-h1.js:958:30)',
      '    at Socket.emit (node:events:536:35)',
      '    at endReadableNT (node:internal/streams/readable:1698:12)',
    ].join('\n')
    expect(isOfConnection(error)).toBe(true)
  })
})

describe('a failure of the host', () => {
  it('is one of its own code, on a connection too', async () => {
    const caught = await served('hello', async (port) => {
      const socket = connect(port, '127.0.0.1')
      return new Promise((found) => {
        socket.on('data', () => {
          try {
            JSON.parse('{')
          } catch (error) {
            found(error)
          }
        })
      })
    })
    expect((caught as Error).stack).toMatch(/node:net|node:events/)
    expect(isOfConnection(caught)).toBe(false)
  })

  it('is one of its files, and anything that is not an error', async () => {
    expect(isOfConnection(await errorOf(createReadStream('/nowhere/at/all')))).toBe(false)
    for (const odd of [undefined, null, 'text', { stack: '    at node:net:1:1' }])
      expect(isOfConnection(odd)).toBe(false)
  })
})
