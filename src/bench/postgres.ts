/**
 * Measures an archive in PostgreSQL beside the embedded store with the same million rows. The server is the machine's
 * own, started for the bench in a folder of its own, with the settings of a real one: everything reaches the disk.
 */
import { createReadStream, createWriteStream, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { importIntoPostgres } from '../server/sources/postgres/import-file.ts'
import { openPostgresSource } from '../server/sources/postgres/postgres-source.ts'
import type { Source } from '../server/sources/source.ts'
import { connect } from '../server/sources/postgres/connecting.ts'
import { inTransaction } from '../server/sources/postgres/connecting.ts'
import { savePerson } from '../server/sources/postgres/directory.ts'
import { openSqliteSource } from '../server/sources/sqlite/sqlite-source.ts'
import { demoPeople } from '../server/demo/people.ts'
import { startCluster } from '../testing/postgres-cluster.ts'
import { BENCH_ROWS, benchCases, benchViewer, measureCase, percentile, tableRow } from './cases.ts'

const print = (line: string): void => void process.stdout.write(`${line}\n`)

/** What a server is set to for real use on a machine of 4 GB. */
const settings = {
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  shared_buffers: '1GB',
  max_wal_size: '4GB',
}

/** Writes all recordings of the store as one JSON object a line. */
async function exportRows(store: Source, file: string): Promise<void> {
  const { recordings } = await store.listAll({}, benchViewer({ kind: 'all' }), new AbortController().signal)
  async function* lines(): AsyncGenerator<string> {
    for await (const row of recordings) yield `${JSON.stringify(row)}\n`
  }
  await pipeline(Readable.from(lines(), { objectMode: false }), createWriteStream(file))
}

/** The groups of the people, which a list of recordings does not tell. */
async function savePeople(url: string): Promise<void> {
  const client = await connect(url)
  await inTransaction(client, async () => {
    for (const { username, group, phoneNumber } of demoPeople)
      await savePerson(client, { username, group, phoneNumber })
  })
  await client.end()
}

/** Imports the rows as an operator does. @returns how many a second. */
async function importRows(url: string, folder: string, file: string): Promise<number> {
  const startedMs = performance.now()
  const { added } = await importIntoPostgres({
    url,
    mediaFolder: join(folder, 'media'),
    dataDir: folder,
    input: createReadStream(file),
    name: 'rows.ndjson',
  })
  if (added !== BENCH_ROWS) throw new Error(`${added} recordings were imported, and not ${BENCH_ROWS}.`)
  return added / ((performance.now() - startedMs) / 1000)
}

/** Prints a table of both. @param dataDir of the embedded store. */
export async function benchPostgres(dataDir: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'recordings-bench-rows-'))
  const store = await openSqliteSource({ dataDir })
  const cluster = await startCluster({ settings })
  try {
    const url = await cluster.createDatabase('bench')
    const file = join(folder, 'rows.ndjson')
    await exportRows(store, file)
    const perSecond = await importRows(url, folder, file)
    await savePeople(url)
    print(
      `PostgreSQL ${await cluster.sql('SHOW server_version')}: imported ${Math.round(perSecond).toLocaleString('en')} recordings a second`,
    )
    const archive = await openPostgresSource({ url, mediaFolder: join(folder, 'media') })
    print(tableRow(['search, ms', 'store p50', 'p99', 'PG p50', 'p99', 'ratio']))
    for (const one of benchCases) {
      const [own, other] = [await measureCase(store, one), await measureCase(archive, one)]
      const figures = [own, other].flatMap((times) => [percentile(times, 0.5), percentile(times, 0.99)])
      const ratio = percentile(other, 0.5) / percentile(own, 0.5)
      print(tableRow([one.name, ...figures.map((ms) => ms.toFixed(1)), ratio.toFixed(1)]))
    }
    await archive.close()
  } finally {
    await store.close()
    await cluster.remove()
    rmSync(folder, { recursive: true, force: true })
  }
}
