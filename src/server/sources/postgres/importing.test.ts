/** Imports beside each other, and imports whose connection is lost. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createConnection, createServer, type Server, type Socket } from 'node:net'
import { EventEmitter, once } from 'node:events'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { emptyPostgres, testManager, withConnection } from '../../../testing/archives.ts'
import { testMp3 } from '../../../testing/audio.ts'
import { importInput, wireRecording as wire, type TestImport } from '../../../testing/imports.ts'
import { deriveCheaply, temporaryFolder, testGuid, type TestStore } from '../../../testing/store.ts'
import { OperatorError } from '../../platform/operator-error.ts'
import type { ImportResult } from '../archive/import-reading.ts'
import { importIntoPostgres } from './import-file.ts'
import { openPostgresSource, type PostgresSource } from './postgres-source.ts'

const { signal } = new AbortController()
const ndjson = (rows: readonly unknown[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('')
const numbered = (from: number, to: number, ownerUsername = 'ada') =>
  Array.from({ length: to - from + 1 }, (_, index) => wire(from + index, { ownerUsername }))
/** More than the server is given at once, so that some are on the server before the last has been read. */
const MANY = 20_500

let folder: TestStore
let url: string
let source: PostgresSource
let mediaDir: string
beforeEach(async () => {
  folder = temporaryFolder()
  url = await emptyPostgres()
  source = await openPostgresSource({
    url,
    mediaFolder: join(folder.dataDir, 'media'),
    derive: deriveCheaply,
  })
  mediaDir = join(folder.dataDir, 'given')
  mkdirSync(mediaDir)
  for (const n of [1, 2]) writeFileSync(join(mediaDir, `${testGuid(n)}.mp3`), testMp3(n))
})
afterEach(async () => {
  await source.close()
  folder.remove()
})

const load = (text: string, options: TestImport & { readonly url?: string } = {}): Promise<ImportResult> => {
  const { dataDir } = folder
  const place = { url, mediaFolder: join(dataDir, 'media'), dataDir }
  return importIntoPostgres({ ...place, ...importInput(text, { name: 'x.ndjson', ...options }) })
}
const total = async () => (await source.list({}, { page: 0, pageSize: 1 }, testManager, signal)).totalCount
const audioFiles = (): string[] =>
  existsSync(join(folder.dataDir, 'media'))
    ? readdirSync(join(folder.dataDir, 'media'), { recursive: true, encoding: 'utf8' }).filter((name) =>
        name.endsWith('.mp3'),
      )
    : []
const hasMedia = async (n: number) => (await source.media(testGuid(n), testManager, signal, 'first')) !== null

/** Everything that an import may leave, as counts by name. Tables of months count too. */
const leavings = () =>
  withConnection(url, async (client) => {
    const names = ['recordings', 'recording_ids', 'people', 'media', 'day_counts', 'owner_counts']
    const counts = names.map((name) => `(SELECT count(*)::integer FROM ${name}) AS ${name}`)
    const tables = `(SELECT count(*)::integer FROM pg_class WHERE relname LIKE 'recordings\\_2%' AND relkind = 'r'
      AND relnamespace = 'recordings_dashboard'::regnamespace) AS months`
    return (await client.query<Record<string, number>>(`SELECT ${[...counts, tables].join(', ')}`)).rows[0]
  })
const nothing = {
  recordings: 0,
  recording_ids: 0,
  people: 0,
  media: 0,
  day_counts: 0,
  owner_counts: 0,
  months: 0,
}

/** Lines that cannot be stored. */
const bad = (count: number) => '{"id":"0"}\n'.repeat(count)

/** An input that stops after its first part until the test goes on. */
function pausing(first: string, second: string) {
  const events = new EventEmitter()
  const [paused, goneOn] = [once(events, 'pause'), once(events, 'goOn')]
  async function* input() {
    yield Buffer.from(first)
    events.emit('pause')
    await goneOn
    yield Buffer.from(second)
  }
  return { input: input(), paused, goOn: () => events.emit('goOn') }
}

/** Whether the server has stored all that it was given so far, and waits for more. */
const isWriterIdle = () =>
  withConnection(url, async (client) => {
    const sql = `SELECT FROM pg_stat_activity JOIN pg_locks USING (pid) WHERE locktype = 'advisory' AND granted
      AND datname = current_database() AND state = 'idle in transaction' AND query LIKE 'INSERT INTO recording_ids%'`
    return (await client.query(sql)).rowCount === 1
  })

