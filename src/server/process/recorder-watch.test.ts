/** The host's log lines and metrics about its recorder, in front of a real one. */
import { once } from 'node:events'
import { createServer as createPlainServer } from 'node:http'
import { createServer, type AddressInfo, type Server } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { recordingEndpoint } from '../../contract/endpoints.ts'
import { basic, loginRequest } from '../../testing/host.ts'
import { makeCalls } from '../../testing/recorder/calls.ts'
import { makeAuthority } from '../../testing/recorder/certificates.ts'
import { recorderFault } from '../../testing/recorder/faults.ts'
import { startRecorder } from '../../testing/recorder/recorder.ts'
import { ask, askFirstPage, outcome, relayHost, type Relay } from '../../testing/relay.ts'
import { createMetrics, type Metrics } from './metrics.ts'
import { watchRecorder } from './recorder-watch.ts'

const recordings = makeCalls({})

describe('in front of a recorder, the metrics', () => {
  let relay: Relay
  let metrics: Metrics
  beforeEach(async () => {
    metrics = createMetrics()
    relay = await relayHost({
      watch: watchRecorder(metrics),
      recorder: { recordings },
      dependencies: { metrics },
    })
  })
  afterEach(() => relay.close())
  async function sample(name: string): Promise<number | null> {
    const line = (await metrics.write()).split('\n').find((text) => text.startsWith(`${name} `))
    return line === undefined ? null : Number(line.slice(name.length + 1))
  }
  const count = (kind: string, ended: string) =>
    sample(`recordings_recorder_answer_seconds_count{kind="${kind}",outcome="${ended}"}`)
  const failures = () => sample('recordings_login_failures_total')

  it('count the passwords that it refuses, at the sign-in and of scripts, and no session that ends', async () => {
    expect((await relay.app.inject(loginRequest('ada', 'wrong'))).statusCode).toBe(401)
    expect(await failures()).toBe(1)
    expect((await askFirstPage(relay, basic('boss', 'wrong'))).status).toBe(401)
    expect(await failures()).toBe(2)
    expect((await askFirstPage(relay, basic('boss'))).status).toBe(200)
    relay.recorder.setPassword('boss', 'new')
    expect((await askFirstPage(relay, basic('boss'))).status).toBe(401)
    expect(await failures()).toBe(3)
    const cookie = await relay.enter('mrossi')
    relay.recorder.setPassword('mrossi', 'new')
    expect((await askFirstPage(relay, cookie)).status).toBe(401)
    expect((await askFirstPage(relay, {})).status).toBe(401)
    expect(await failures()).toBe(3)
  })

  it('hold how long it takes to answer, by the kind of question', async () => {
    const cookie = await relay.enter('ada')
    const address = recordingEndpoint(recordings[0]?.id ?? '')
    expect((await askFirstPage(relay, cookie)).status).toBe(200)
    expect((await ask(relay, address, cookie)).status).toBe(200)
    expect((await ask(relay, `${address}/Media`, cookie)).status).toBe(200)
    expect(await relay.source.ready()).toBe(true)
    for (const kind of ['search', 'detail', 'audio', 'check']) expect(await count(kind, 'answered')).toBe(1)
    await relay.recorder.refuseConnections()
    expect((await askFirstPage(relay, cookie)).status).toBe(504)
    expect(await count('search', 'failed')).toBe(1)
    await relay.recorder.acceptConnections()
  })

  it('explain themselves', async () => {
    metrics.add(() => relay.source.gauges?.() ?? {})
    const help = [...(await metrics.write()).matchAll(/^# HELP recordings_(\w+) (.*)$/gm)]
    expect(help.length).toBeGreaterThan(15)
    for (const [, name = '', text = ''] of help) {
      expect(text).not.toBe(name.replaceAll('_', ' '))
      expect(text.split(' ').length).toBeGreaterThan(2)
    }
  })
})

/** @returns the server's address. */
const listening = async (server: Server): Promise<string> => {
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** A log that can be read. */
function readableLog() {
  const lines: string[] = []
  return {
    lines,
    info: (message: string) => void lines.push(message),
    warn: (details: object, message: string) => void lines.push(`${message}: ${JSON.stringify(details)}`),
  }
}

describe('a recorder that cannot be reached', () => {
  let relay: Relay
  afterEach(() => relay.close())

  it('is in the log once, however many ask, and once more when it answers again', async () => {
    const log = readableLog()
    const watch = watchRecorder(null)
    relay = await relayHost({ watch, recorder: { recordings } })
    const cookie = await relay.enter('ada')
    expect((await askFirstPage(relay, cookie)).status).toBe(200)
    await relay.recorder.refuseConnections()
    const address = `${recordingEndpoint(recordings[0]?.id ?? '')}/Media`
    expect(outcome(await ask(relay, address, cookie))).toBe('504 recorder_down')
    for (let count = 0; count < 3; count += 1) expect((await askFirstPage(relay, cookie)).status).toBe(504)
    // News from before there was a log comes first.
    watch.tellTo(log)
    expect(log.lines).toEqual([
      'the recorder answers',
      expect.stringMatching(/^the recorder cannot be reached: .*"ECONNREFUSED".*refuses the connection/),
    ])
    await relay.recorder.acceptConnections()
    for (let count = 0; count < 3; count += 1) expect((await askFirstPage(relay, cookie)).status).toBe(200)
    expect(log.lines.slice(2)).toEqual(['the recorder answers'])
    await relay.recorder.refuseConnections()
    expect((await askFirstPage(relay, cookie)).status).toBe(504)
    expect(log.lines.slice(3)).toEqual([expect.stringMatching(/^the recorder cannot be reached/)])
    await relay.recorder.acceptConnections()
  })

  it('may be one behind a proxy that answers 504', async () => {
    const log = readableLog()
    const watch = watchRecorder(null)
    watch.tellTo(log)
    relay = await relayHost({ watch, recorder: { recordings } })
    relay.recorder.on('list', recorderFault.status(504), 2)
    for (const status of [504, 504, 200])
      expect((await askFirstPage(relay, await relay.enter('ada'))).status).toBe(status)
    expect(log.lines).toEqual([expect.stringContaining('answers 504 itself'), 'the recorder answers'])
  })

  it('has its cause named', async () => {
    // It accepts connections and sends nothing, so no TLS handshake ends.
    const silent = createServer((socket) => void socket.on('error', () => {}))
    const plain = createPlainServer((_request, response) => void response.end())
    const authority = await makeAuthority()
    const tls = await authority.issue(['127.0.0.1', 'localhost'])
    const unknown = await startRecorder({ users: [], recordings, tls })
    const causes = [
      ['http://nowhere.invalid', /its name (is not found|cannot be looked up)/],
      [`https://${await listening(silent)}`, /"(UND_ERR_CONNECT_TIMEOUT|ETIMEDOUT)".*in time/],
      [`https://${await listening(plain)}`, /TLS fails/],
      [unknown.url, /certificate is not trusted/],
    ] as const
    for (const [url, cause] of causes) {
      for (const lane of ['data', 'audio']) {
        const log = readableLog()
        const watch = watchRecorder(null)
        watch.tellTo(log)
        relay = await relayHost({ watch, url, limits: { connectMs: 300 } })
        const cookie = await relay.enter('ada')
        const address = `${recordingEndpoint(recordings[0]?.id ?? '')}/Media`
        const answer = await (lane === 'audio' ? ask(relay, address, cookie) : askFirstPage(relay, cookie))
        expect(answer.status).toBeGreaterThan(500)
        expect(log.lines).toEqual([expect.stringMatching(cause)])
        if (lane === 'data' || url !== unknown.url) await relay.close()
      }
    }
    for (const server of [silent, plain]) server.close()
    await unknown.stop()
    authority.remove()
  })
})
