/** Sends heads to a second file, and to real collectors over TCP and TLS that come and go. */
import { once } from 'node:events'
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { createServer as createSecureServer } from 'node:tls'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { makeAuthority, type CertificateAuthority } from '../../testing/recorder/certificates.ts'
import { readHeads, readHeadsFile, sealHead, writeHead, type Head, type HeadReason } from './head.ts'
import { auditKeys } from './keys.ts'
import { newestHead } from './sink-file.ts'
import { openSink, type HeadSink, type SinkOptions } from './sink.ts'
import { testFolder, testKey, type TestFolder } from '../../testing/audit.ts'

const keys = auditKeys(testKey)
const headOf = (n: number, reason: HeadReason = 'minute'): Head =>
  sealHead(keys.heads, {
    n,
    hash: String(n % 10).repeat(64),
    at: '2026-11-23T12:00:00.000Z',
    reason,
    file: 'audit "1".log',
  })

let authority: CertificateAuthority
beforeAll(async () => {
  authority = await makeAuthority()
})
afterAll(() => authority.remove())

let folder: TestFolder
let errors: unknown[]
const sinks: HeadSink[] = []
const servers: Server[] = []
const sockets: Socket[] = []
beforeEach(() => {
  folder = testFolder()
  errors = []
})
afterEach(async () => {
  for (const sink of sinks.splice(0)) await sink.close()
  for (const socket of sockets.splice(0)) socket.destroy()
  for (const server of servers.splice(0)) server.close()
  folder.remove()
})

const options: SinkOptions = {
  report: (error) => void errors.push(error),
  retryMs: { first: 5, most: 20 },
  closeMs: 1000,
}

function open(to: Parameters<typeof openSink>[0], more: SinkOptions = {}): HeadSink {
  const sink = openSink(to, { ...options, ...more })
  sinks.push(sink)
  return sink
}

interface Collector {
  readonly port: number
  received: string
  stop(): Promise<void>
}

