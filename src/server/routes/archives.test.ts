/** Whoever uses the API cannot tell which archive answers: two hosts over the same recordings give the same answers. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import {
  AUTH_PASSWORD,
  AUTH_SESSION,
  mediaEndpoint,
  PEOPLE,
  RECORDINGS,
  recordingEndpoint,
} from '../../contract/endpoints.ts'
import { testArchives, type TestArchive } from '../../testing/archives.ts'
import { testMp3 } from '../../testing/audio.ts'
import { NOON_MS } from '../../testing/clock.ts'
import { composeHost, testHostKey, type ComposedHost } from '../../testing/compose.ts'
import { ownPage, sessionOf, testUsers, writeTestPage } from '../../testing/host.ts'
import { temporaryFolder, testGuid, type TestRecording, type TestStore } from '../../testing/store.ts'

let inputs: TestStore
let archives: TestArchive[]
let hosts: ComposedHost[]

const names = ['agent', 'AGENT', 'solo', null]

beforeAll(async () => {
  inputs = temporaryFolder()
  const audioFile = join(inputs.dataDir, 'call.mp3')
  writeFileSync(audioFile, testMp3(50))
  const recordings: TestRecording[] = [
    {
      audioFile,
      ownerUsername: 'agent',
      remotePartyNumber: '+39055123',
      startTime: '2026-11-20T10:00:00.1234567+01:00',
    },
    ...Array.from({ length: 250 }, (_, index) => ({
      ownerUsername: names[index % names.length] ?? null,
      direction: [0, 1, 2][index % 3] as 0 | 1 | 2,
      startTime: new Date(Date.UTC(2026, 10 - (index % 5), 2 + (index % 20), index % 24)).toISOString(),
      duration: `PT${index}S`,
      remotePartyNumber: index % 4 === 0 ? null : `+39055${index}`,
      localPartyNumber: '225',
    })),
  ]
  archives = []
  hosts = []
  for (const [, open] of testArchives) {
    const archive = await open(recordings, testUsers)
    writeTestPage(join(archive.dataDir, 'page'))
    const clock = { nowMs: NOON_MS }
    hosts.push(await composeHost(archive.dataDir, () => archive.source, { clock, hostKey: testHostKey }))
    archives.push(archive)
  }
})
afterAll(async () => {
  for (const host of hosts) await host.app.close()
  for (const archive of archives) await archive.remove()
  inputs.remove()
})

const known = testGuid(1)

const requests: readonly (readonly [url: string, headers?: Readonly<Record<string, string>>])[] = [
  [RECORDINGS],
  [`${RECORDINGS}?page=3&pageSize=20`],
  [`${RECORDINGS}?page=2000000000&pageSize=20`],
  [`${RECORDINGS}?direction=1&ownerUsername=agent`],
  [`${RECORDINGS}?startTime=between:2026-09-01T00:00:00Z,2026-10-01T00:00:00Z&pageSize=5`],
  [`${RECORDINGS}?endTime=after:2026-11-10T00:00:00Z`],
  [`${RECORDINGS}?remotePartyNumber=contains:055&pageSize=7`],
  [`${RECORDINGS}?remotePartyNumber=%2B39055123`],
  [`${RECORDINGS}?localPartyNumber=225&direction=0`],
  [`${RECORDINGS}?direction=7`],
  [`${RECORDINGS}?unknown=1`],
  [`${RECORDINGS}?ownerUsername=nobody`],
  [RECORDINGS, { accept: 'application/x-ndjson' }],
  [recordingEndpoint(known)],
  [recordingEndpoint(known.toUpperCase())],
  [recordingEndpoint(testGuid(9999))],
  [recordingEndpoint('no-guid')],
  [mediaEndpoint(known)],
  [mediaEndpoint(known), { range: 'bytes=10-99' }],
  [mediaEndpoint(known), { range: 'bytes=999999-' }],
  [`${mediaEndpoint(known)}?download=1`],
  [mediaEndpoint(testGuid(2))],
  [`${PEOPLE}?q=ag`],
  [PEOPLE],
  [AUTH_SESSION],
]

/** Headers that differ from one answer to the next. */
const passing = new Set(['date', 'x-request-id', 'set-cookie'])

it.each(testUsers.map(({ username }) => username))(
  'answers %s the same from both archives',
  async (username) => {
    const cookies = await Promise.all(hosts.map(({ app }) => sessionOf(app, username)))
    for (const [url, headers = {}] of requests) {
      const [store, postgres] = await Promise.all(
        hosts.map(async ({ app }, index) => {
          const answer = await app.inject({ url, headers: { ...cookies[index], ...ownPage, ...headers } })
          const kept = Object.entries(answer.headers).filter(([name]) => !passing.has(name))
          const body = answer.body.replaceAll(/"requestId":"[^"]*"/g, '"requestId":""')
          return { status: answer.statusCode, headers: Object.fromEntries(kept), body }
        }),
      )
      expect(postgres, url).toEqual(store)
      expect(store?.status, url).toBeLessThan(500)
    }
  },
)

it('changes a password the same, and ends the sessions that it opened', async () => {
  for (const { app } of hosts) {
    const cookie = await sessionOf(app, 'solo')
    const other = await sessionOf(app, 'solo')
    const changed = await app.inject({
      method: 'POST',
      url: AUTH_PASSWORD,
      headers: { ...cookie, ...ownPage },
      payload: { old: 'demo', new: 'correct horse battery staple' },
    })
    expect(changed.statusCode, changed.body).toBe(200)
    expect((await app.inject({ url: RECORDINGS, headers: other })).statusCode).toBe(401)
  }
})
