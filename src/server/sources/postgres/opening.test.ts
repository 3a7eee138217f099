/** Opening an archive whose server cannot be used: the operator hears what to do, and never the password. */
import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import { Client } from 'pg'
import { afterEach, describe, expect, it } from 'vitest'
import { testCluster, testDatabase } from '../../../testing/archives.ts'
import { makeAuthority } from '../../../testing/recorder/certificates.ts'
import { OperatorError } from '../../platform/operator-error.ts'
import { explainDatabase, unreachableNow } from './explain-database.ts'
import { openPostgresSource } from './postgres-source.ts'

const PASSWORD = 'demo'
const WRONG = 'not-the-password'

/** Opens the archive in vain. @returns the message for the operator. */
async function refusal(url: string): Promise<string> {
  const error: unknown = await openPostgresSource({ url, mediaFolder: '/nowhere' }).then(
    (source) => source.close(),
    (failure: unknown) => failure,
  )
  if (!(error instanceof OperatorError))
    throw new Error('It was not refused to the operator.', { cause: error })
  expect(error.message).not.toContain(PASSWORD)
  expect(error.message).not.toContain(WRONG)
  expect(error.message).toMatch(/^[A-Z].*\. [A-Z].*\.$/)
  return error.message
}

/** The address of the tests' server with other parts. */
async function changed(change: (url: URL) => void): Promise<string> {
  const url = new URL((await testCluster()).url())
  change(url)
  return url.href
}

const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) server.close()
})

/** Listens as if it were the database's server. @returns its address. */
async function pretending(answer: (socket: Socket) => void): Promise<string> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    answer(socket)
  })
  servers.push(server)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as { port: number }
  return changed((url) => (url.port = String(port)))
}

describe('an archive is not opened', () => {
  it('with a wrong password', async () => {
    const { port } = await testCluster()
    expect(await refusal(await changed((url) => (url.password = WRONG)))).toBe(
      `DATABASE_URL cannot be used: the PostgreSQL server at 127.0.0.1:${port} does not accept the password of owner. ` +
        'Correct the user or the password.',
    )
  })

  it('with a user that does not exist', async () => {
    expect(await refusal(await changed((url) => (url.username = 'nobody')))).toMatch(
      /does not accept the password of nobody\. Correct the user or the password\.$/,
    )
  })

  it('without a password', async () => {
    expect(await refusal(await changed((url) => (url.password = '')))).toMatch(
      /^DATABASE_URL cannot be used: .* asks for the password of owner, and the address has none\. Write it after the user/,
    )
  })

  it('in a database that does not exist', async () => {
    const { port } = await testCluster()
    expect(await refusal(await changed((url) => (url.pathname = '/no%20such')))).toBe(
      `DATABASE_URL cannot be used: the PostgreSQL server at 127.0.0.1:${port} has no database no such. ` +
        'Make it there (CREATE DATABASE), or correct the name.',
    )
  })

  it.each(['127.0.0.1', 'localhost'])('at a port of %s where nobody listens', async (host) => {
    const url = await pretending(() => undefined)
    const [server] = servers.splice(0)
    await once(server!.close(), 'close')
    const { port } = new URL(url)
    const there = await changed((address) => (address.host = `${host}:${port}`))
    expect(await refusal(there)).toBe(
      `DATABASE_URL cannot be used: nothing answers at ${host}:${port}. Start the server, or correct the host and port.`,
    )
  })

  it('at a host that does not exist', async () => {
    const url = await changed((address) => (address.hostname = 'nowhere.invalid'))
    // Which of the two it is depends on whether this machine can ask for names at all.
    expect(await refusal(url)).toMatch(
      /^DATABASE_URL cannot be used: (?:there is no host nowhere\.invalid\. Correct its name|the name nowhere\.invalid cannot be looked up now\. Try again)/,
    )
  })

  it('at a server that never answers', async () => {
    const url = await pretending(() => undefined)
    // The driver gives up as it does for the archive, which waits longer.
    const failure: unknown = await new Client({ connectionString: url, connectionTimeoutMillis: 20 })
      .connect()
      .catch((error: unknown) => error)
    expect(explainDatabase(failure, url)).toMatchObject({
      name: 'OperatorError',
      message: expect.stringMatching(
        /^DATABASE_URL cannot be used: nothing answers at 127\.0\.0\.1:\d+\. Start/,
      ) as string,
    })
    expect(unreachableNow(failure)).toMatchObject({ code: 'storage_failed' })
  })

  it('at a server that hangs up', async () => {
    expect(await refusal(await pretending((socket) => socket.end()))).toMatch(
      /^The connection to the PostgreSQL server at 127\.0\.0\.1:\d+ was lost/,
    )
  })

  it('with encryption that the server does not offer', async () => {
    expect(await refusal(await changed((url) => url.searchParams.set('sslmode', 'verify-full')))).toMatch(
      /^DATABASE_URL cannot be used: .* offers no encryption\. Switch it on there \(ssl = on\), or take sslmode out of the address\.$/,
    )
  })

  it('at a server whose certificate nobody vouches for', async () => {
    const authority = await makeAuthority()
    const pair = await authority.selfSigned(['127.0.0.1'])
    const url = new URL(
      await pretending((socket) =>
        // The driver asks whether it may encrypt.
        socket.once('data', () => {
          socket.write('S')
          new TLSSocket(socket, { isServer: true, ...pair }).on('error', () => undefined)
        }),
      ),
    )
    url.searchParams.set('sslmode', 'verify-full')
    expect(await refusal(url.href)).toMatch(
      /^DATABASE_URL cannot be used: the certificate of .* is not trusted\. Name the file of its authority with sslrootcert/,
    )
    await authority.remove()
  })

  it('at a server of a release before 15', async () => {
    const url = new URL(await testDatabase())
    // The server is new. A function in front of its own tells another version.
    const sql = `CREATE FUNCTION public.current_setting(name text) RETURNS text LANGUAGE sql AS $$
      SELECT CASE name WHEN 'server_version_num' THEN '140019' ELSE '14.19 (Debian)' END $$`
    await (await testCluster()).sql(sql, url.pathname.slice(1))
    url.searchParams.set('options', '-c search_path=public,pg_catalog')
    expect(await refusal(url.href)).toBe(
      'DATABASE_URL is a server of PostgreSQL 14.19 (Debian), and this program needs 15 or later. ' +
        'Upgrade the server, or set DATABASE_URL to a newer one.',
    )
  })
})