/** Ends the connection of the import that writes, as an administrator does. */
const endWriter = () =>
  withConnection(url, async (client) => {
    const { rows } = await client.query<{ ended: boolean }>(
      `SELECT pg_terminate_backend(pid, 10000) AS ended FROM pg_locks WHERE locktype = 'advisory' AND granted
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    )
    expect(rows).toEqual([{ ended: true }])
  })

describe('two imports at once', () => {
  it('store all that both have, each once', async () => {
    const results = await Promise.allSettled([
      load(ndjson(numbered(1, 30)), { mediaDir }),
      load(ndjson(numbered(21, 50, 'bob')), { mediaDir }),
    ])
    const done = results.filter((result) => result.status === 'fulfilled').map(({ value }) => value)
    for (const result of results) {
      if (result.status === 'rejected')
        expect((result.reason as Error).message).toMatch(/is being written by another import or command/)
    }
    expect(done.length).toBeGreaterThan(0)
    expect(await total()).toBe(done.reduce((sum, { added }) => sum + added, 0))
    if (done.length === 2) expect(await total()).toBe(50)
    const { recordings, recording_ids: ids } = (await leavings())!
    expect([recordings, ids]).toEqual([await total(), await total()])
  })

  it('of the same file add its recordings once', async () => {
    const text = ndjson(numbered(1, 40))
    const done = await Promise.all([load(text, { mediaDir }), load(text, { mediaDir })])
    expect(done.map(({ added }) => added).toSorted()).toEqual([0, 40])
    expect(done.map(({ updated }) => updated).toSorted()).toEqual([0, 40])
    expect(await total()).toBe(40)
    expect(await hasMedia(1)).toBe(true)
    expect(audioFiles()).toHaveLength(2)
  })

  it('end with words for the second where the first takes long, which goes on', async () => {
    const first = pausing(ndjson(numbered(1, MANY)), ndjson(numbered(MANY + 1, MANY + 1)))
    const long = load('', { input: first.input })
    await first.paused
    const refused = await load(ndjson(numbered(1, 3))).catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(OperatorError)
    expect((refused as Error).message).toMatch(
      /^The database test_\d+ is being written by another import or command\. Wait for it to end, then try again\.$/,
    )
    expect(await total()).toBe(0)
    first.goOn()
    expect(await long).toMatchObject({ added: MANY + 1 })
    expect(await total()).toBe(MANY + 1)
  })

  it('have a report each, and the one that fails takes nothing from the other’s', async () => {
    const first = pausing(bad(1000), bad(1))
    const long = load('', { input: first.input, skipBad: true })
    await first.paused
    const left = AbortSignal.abort(new Error('left'))
    await expect(load(bad(1), { skipBad: true, signal: left })).rejects.toThrow('left')
    first.goOn()
    const { skipped, reportFile } = await long
    expect(skipped).toBe(1001)
    expect(readFileSync(reportFile!, 'utf8').trimEnd().split('\n')).toHaveLength(1001)
  })
})

describe('an import whose connection is lost', () => {
  it.each([
    [
      'the server waits for more',
      isWriterIdle,
      /^The connection to the PostgreSQL server at [\d.:]+ was lost\./,
    ],
    [
      'the server may be storing',
      async () => true,
      /^The .*PostgreSQL server at [\d.:]+ was (?:lost|shut down meanwhile)\./,
    ],
  ])('while its input pauses and %s leaves nothing, and says so', async (_what, isReached, words) => {
    const first = pausing(ndjson(numbered(1, MANY)), ndjson(numbered(MANY + 1, MANY + 1)))
    const long = load('', { input: first.input, mediaDir })
    await first.paused
    await expect.poll(audioFiles).toHaveLength(2)
    await expect.poll(isReached).toBe(true)
    await endWriter()
    first.goOn()
    const refused = await long.catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(OperatorError)
    expect((refused as Error).message).toMatch(words)
    expect((refused as Error).message).toMatch(/\. Nothing was changed; try again once/)
    expect(await leavings()).toEqual(nothing)
    expect(audioFiles()).toEqual([])
    expect(await load(ndjson(numbered(1, 3)), { mediaDir })).toMatchObject({ added: 3, withAudio: 2 })
    expect(await hasMedia(2)).toBe(true)
  })

  it('leaves the audio that another import has come to use since', async () => {
    const first = pausing(ndjson(numbered(1, MANY)), ndjson(numbered(MANY + 1, MANY + 1)))
    const long = load('', { input: first.input, mediaDir })
    await first.paused
    await expect.poll(audioFiles).toHaveLength(2)
    await endWriter()
    expect(await load(ndjson(numbered(2, 3)), { mediaDir })).toMatchObject({ added: 2, withAudio: 1 })
    first.goOn()
    await expect(long).rejects.toThrow(/Nothing was changed/)
    expect(await total()).toBe(2)
    expect(await hasMedia(2)).toBe(true)
    expect(audioFiles()).toHaveLength(1)
  })
})

describe('an import that is left', () => {
  it('ends on the server too, in the midst of a long statement', async () => {
    await withConnection(url, (client) =>
      client.query(`CREATE FUNCTION sleep() RETURNS trigger LANGUAGE plpgsql AS
          $$ BEGIN PERFORM pg_sleep(3600); RETURN NULL; END $$;
        CREATE TRIGGER slow BEFORE INSERT ON recording_ids FOR EACH STATEMENT EXECUTE FUNCTION sleep()`),
    )
    const sleeping = () =>
      withConnection(url, async (client) => {
        const sql = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'`
        return (await client.query(sql)).rowCount
      })
    const leaving = new AbortController()
    const long = load(ndjson(numbered(1, 3)), { mediaDir, signal: leaving.signal })
    await expect.poll(sleeping).toBe(1)
    expect(audioFiles()).toHaveLength(2)
    leaving.abort(new Error('Ctrl-C'))
    await expect(long).rejects.toThrow('Ctrl-C')
    await expect.poll(sleeping).toBe(0)
    expect(audioFiles()).toEqual([])
  })
})

