/** The command over a real store. */
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { linesOf } from '../../testing/audit.ts'
import { call } from '../../testing/call-command.ts'
import { temporaryFolder, testStore, type TestStore } from '../../testing/store.ts'
import { recordingsCommand } from './recordings.ts'

let folder: TestStore
beforeAll(async () => {
  folder = await testStore([
    { ownerUsername: 'ada', startTime: '2026-11-23T08:30:00+01:00', remotePartyNumber: '+39055' },
    { ownerUsername: 'ada', preservingUser: { username: 'chief' } },
    { ownerUsername: 'bob' },
  ])
})
afterAll(() => folder.remove())

const run = (args: readonly string[], dataDir = folder.dataDir) =>
  call(recordingsCommand, args, { env: { DATA_DIR: dataDir }, input: 'yes\n' })

it('shows, counts and removes by the page’s search, and writes the removal down', async () => {
  const ofAda = ['--search', '/recordings?ownerUsername=ada']
  expect(await run(['count', ...ofAda])).toEqual({
    code: 0,
    out: '2 recordings. 1 of them on legal hold.\n',
    err: '',
  })
  const { out } = await run(['list', ...ofAda, '--search', 'ownerUsername=ada&pageSize=1'])
  expect(out).toMatch(
    /^REFERENCE +STARTED .*\n2026000000001 +2026-11-23T08:30:00\.0000000\+01:00 +PT1M +incoming +\+39055 +ada\n1–1 of 2 recordings\. 1 of them on legal hold\.\n$/,
  )
  expect(await run(['remove', ...ofAda])).toMatchObject({
    code: 2,
    out: '',
    err: expect.stringMatching(/^There is no terminal to ask on: use --yes/) as string,
  })
  expect(await run(['remove', ...ofAda, '--yes'])).toEqual({
    code: 0,
    out: 'Removed 1 recording. 1 recording on legal hold stayed.\n',
    err: '',
  })
  expect((await run(['remove', ...ofAda, '--yes'])).out).toBe(
    'Nothing to remove: 1 recording. 1 of them on legal hold.\n',
  )
  const [line, ...others] = linesOf(join(folder.dataDir, 'audit.log'))
  expect(others).toEqual([])
  expect(line).toMatchObject({ action: 'recordings_removed', count: 1, skipped: 1, outcome: 'ok' })
  expect(Object.keys((line as { filters?: object }).filters ?? {})).toEqual(['ownerUsername'])
  expect(JSON.stringify(line)).not.toContain('ada')
})

it.each([
  [[], 2, /^Name a command: count, list, remove or copy\.\n\nUsage/],
  [['drop'], 2, /^There is no command drop/],
  [['remove', '--yes'], 2, /^Say with --search what to remove/],
  [['remove', '--yes', '--search', 'direction=9'], 2, /direction=9/],
  [
    ['count', 'ownerUsername=ada'],
    2,
    /^Too many arguments: ownerUsername=ada\. Give the search with --search/,
  ],
])('with %j ends with %i and says why', async (args, code, message) => {
  const ended = await run(args)
  expect(ended).toMatchObject({ code, out: '' })
  expect(ended.err).toMatch(message)
})

it('makes no store where there is none', async () => {
  const empty = temporaryFolder()
  const { code, err } = await run(['count'], empty.dataDir)
  expect([code, err]).toEqual([1, expect.stringMatching(/^There is no store in /)])
  empty.remove()
})
