/** Starts real servers, so it needs PostgreSQL on this machine. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createConnection } from 'node:net'
import { join } from 'node:path'
import { transformWithOxc } from 'vite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startCluster, startStandby, type Cluster } from './postgres-cluster.ts'
import { temporaryFolder } from './store.ts'

let cluster: Cluster
beforeAll(async () => {
  cluster = await startCluster({ settings: { work_mem: '5MB' } })
})
afterAll(() => cluster.remove())

/** @returns the code of the error, or null if something listens on the port. */
async function refusal(port: number): Promise<string | null> {
  const socket = createConnection(port, '127.0.0.1')
  try {
    await once(socket, 'connect')
    return null
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'unknown'
  } finally {
    socket.destroy()
  }
}

describe('a cluster', () => {
  it('runs statements', async () => {
    expect(await cluster.sql('SELECT 1')).toBe('1')
    expect(
      await cluster.sql(`CREATE TABLE pair (a int, b text); INSERT INTO pair VALUES (1, 'é'), (2, NULL)`),
    ).toBe('')
    expect(await cluster.sql('SELECT * FROM pair ORDER BY a')).toBe('1|é\n2|')
  })

  it('fails with what the server says, also on a text that it does not read to the end', async () => {
    await expect(cluster.sql(`SELECT 1 FROM nowhere;\n${'SELECT 1;\n'.repeat(100_000)}`)).rejects.toThrow(
      'relation "nowhere" does not exist',
    )
  })

  it('takes settings beside its own', async () => {
    const asked = ['work_mem', 'fsync', 'wal_level', 'server_encoding', 'lc_collate', 'password_encryption']
    const said = await cluster.sql(asked.map((name) => `SHOW ${name};`).join('\n'))
    expect(said.split('\n')).toEqual(['5MB', 'off', 'replica', 'UTF8', 'C', 'scram-sha-256'])
  })

  it('creates a database of any name', async () => {
    const name = `Calls "of" the year's end`
    const url = await cluster.createDatabase(name)
    expect(url).toBe(cluster.url(name))
    expect(url).toMatch(/^postgres:\/\/owner:demo@127\.0\.0\.1:\d+\/Calls%20/)
    expect(await cluster.sql('SELECT current_database(), current_user', name)).toBe(`${name}|owner`)
  })

  it.each(['fast', 'immediate'] as const)(
    'keeps what was written over a stop (%s) and a start',
    async (mode) => {
      await cluster.sql(`CREATE TABLE kept_${mode} AS SELECT 42 AS answer; CHECKPOINT`)
      await cluster.stop(mode)
      expect(await refusal(cluster.port)).toBe('ECONNREFUSED')
      await cluster.start()
      expect(await cluster.sql(`SELECT answer FROM kept_${mode}`)).toBe('42')
    },
  )

  it('says why it does not start, and leaves no folder', async () => {
    const failure: unknown = await startCluster({ settings: { work_mem: 'plenty' } }).catch((error) => error)
    expect(String(failure)).toContain('invalid value for parameter "work_mem": "plenty"')
    const folder = /"(.+)\/data\/postgresql\.conf"/.exec(String(failure))?.[1]
    expect(existsSync(folder!)).toBe(false)
  })
})

describe('a standby', () => {
  it('follows the primary, and takes writes once it is promoted', async () => {
    const standby = await startStandby(cluster)
    try {
      await cluster.sql(`CREATE TABLE streamed AS SELECT 'first' AS word`)
      await expect
        .poll(() => standby.sql(`SELECT to_regclass('streamed')`), { interval: 20 })
        .toBe('streamed')
      expect(await standby.sql('SELECT word FROM streamed')).toBe('first')
      await expect(standby.sql(`INSERT INTO streamed VALUES ('second')`)).rejects.toThrow(
        'read-only transaction',
      )
      await standby.promote()
      await standby.sql(`INSERT INTO streamed VALUES ('second')`)
      expect(await standby.sql('SELECT count(*) FROM streamed')).toBe('2')
      expect(await cluster.sql('SELECT count(*) FROM streamed')).toBe('1')
    } finally {
      await standby.remove()
    }
    expect(existsSync(standby.folder)).toBe(false)
    expect(await refusal(standby.port)).toBe('ECONNREFUSED')
  })
})

/** @returns a module beside this one as a plain program reads it. */
async function plainModule(name: string): Promise<string> {
  const source = readFileSync(join(import.meta.dirname, `${name}.ts`), 'utf8')
  return (await transformWithOxc(source, `${name}.ts`)).code.replaceAll('./listening.ts', './listening.mjs')
}

describe('nothing is left', () => {
  it('after the process that started the cluster is killed', async () => {
    const { dataDir, remove } = temporaryFolder()
    const program = join(dataDir, 'program.mjs')
    const start =
      'const { port, folder } = await startCluster()\nconsole.log(JSON.stringify({ port, folder }))'
    writeFileSync(program, `${await plainModule('postgres-cluster')}\n${start}`)
    writeFileSync(join(dataDir, 'listening.mjs'), await plainModule('listening'))
    const child = spawn(process.execPath, [program], { stdio: ['ignore', 'pipe', 'inherit'] })
    try {
      const [said] = (await once(child.stdout, 'data')) as [Buffer]
      const { port, folder } = JSON.parse(String(said)) as Cluster
      expect(await refusal(port)).toBe(null)
      child.kill('SIGKILL')
      await expect.poll(() => existsSync(folder)).toBe(false)
      expect(await refusal(port)).toBe('ECONNREFUSED')
    } finally {
      child.kill('SIGKILL')
      remove()
    }
  })
})
