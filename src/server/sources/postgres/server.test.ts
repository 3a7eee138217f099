/** What becomes of a server's connections while it is slow to say what it is. */
import { afterEach, expect, it } from 'vitest'
import { emptyPostgres, withConnection } from '../../../testing/archives.ts'
import { ArchiveServer } from './server.ts'

let server: ArchiveServer
afterEach(() => server.close())

it('keeps them when it is slow once, however many want to know', async () => {
  const url = await emptyPostgres()
  server = new ArchiveServer(url)
  await withConnection(url, async (client) => {
    await client.query('BEGIN')
    await client.query('LOCK TABLE recordings_dashboard.meta IN ACCESS EXCLUSIVE MODE')
    // It runs for longer than a server may take to answer.
    const running = server.pools.work.query('SELECT pg_sleep(4)')
    await Promise.all(Array.from({ length: 5 }, () => server.ask()))
    expect(server.facts).toBeNull()
    await client.query('ROLLBACK')
    expect((await running).rowCount).toBe(1)
  })
  await server.ask()
  expect(server.facts?.isReplica).toBe(false)
})
