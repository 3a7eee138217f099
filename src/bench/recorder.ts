/**
 * A recorder for the load benches, in a separate process. It prints its port, and answers anybody with the benches'
 * password after a fixed time with the same page or detail. It has no faults; the tests' recorder has them.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { RECORDINGS } from '../contract/endpoints.ts'
import type { WireRecording } from '../contract/recording.ts'
import { BENCH_PASSWORD } from './client.ts'

/** How long each answer takes, ms. */
export const UPSTREAM_MS = 20
/** The period of its recordings, ms since the Unix epoch. They start before `to`. */
export const PERIOD = { from: Date.UTC(2026, 10, 22), to: Date.UTC(2026, 10, 23) } as const

const TOTAL = 250_000
const PAGE_SIZE = 50

function recording(index: number): WireRecording {
  const startMs = PERIOD.to - (index + 1) * 60_000
  return {
    id: `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
    referenceNumber: `2026${String(index).padStart(9, '0')}`,
    startTime: new Date(startMs).toISOString().replace('Z', '0000+00:00'),
    duration: 'PT2M20.65S',
    direction: 1,
    ownerUsername: 'mrossi',
    localPartyNumber: '229',
    remotePartyNumber: '+390244548866',
  }
}

const page = Array.from({ length: PAGE_SIZE }, (_, index) => recording(index))

const passwordOf = (authorization = ''): string =>
  Buffer.from(authorization.replace(/^Basic /, ''), 'base64')
    .toString('utf8')
    .replace(/^[^:]*:/, '')

/** The recording that it shows in detail. */
export const DETAIL_ID = recording(0).id
const { ownerUsername: username, ...facts } = recording(0)
const detail = { ...facts, owner: { username }, size: 0 }

function serve(): void {
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://recorder')
    const size = Number(searchParams.get('pageSize'))
    const answer = pathname === RECORDINGS ? { totalCount: TOTAL, recordings: page.slice(0, size) } : detail
    const isKnown = passwordOf(request.headers.authorization) === BENCH_PASSWORD
    setTimeout(() => {
      response.writeHead(isKnown ? 200 : 401, { 'content-type': 'application/json' })
      response.end(isKnown ? JSON.stringify(answer) : '')
    }, UPSTREAM_MS)
  })
  server.keepAliveTimeout = 60_000
  server.listen(0, '127.0.0.1', () => {
    process.stdout.write(`port ${(server.address() as AddressInfo).port}\n`)
  })
}

if (process.argv[1] === import.meta.filename) serve()