async function collect(server: Server, { port = 0, isSecure = false } = {}): Promise<Collector> {
  servers.push(server)
  const take = (socket: Socket): void => {
    sockets.push(socket)
    socket.on('error', () => {})
    socket.on('data', (bytes: Buffer) => (collector.received += String(bytes)))
  }
  server.on(isSecure ? 'secureConnection' : 'connection', take)
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const collector: Collector = {
    port: (server.address() as AddressInfo).port,
    received: '',
    async stop() {
      for (const socket of sockets.splice(0)) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
  return collector
}

/** The messages in their frames. */
function messages(received: string): string[] {
  const found: string[] = []
  for (let rest = Buffer.from(received); rest.length > 0;) {
    const space = rest.indexOf(' ')
    const length = Number(rest.subarray(0, space).toString())
    found.push(rest.subarray(space + 1, space + 1 + length).toString())
    rest = rest.subarray(space + 1 + length)
  }
  return found
}

describe('a second file', () => {
  it('gets a line for each head, readable by the host alone', async () => {
    const path = join(folder.path, 'audit.heads')
    const sink = open({ kind: 'file', path })
    for (const n of [1, 2, 3]) {
      sink.keep(headOf(n))
      await expect.poll(() => readHeads(readFileSync(path, 'utf8')).length).toBe(n)
    }
    expect(await readHeadsFile(path)).toEqual([headOf(1), headOf(2), headOf(3)])
    expect(statSync(path).mode & 0o777).toBe(0o600)
    writeFileSync(path, `${writeHead({ ...headOf(4), mac: headOf(5).mac })}\n{"n":9,"ha`, { flag: 'a' })
    expect(await newestHead(path, keys.heads, null)).toEqual(headOf(3))
    expect(await newestHead(join(folder.path, 'none'), keys.heads, null)).toBeNull()
  })

  it('that cannot be written is reported once, and later gets the heads that count', async () => {
    const path = join(folder.path, 'audit.heads')
    mkdirSync(path)
    const sink = open({ kind: 'file', path })
    sink.keep(headOf(1, 'start'))
    await expect.poll(() => sink.failing()).toBe(true)
    for (let n = 2; n < 200; n += 1) sink.keep(headOf(n))
    sink.keep(headOf(200, 'rotation'))
    sink.keep(headOf(201))
    rmSync(path, { recursive: true })
    await expect.poll(() => sink.failing()).toBe(false)
    await sink.close()
    expect((await readHeadsFile(path)).map(({ n }) => n)).toEqual([1, 200, 201])
    expect(errors).toHaveLength(1)
  })

  it('may be mixed with the log of the host, a container or a collector', () => {
    const head = headOf(7)
    const json = JSON.stringify({ level: 30, time: 1, ...head, msg: 'audit head' })
    const plain = { ...head, file: 'audit.log' }
    for (const text of [
      json,
      `Nov 23 12:00:00 box recordings[7]: ${writeHead(head)}`,
      `x${writeHead(head)}y`,
    ]) {
      expect(readHeads(text)).toEqual([head])
    }
    expect(readHeads(JSON.stringify({ log: `${JSON.stringify(plain)}\n` }))).toEqual([plain])
    expect(readHeads('{"n":1,"hash":"x"}')).toEqual([])
  })
})

describe('a collector', () => {
  it('gets each head as a message of RFC 5424 in a frame of its length, over TCP', async () => {
    const collector = await collect(createServer())
    const sink = open({ kind: 'syslog', isSecure: false, host: '127.0.0.1', port: collector.port })
    sink.keep(headOf(1, 'start'))
    sink.keep(headOf(2, 'rotation'))
    await expect
      .poll(() => readHeads(collector.received))
      .toEqual([headOf(1, 'start'), headOf(2, 'rotation')])
    const [first = ''] = messages(collector.received)
    expect(first).toMatch(
      /^<109>1 2026-11-23T12:00:00\.000Z [!-~]{1,255} recordings-dashboard \d+ audit-head - \{"n":1,/,
    )
    expect(messages(collector.received)).toHaveLength(2)
    expect([sink.failing(), errors]).toEqual([false, []])
  })

  it('that was away gets the current head when it is back', async () => {
    const first = await collect(createServer())
    const sink = open({ kind: 'syslog', isSecure: false, host: '127.0.0.1', port: first.port })
    sink.keep(headOf(1))
    await expect.poll(() => readHeads(first.received)).toEqual([headOf(1)])
    await first.stop()
    await expect.poll(() => sink.failing()).toBe(true)
    const second = await collect(createServer(), { port: first.port })
    await expect.poll(() => readHeads(second.received)).toEqual([headOf(1)])
    await expect.poll(() => sink.failing()).toBe(false)
    sink.keep(headOf(2))
    await expect.poll(() => readHeads(second.received)).toEqual([headOf(1), headOf(2)])
    expect(errors).toHaveLength(1)
  })

  it('over TLS is trusted by its certificate alone', async () => {
    const { cert, key } = await authority.issue(['localhost'])
    const collector = await collect(createSecureServer({ cert, key }), { isSecure: true })
    const to = { kind: 'syslog', isSecure: true, port: collector.port } as const
    const unknown = open({ ...to, host: 'localhost' })
    const misnamed = open({ ...to, host: '127.0.0.1' }, { ca: authority.ca })
    for (const sink of [unknown, misnamed]) {
      sink.keep(headOf(1))
      await expect.poll(() => sink.failing()).toBe(true)
    }
    expect(errors).toHaveLength(2)
    expect(collector.received).toBe('')
    const known = open({ ...to, host: 'localhost' }, { ca: authority.ca })
    known.keep(headOf(2))
    await expect.poll(() => readHeads(collector.received)).toEqual([headOf(2)])
  })

  it('that takes nothing does not hold up the end', async () => {
    const silent = createServer((socket) => void sockets.push(socket.pause()))
    servers.push(silent.listen(0, '127.0.0.1'))
    await once(silent, 'listening')
    const { port } = silent.address() as AddressInfo
    const sink = open({ kind: 'syslog', isSecure: true, host: '127.0.0.1', port }, { closeMs: 20 })
    sink.keep(headOf(1, 'stop'))
    await sink.close()
    expect(sink.failing()).toBe(false)
  })
})
