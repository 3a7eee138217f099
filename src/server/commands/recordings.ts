/** `npm run recordings -- count|list|remove`: shows and removes recordings of the embedded store. */
import { directions } from '../../contract/filter-kinds.ts'
import type { WireRecording } from '../../contract/recording.ts'
import { OperatorError } from '../platform/operator-error.ts'
import {
  BUSY_TIMEOUT_MS,
  openForReading,
  openForWriting,
  storeExists,
  type Database,
} from '../sources/sqlite/database.ts'
import type { MatchCounts } from '../sources/archive/matching.ts'
import { explain } from '../sources/sqlite/explain.ts'
import { countMatches, removeMatches } from '../sources/sqlite/removal.ts'
import { Searcher } from '../sources/sqlite/searching.ts'
import { askYes } from './ask-yes.ts'
import { logged } from './from-terminal.ts'
import { withCommas } from './import-summary.ts'
import { readSearch, type CommandSearch } from './recordings-search.ts'
import { runCommand, UsageError, type Command, type Flags, type Invocation } from './run-command.ts'
import { textTable } from './text-table.ts'

const USAGE = `Usage: npm run recordings -- count [--search QUERY]
       npm run recordings -- list [--search QUERY]
       npm run recordings -- remove --search QUERY [--yes]

Shows or removes recordings of the store in DATA_DIR (default: data/). QUERY is what stands behind the ? in the page's
address, such as 'ownerUsername=mrossi&startTime=before:2024-01-01'. Periods such as last:7d or on:today count from now,
in this machine's zone; a date such as 2024-01-01 is its midnight in UTC. tz= names one zone for both. '' means all
recordings. list shows one page, as page= and pageSize= say.

remove asks first, and removes all that match for good, with their audio. Recordings on legal hold stay. --yes does not
ask.`

const flags = {
  search: { type: 'string' },
  yes: { type: 'boolean', default: false },
} as const satisfies Flags

type Given = Invocation<typeof flags>

const recordings = (count: number): string => `${withCommas(count)} recording${count === 1 ? '' : 's'}`

const held = (preserved: number): string =>
  preserved === 0 ? '' : ` ${withCommas(preserved)} of them on legal hold.`

function countText(db: Database, { search }: CommandSearch): string {
  const { total, preserved } = countMatches(db, search)
  return `${recordings(total)}.${held(preserved)}`
}

const rowOf = (row: WireRecording): string[] => [
  row.referenceNumber,
  row.startTime,
  row.duration,
  directions[row.direction],
  row.remotePartyNumber ?? '',
  row.localPartyNumber ?? '',
  row.ownerUsername ?? '',
]

function listText(db: Database, { search, paging }: CommandSearch): string {
  const viewer = { username: '', scope: { kind: 'all' } } as const
  const found = new Searcher(db).list(search, paging, viewer)
  const rows = found?.recordings ?? []
  const first = paging.page * paging.pageSize
  const range = rows.length === 0 ? '' : `${withCommas(first + 1)}–${withCommas(first + rows.length)} of `
  const heading = ['REFERENCE', 'STARTED', 'DURATION', 'DIRECTION', 'REMOTE', 'LOCAL', 'OWNER']
  const table = rows.length === 0 ? [] : [textTable([heading, ...rows.map(rowOf)])]
  return [...table, `${range}${countText(db, { search, paging })}`].join('\n')
}

function question({ total, preserved }: MatchCounts): string {
  const stay = preserved === 0 ? '' : ` ${withCommas(preserved)} more on legal hold will stay.`
  return `Remove ${recordings(total - preserved)} for good?${stay} Type yes: `
}

async function remove(given: Given, db: Database, { search }: CommandSearch): Promise<string> {
  const found = countMatches(db, search)
  if (found.total === found.preserved)
    return `Nothing to remove: ${countText(db, { search, paging: noPaging })}`
  if (!given.flags.yes) await askYes(question(found), given.terminal)
  const expected = given.flags.yes ? null : found
  const work = async () => removeMatches(db, given.dataDir, search, expected)
  const done = await logged(given, { action: 'recordings_removed', search }, work, (result) => ({
    count: result.removed,
    skipped: result.preserved,
  }))
  const audio =
    done.audio === 0 ? '' : ` and ${withCommas(done.audio)} audio file${done.audio === 1 ? '' : 's'}`
  const stay = done.preserved === 0 ? '' : ` ${recordings(done.preserved)} on legal hold stayed.`
  return `Removed ${recordings(done.removed)}${audio}.${stay}`
}

const noPaging = { page: 0, pageSize: 1 }

function openStore(dataDir: string, isChange: boolean): Database {
  if (!storeExists(dataDir)) {
    throw new OperatorError(`There is no store in ${dataDir}. Set DATA_DIR to the host's folder.`)
  }
  // Opening an older store for writing brings it up to date.
  const db = openForWriting(dataDir)
  if (isChange) return db
  db.close()
  return openForReading(dataDir, BUSY_TIMEOUT_MS)
}

async function runRecordings(given: Given): Promise<string> {
  const [command, ...others] = given.operands
  if (command === undefined) throw new UsageError('Name a command: count, list or remove.')
  if (others.length > 0)
    throw new UsageError(`Too many arguments: ${others.join(' ')}. Give the search with --search, in quotes.`)
  if (command !== 'count' && command !== 'list' && command !== 'remove') {
    throw new UsageError(`There is no command ${command}.`)
  }
  const text = given.flags.search
  if (command === 'remove' && text === undefined) throw new UsageError('Say with --search what to remove.')
  const search = readSearch(text ?? '', Date.now())
  const db = openStore(given.dataDir, command === 'remove')
  try {
    if (command === 'remove') return await remove(given, db, search)
    return command === 'count' ? countText(db, search) : listText(db, search)
  } catch (error) {
    throw explain(error, db.name)
  } finally {
    db.close()
  }
}

export const recordingsCommand: Command<typeof flags> = {
  usage: USAGE,
  flags,
  async run(given) {
    given.say(await runRecordings(given))
    return 'done'
  },
}

await runCommand(import.meta.url, recordingsCommand)
