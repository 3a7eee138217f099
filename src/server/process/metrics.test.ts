/** Figures about the host, which reveal nothing about anybody. */
import { once } from 'node:events'
import { connect } from 'node:net'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { RECORDINGS } from '../../contract/endpoints.ts'
import { listenOnLoopback } from '../../testing/listening.ts'
import { createMetrics, type Metrics } from './metrics.ts'
import { buildMetricsServer, closeServer } from './metrics-server.ts'
import { standardLanes } from '../routes/lanes.ts'
import type { Source } from '../sources/source.ts'
import {
  basic,
  deferred,
  exchange,
  listen,
  loginRequest,
  rawGet,
  testHost,
  type TestHost,
} from '../../testing/host.ts'

let host: TestHost
let metrics: Metrics
afterEach(() => host.close())

const open = async (wrap: (source: Source) => Source = (source) => source): Promise<void> => {
  metrics = createMetrics()
  host = await testHost({ recordings: [{}], dependencies: { metrics }, wrap })
}

/** The value of a sample, by its name and labels as written. */
async function sample(name: string): Promise<number | null> {
  const line = (await metrics.write()).split('\n').find((text) => text.startsWith(`${name} `))
  return line === undefined ? null : Number(line.slice(name.length + 1))
}
const answers = (method: string, route: string, status: string) =>
  sample(
    `recordings_http_request_duration_seconds_count{method="${method}",route="${route}",status="${status}"}`,
  )
const search = `${RECORDINGS}?pageSize=1`

