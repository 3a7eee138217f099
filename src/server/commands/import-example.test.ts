/** The README's own import, which must end with rows for the supervisor that it makes. */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, it } from 'vitest'
import { importText } from '../../testing/imports.ts'
import { testStore } from '../../testing/store.ts'
import { openSqliteSource } from '../sources/sqlite/sqlite-source.ts'
import { importZone } from './import-zone.ts'

const readme = readFileSync(resolve(import.meta.dirname, '../../../README.md'), 'utf8')

const found = (pattern: RegExp): string => {
  const [, text] = pattern.exec(readme) ?? []
  if (text === undefined) throw new Error(`The README has no ${pattern.source}`)
  return text
}

it('the README’s example ends with rows for its supervisor, and with their names', async () => {
  const csv = found(/cat > calls\.csv <<'END'\n([^]*?)END\n/)
  const leads = found(/npm run user -- add mrossi --role supervisor --leads (\S+)\n/).split(',')
  const zone = importZone(found(/npm run import -- calls\.csv --dates dmy --tz (\S+)\n/))
  const users = [{ username: 'mrossi', role: 'supervisor', leads, password: 'x' }] as const
  const folder = await testStore([], users)
  const counts = await importText(folder.dataDir, csv, { name: 'calls.csv', reading: { dates: 'dmy', zone } })
  expect(counts).toMatchObject({ added: 2, updated: 0, skipped: 0 })
  const source = await openSqliteSource({ dataDir: folder.dataDir, workers: 0 })
  const { signal } = new AbortController()
  const mrossi = await source.principal('mrossi')
  if (!mrossi) throw new Error('There is no account.')
  const { recordings } = await source.list({}, { page: 0, pageSize: 50 }, mrossi, signal)
  expect(recordings).toMatchObject([
    { startTime: '2026-11-23T16:39:15.0000000+01:00', duration: 'PT1M31S', direction: 1 },
    { startTime: '2026-11-23T10:20:59.0000000+01:00', duration: 'PT2M20S', direction: 2 },
  ])
  expect(await source.detail(recordings[0]?.id ?? '', mrossi, signal)).toMatchObject({
    owner: { username: 'abianchi', firstName: 'Anna', lastName: 'Bianchi', group: 'Sales' },
  })
  await source.close()
  folder.remove()
})
