/** Making and upgrading the schema: by many at once, over a newer one, and without the rights for it. */
import { beforeEach, describe, expect, it } from 'vitest'
import { testCluster, testDatabase, withConnection, type TestConnection } from '../../../testing/archives.ts'
import { temporaryFolder } from '../../../testing/store.ts'
import { OperatorError } from '../../platform/operator-error.ts'
import { connect } from './connecting.ts'
import { importIntoPostgres } from './import-file.ts'
import { SCHEMA } from './names.ts'
import { openPostgresSource } from './postgres-source.ts'
import { migratePostgres, POSTGRES_SCHEMA_VERSION } from './schema.ts'

let url: string
beforeEach(async () => {
  url = await testDatabase()
})

const open = (address: string) => openPostgresSource({ url: address, mediaFolder: '/nowhere' })
const migrate = (client: TestConnection, steps?: readonly string[]) =>
  steps ? migratePostgres(client, steps) : migratePostgres(client)
const sql = async (text: string): Promise<string> =>
  (await testCluster()).sql(text, new URL(url).pathname.slice(1))

/** Everything that is in the schema, with the transaction that made it. */
const everything = () =>
  sql(`SELECT relname, relkind, pg_class.xmin FROM pg_class WHERE relnamespace = '${SCHEMA}'::regnamespace
    UNION ALL SELECT proname, 'p', pg_proc.xmin FROM pg_proc WHERE pronamespace = '${SCHEMA}'::regnamespace
    UNION ALL SELECT name || value, 'm', xmin FROM ${SCHEMA}.meta ORDER BY 1, 2`)
const versionOf = () => sql(`SELECT value FROM ${SCHEMA}.meta WHERE name = 'schema_version'`)

describe('an empty database', () => {
  it('gets its schema once, from one of those that start at once', async () => {
    const clients = await Promise.all(Array.from({ length: 8 }, () => connect(url)))
    await Promise.all(clients.map((client) => migrate(client)))
    await Promise.all(clients.map((client) => client.end()))
    expect(await versionOf()).toBe(String(POSTGRES_SCHEMA_VERSION))
    const makers = await sql(`SELECT count(DISTINCT xmin::text) FROM (
      SELECT xmin FROM pg_class WHERE relnamespace = '${SCHEMA}'::regnamespace AND relkind IN ('r', 'p')
      UNION SELECT xmin FROM ${SCHEMA}.meta) AS made`)
    expect(makers).toBe('1')
  })

  it('stays empty if one of the steps fails', async () => {
    const steps = ['CREATE TABLE one (x integer)', 'nonsense']
    await withConnection(url, async (client) => {
      await expect(migrate(client, steps)).rejects.toThrow('syntax error')
      expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
    })
    expect(await sql(`SELECT count(*) FROM pg_namespace WHERE nspname = '${SCHEMA}'`)).toBe('0')
  })

  it('keeps the tables of another program, whatever their names', async () => {
    await sql('CREATE TABLE public.recordings (theirs integer); INSERT INTO public.recordings VALUES (42)')
    const source = await open(url)
    await source.close()
    expect(await sql('SELECT * FROM public.recordings')).toBe('42')
    expect(await sql(`SELECT count(*) FROM ${SCHEMA}.recordings`)).toBe('0')
  })
})

describe('a schema', () => {
  it('of this version is not changed', async () => {
    await withConnection(url, (client) => migrate(client))
    const before = await everything()
    expect(before.split('\n').length).toBeGreaterThan(20)
    await withConnection(url, (client) => migrate(client))
    const source = await open(url)
    await source.close()
    expect(await everything()).toBe(before)
  })

  it('of an older version gets what it lacks, once, from one of those that start at once', async () => {
    const steps = [
      `CREATE TABLE one (x integer)`,
      'ALTER TABLE one ADD COLUMN y integer',
      'INSERT INTO one VALUES (1, 2)',
    ]
    await withConnection(url, (client) => migrate(client, steps.slice(0, 1)))
    const clients = await Promise.all(Array.from({ length: 8 }, () => connect(url)))
    await Promise.all(clients.map((client) => migrate(client, steps)))
    await Promise.all(clients.map((client) => client.end()))
    expect(await sql(`SELECT x, y FROM ${SCHEMA}.one`)).toBe('1|2')
    expect(await versionOf()).toBe('3')
  })

  it('of a newer version is refused with what to do, and not changed', async () => {
    await withConnection(url, (client) => migrate(client))
    const newer = POSTGRES_SCHEMA_VERSION + 1
    await sql(`UPDATE ${SCHEMA}.meta SET value = ${newer} WHERE name = 'schema_version'`)
    const before = await everything()
    const refused = await open(url).catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(OperatorError)
    expect((refused as Error).message).toBe(
      `The database of DATABASE_URL was made by a newer version of this program (its schema is ${newer}, this version ` +
        `knows ${POSTGRES_SCHEMA_VERSION}). Update this program, or set DATABASE_URL to another database.`,
    )
    expect(await everything()).toBe(before)
  })
})

/** The address for another user. */
const asUser = (name: string): string => {
  const address = new URL(url)
  address.username = name
  address.password = 'guest-secret'
  return address.href
}
const makeUser = async (name: string): Promise<void> => {
  await sql(`DROP ROLE IF EXISTS ${name}; CREATE ROLE ${name} LOGIN PASSWORD 'guest-secret'`)
}
const words = (name: string): RegExp =>
  new RegExp(
    `^DATABASE_URL cannot be used: ${name} may not do this in the database test_\\d+\\. Make ${name} its owner, or grant CREATE on it\\.$`,
  )

async function* emptyList() {
  yield Buffer.from('[]')
}

describe('a user', () => {
  it('without the right to make the schema hears what to grant, and that helps', async () => {
    await makeUser('maker')
    const refused = await open(asUser('maker')).catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(OperatorError)
    expect((refused as Error).message).toMatch(words('maker'))
    const { dataDir, remove } = temporaryFolder()
    const place = { url: asUser('maker'), mediaFolder: dataDir, dataDir }
    await expect(importIntoPostgres({ ...place, input: emptyList(), name: 'x.json' })).rejects.toThrow(
      words('maker'),
    )
    await sql(`GRANT CREATE ON DATABASE ${new URL(url).pathname.slice(1)} TO maker`)
    await (await open(asUser('maker'))).close()
    expect(await importIntoPostgres({ ...place, input: emptyList(), name: 'x.json' })).toMatchObject({
      added: 0,
    })
    remove()
  })

  it('without rights in the schema of another user hears of it', async () => {
    await withConnection(url, (client) => migrate(client))
    await makeUser('stranger')
    const refused = await open(asUser('stranger')).catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(OperatorError)
    expect((refused as Error).message).toMatch(words('stranger'))
  })
})