describe('the metrics', () => {
  it('count answers by route and status, and never by what was asked', async () => {
    await open()
    const guid = '00000000-0000-4000-8000-000000000001'
    const query = 'remotePartyNumber=contains:%2B390551234567&ownerUsername=mrossi&pageSize=1'
    await host.app.inject({ url: `${RECORDINGS}?${query}`, headers: basic('manager') })
    await host.app.inject({ url: `${RECORDINGS}/${guid}`, headers: basic('manager') })
    await host.app.inject({ url: `${RECORDINGS}/${guid}/Media`, headers: basic('manager') })
    await host.app.inject('/nowhere/mrossi?x=390551234567')
    await host.app.inject('/%zz390551234567')
    await host.app.inject({ method: 'PROPFIND', url: '/mrossi' })
    expect(await answers('GET', RECORDINGS, '200')).toBe(1)
    expect(await answers('GET', `${RECORDINGS}/:id`, '200')).toBe(1)
    const all = await metrics.write()
    expect(all).not.toMatch(/390551234567|mrossi|manager|contains|00000000-0000|PROPFIND/)
    const labels = [...all.matchAll(/(\w+)="([^"]*)"/g)].map(([, name]) => name)
    const own = ['method', 'route', 'status', 'le']
    expect([...new Set(labels)].filter((name) => !own.includes(name ?? ''))).toEqual(
      // Labels of Node's own figures.
      expect.not.arrayContaining(['user', 'username', 'id', 'query', 'address']),
    )
  })

  it('count running and waiting requests, and clients that left', async () => {
    const [asked, answer] = [deferred(), deferred()]
    await open((source) => ({
      ...source,
      async list(...args) {
        asked.resolve()
        await answer.promise
        return source.list(...args)
      },
    }))
    const port = await listen(host.app)
    const sockets = Array.from({ length: standardLanes.searches.running + 2 }, () =>
      connect(port, '127.0.0.1'),
    )
    for (const socket of sockets) socket.write(rawGet(search, basic('manager')))
    await asked.promise
    const settled = async (name: string, value: number): Promise<void> => {
      while ((await sample(name)) !== value) await new Promise(setImmediate)
    }
    await settled('recordings_searches_waiting', 2)
    expect(await sample('recordings_searches_running')).toBe(standardLanes.searches.running)
    expect(await sample('recordings_http_requests_in_flight')).toBe(standardLanes.searches.running + 2)
    for (const socket of sockets.slice(0, 3)) socket.destroy()
    await settled('recordings_http_requests_in_flight', standardLanes.searches.running - 1)
    expect(await answers('GET', RECORDINGS, 'left')).toBe(3)
    answer.resolve()
    await Promise.all(sockets.slice(3).map((socket) => once(socket.resume(), 'close')))
    await settled('recordings_http_requests_in_flight', 0)
    expect([
      await sample('recordings_searches_running'),
      await sample('recordings_searches_waiting'),
    ]).toEqual([0, 0])
    expect(await answers('GET', RECORDINGS, '200')).toBe(standardLanes.searches.running - 1)
  })

  it('count wrong passwords and what the throttle refused, of the page and of scripts', async () => {
    await open()
    for (let count = 0; count < 3; count += 1) await host.app.inject(loginRequest('agent', 'wrong'))
    await host.app.inject({ url: search, headers: basic('agent', 'wrong as well') })
    await host.app.inject(loginRequest('agent'))
    await host.app.inject({ url: search, headers: basic('agent') })
    await host.app.inject(loginRequest('manager'))
    expect(await sample('recordings_login_failures_total')).toBe(4)
    expect(await sample('recordings_login_throttled_total')).toBe(2)
  })

  it('hold the figures of other parts, read at each scrape', async () => {
    await open()
    let sockets = 3
    metrics.add(() => ({ recorder_sockets: sockets }))
    expect(await sample('recordings_recorder_sockets')).toBe(3)
    sockets = 1
    expect(await sample('recordings_recorder_sockets')).toBe(1)
  })

  it('have a prefix, and beside them the names that every Node program has', async () => {
    await open()
    const names = [...(await metrics.write()).matchAll(/^# TYPE (\w+)/gm)].map(([, name]) => name)
    expect(names.filter((name) => !/^(recordings|process|nodejs)_/.test(name ?? ''))).toEqual([])
    expect(names).toEqual(
      expect.arrayContaining(['process_cpu_seconds_total', 'nodejs_eventloop_lag_seconds']),
    )
  })

  it('of two hosts in one process are apart', async () => {
    await open()
    const other = createMetrics()
    await host.app.inject('/healthz')
    expect(await other.write()).not.toContain('/healthz')
    expect(await answers('GET', '/healthz', '200')).toBe(1)
  })
})

describe('/metrics', () => {
  it('is not where the page is', async () => {
    await open()
    expect((await host.app.inject('/metrics')).statusCode).toBe(404)
    expect((await host.app.inject({ url: '/metrics', headers: basic('manager') })).statusCode).toBe(404)
  })

  it('is answered by a server of its own, which answers nothing else', async () => {
    await open()
    const errors: unknown[] = []
    const server = buildMetricsServer(metrics, (error) => errors.push(error))
    const { port } = await listenOnLoopback(server)
    const answer = await exchange(port, rawGet('/metrics'))
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\ncontent-type: text\/plain; version=0\.0\.4/i)
    expect(answer).toContain('process_resident_memory_bytes ')
    for (const path of ['/', '/healthz', '/metrics/', search, '//metrics']) {
      expect(await exchange(port, rawGet(path))).toContain('HTTP/1.1 404')
    }
    expect(await exchange(port, rawGet('/metrics').replace('GET', 'POST'))).toContain('HTTP/1.1 404')
    metrics.add(() => {
      throw new Error('broken')
    })
    const failed = await exchange(port, rawGet('/metrics'))
    expect(failed).toContain('HTTP/1.1 500')
    expect(failed).not.toContain('broken')
    expect(errors).toHaveLength(1)
    await closeServer(server)
  })

  it('closes over open connections', async () => {
    await open()
    const server = buildMetricsServer(metrics, () => {})
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const idle = connect((server.address() as AddressInfo).port, '127.0.0.1', () =>
      idle.write('GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n'),
    )
    await once(idle, 'data')
    await Promise.all([closeServer(server), once(idle.resume(), 'close')])
  })
})
