/** What keeps the host from starting. `main.test.ts` shows that the program then prints the message alone, and ends with 1. */
import Database from 'better-sqlite3'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ownAttempts, type AttemptMemory } from '../auth/attempt-memory.ts'
import { keepTries } from '../auth/tries.ts'
import { readConfig } from '../config/config.ts'
import { OperatorError } from '../platform/operator-error.ts'
import { databaseFile } from '../sources/sqlite/database.ts'
import { openSqliteSource } from '../sources/sqlite/sqlite-source.ts'
import { NOON_MS } from '../../testing/clock.ts'
import { testHostKey } from '../../testing/compose.ts'
import { temporaryFolder, type TestStore } from '../../testing/store.ts'
import { openSource, type OpenedSource } from './open-source.ts'
import { prepareHost } from './preparing.ts'
import { readFlag } from './program.ts'
import { watchRecorder } from './recorder-watch.ts'

let folder: TestStore
let attempts: AttemptMemory
const nowMs = (): number => NOON_MS
beforeEach(() => {
  folder = temporaryFolder()
  const kept = { file: join(folder.dataDir, 'attempts.db'), hostKey: testHostKey }
  attempts = ownAttempts({ failures: 4, nowMs, kept })
})
afterEach(() => {
  attempts.store.close()
  folder.remove()
})

const open = (env: Record<string, string>): Promise<OpenedSource> =>
  openSource(readConfig(env), folder.dataDir, {
    nowMs,
    tries: keepTries(attempts, nowMs),
    watch: watchRecorder(null),
    say: () => {},
    servers: null,
  })

async function expectRefusal(opening: Promise<unknown>, message: RegExp): Promise<void> {
  const error: unknown = await opening.then(
    () => null,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(OperatorError)
  expect((error as OperatorError).message).toMatch(message)
}

describe('the start is refused for', () => {
  it.each(['file', join('file', 'below')])('a DATA_DIR that is no folder but %s', async (name) => {
    writeFileSync(join(folder.dataDir, 'file'), 'x')
    const config = readConfig({ DATA_DIR: join(folder.dataDir, name) })
    await expectRefusal((async () => prepareHost(config))(), /DATA_DIR cannot be used/)
  })

  it('a list of people with a fault', async () => {
    const file = join(folder.dataDir, 'people.csv')
    writeFileSync(file, 'username,firstName\n,Maria\n')
    const env = { RECORDER_URL: 'https://recorder.test', PEOPLE_FILE: file }
    await expectRefusal(open(env), /PEOPLE_FILE names .*people\.csv, .*: line 2 has no username\. Add it/)
    await expectRefusal(open({ ...env, PEOPLE_FILE: `${file}.gone` }), /there is no such file/)
  })

  it('a database of a newer version', async () => {
    const source = await openSqliteSource({ dataDir: folder.dataDir, workers: 0 })
    await source.close()
    const db = new Database(databaseFile(folder.dataDir))
    db.pragma('user_version = 9999')
    db.close()
    await expectRefusal(open({ DEMO: 'off' }), /newer/)
  })

  it('demo accounts that other machines could reach', async () => {
    await expectRefusal(open({ HOST: '0.0.0.0', DEMO: 'on' }), /Demo accounts.*HOST=127\.0\.0\.1.*DEMO=off/)
    expect(existsSync(databaseFile(folder.dataDir))).toBe(false)
  })

  it.each([[['--print-conf']], [['--print-config', 'x']], [['--print-config', '--version']], [['start']]])(
    'arguments such as %j',
    async (args) => {
      await expectRefusal((async () => readFlag(args))(), /are unknown\.\n\nUsage: npm start/)
    },
  )
})

it('reads the arguments of the usage', () => {
  expect([[], ['--print-config'], ['--version'], ['--help']].map(readFlag)).toEqual([
    null,
    '--print-config',
    '--version',
    '--help',
  ])
})