/** Carries a connection to the server, and cuts it once the client has sent the text so many times. */
async function cutting(text: string, times = 1): Promise<{ readonly url: string; close(): Promise<void> }> {
  const { hostname, port } = new URL(url)
  const sockets: Socket[] = []
  let left = times
  const server: Server = createServer((from) => {
    const to = createConnection(Number(port), hostname)
    sockets.push(from, to)
    for (const socket of [from, to]) socket.on('error', () => undefined)
    from.on('close', () => to.end())
    to.on('close', () => from.destroy())
    to.on('data', (bytes) => {
      if (!from.destroyed) from.write(bytes)
    })
    from.on('data', (bytes) => {
      to.write(bytes)
      if (left === 0 || !bytes.includes(text)) return
      left -= 1
      // The server still gets what was sent, and its answer gets lost.
      if (left === 0) from.destroy()
    })
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const there = new URL(url)
  there.port = String((server.address() as { port: number }).port)
  return {
    url: there.href,
    async close() {
      for (const socket of sockets) socket.destroy()
      await once(server.close(), 'close')
      expect(left).toBe(0)
    },
  }
}

describe('an import whose connection is cut', () => {
  it.each([
    ['at its beginning', 'BEGIN'],
    ['while it waits for its turn', 'SET LOCAL lock_timeout'],
    ['while it stores people', 'INSERT INTO people'],
    ['while it makes months', 'CREATE TABLE recordings_'],
    ['before it copies', 'COPY recordings_'],
    ['while it copies', 'copied-reference'],
    ['while it looks for known ones', 'FROM recording_ids WHERE id = ANY'],
    ['while it stores ids', 'INSERT INTO recording_ids'],
    ['while it counts', 'INSERT INTO day_counts'],
  ])('%s leaves nothing, and says so', async (_when, text) => {
    const relay = await cutting(text)
    const rows = numbered(1, 3).map((row) => ({ ...row, referenceNumber: 'copied-reference' }))
    const refused = await load(ndjson(rows), { url: relay.url, mediaDir }).catch((error: unknown) => error)
    await relay.close()
    expect(refused).toBeInstanceOf(OperatorError)
    expect((refused as Error).message).toMatch(/^The connection .* was lost\. Nothing was changed; try again/)
    await expect.poll(leavings).toEqual(nothing)
    expect(audioFiles()).toEqual([])
    expect(await load(ndjson(rows), { mediaDir })).toMatchObject({ added: 3 })
  })

  it('at its very end says that nobody knows whether it was stored, and keeps the audio', async () => {
    // The first transaction looks after the schema.
    const relay = await cutting('COMMIT\u0000', 2)
    const text = ndjson(numbered(1, 3))
    const refused = await load(text, { url: relay.url, mediaDir }).catch((error: unknown) => error)
    await relay.close()
    expect(refused).toBeInstanceOf(OperatorError)
    expect((refused as Error).message).toMatch(/may have been stored or not\. Run the import again/)
    await expect.poll(total).toBe(3)
    expect(await hasMedia(1)).toBe(true)
    expect(await load(text, { mediaDir })).toMatchObject({ added: 0, updated: 3, withAudio: 2 })
  })
})
