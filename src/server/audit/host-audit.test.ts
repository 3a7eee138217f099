/** A host whose audit log is changed while it runs or while it is stopped, and the places that receive its heads. */
import { readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { RECORDINGS, recordingEndpoint } from '../../contract/endpoints.ts'
import { readHeads, readHeadsFile } from './head.ts'
import { auditKeys } from './keys.ts'
import { linesOf, testEvent, testFolder, type TestFolder } from '../../testing/audit.ts'
import { verifyLog } from './verify.ts'
import { openHostAudit, type HostAudit } from './host-audit.ts'
import { createMetrics, type Metrics } from '../process/metrics.ts'
import { testGuid } from '../../testing/store.ts'
import { NOON_MS } from '../../testing/clock.ts'
import { testHostKey } from '../../testing/compose.ts'
import { basic, sessionOf, testHost, type TestHost } from '../../testing/host.ts'

let folder: TestFolder
let logged: string[]
let metrics: Metrics
let audit: HostAudit
let host: TestHost | null
beforeEach(() => {
  folder = testFolder()
  logged = []
  host = null
})
afterEach(async () => {
  await host?.close()
  await audit.close()
  folder.remove()
})

const sink = (): string => join(folder.path, 'audit.heads')

async function open(): Promise<TestHost> {
  audit = await openHostAudit(
    { auditLog: folder.file, auditSink: { kind: 'file', path: sink() }, hostName: null },
    testHostKey,
    () => NOON_MS,
  )
  metrics = createMetrics()
  audit.measure(metrics)
  const stream = { write: (line: string) => void logged.push(line) }
  const dependencies = { auditLog: audit.log, metrics, log: { level: 'info', stream } } as const
  host = await testHost({ recordings: [{}, {}], dependencies })
  audit.tellTo(host.app.log)
  return host
}

const loud = (): string[] => logged.filter((line) => line.includes('"level":50'))

it('refuses to play, save and export once its file was changed, and says so once', async () => {
  const { app } = await open()
  const cookie = await sessionOf(app, 'manager')
  const get = (url: string, headers: Record<string, string>) => app.inject({ url, headers })
  const media = `${recordingEndpoint(testGuid(1))}/Media`
  expect((await get(media, cookie)).statusCode).not.toBe(503)
  expect(await metrics.write()).toMatch(/^recordings_audit_tampered 0$/m)
  truncateSync(folder.file)
  const refused = [
    await get(`${recordingEndpoint(testGuid(2))}/Media`, cookie),
    await get(`${recordingEndpoint(testGuid(2))}/Media?download=1`, cookie),
    await get(RECORDINGS, basic('manager')),
  ]
  for (const answer of refused) {
    expect([answer.statusCode, answer.json()]).toEqual([
      503,
      expect.objectContaining({ code: 'audit_unavailable' }),
    ])
  }
  expect((await get(`${RECORDINGS}?page=0&pageSize=1`, cookie)).statusCode).toBe(200)
  expect(linesOf(folder.file).map(({ action }) => action)).toEqual(
    expect.arrayContaining(['log_changed', 'search']),
  )
  expect(await metrics.write()).toMatch(/^recordings_audit_tampered 1$/m)
  const told = loud().filter((line) => line.includes('NOT THE FILE THAT THIS HOST WROTE'))
  expect(told).toHaveLength(1)
  expect(told[0]).toContain('"finding":"shortened"')
})

it('sends its heads to the log, to the metrics and to a second file', async () => {
  const { app } = await open()
  await sessionOf(app, 'manager')
  await audit.close()
  const inLog = readHeads(logged.join(''))
  expect(inLog.map(({ n, reason }) => [n, reason])).toEqual([
    [0, 'start'],
    [1, 'stop'],
  ])
  expect(await readHeadsFile(sink())).toEqual(inLog)
  const figures = await metrics.write()
  expect(figures).toMatch(/^recordings_audit_head_number 1$/m)
  expect(figures).toMatch(/^recordings_audit_sink_failing 0$/m)
  expect(figures).toContain(`recordings_audit_head_info{hash="${inLog[1]?.hash}"} 1`)
  expect(figures.match(/^recordings_audit_head_info\{/gm)).toHaveLength(1)
  const { lines: key } = auditKeys(testHostKey)
  expect(await verifyLog(folder.file, { key, heads: inLog })).toMatchObject({ fault: null, isHeld: true })
})

it('reports at its start the lines that the log lost meanwhile, and starts', async () => {
  await open()
  await audit.log.write(testEvent(1))
  await audit.log.write(testEvent(2))
  await host?.close()
  await audit.close()
  writeFileSync(folder.file, readFileSync(folder.file, 'utf8').replace(/\n.*\n$/, '\n'))
  logged = []
  const { app } = await open()
  expect(loud()).toHaveLength(1)
  expect(loud()[0]).toMatch(/"finding":"shortened".*DOES NOT HOLD THE HEAD/)
  await sessionOf(app, 'manager')
  expect(linesOf(folder.file).map(({ n, action }) => [n, action])).toEqual([
    [1, 'search'],
    [3, 'log_changed'],
    [4, 'login'],
  ])
  expect(await metrics.write()).toMatch(/^recordings_audit_tampered 0$/m)
})
