/** `npm run recordings -- count|list|remove`: shows and removes recordings of the host's archive. */
import { directions } from '../../contract/filter-kinds.ts'
import type { WireRecording } from '../../contract/recording.ts'
import type { MatchCounts } from '../sources/archive/matching.ts'
import type { OperatedArchive } from '../sources/archive/operated.ts'
import { askYes } from './ask-yes.ts'
import { copyArchive } from './copy-archive.ts'
import { logged } from './from-terminal.ts'
import { withCommas } from './import-summary.ts'
import { openArchive } from './open-archive.ts'
import { readSearch, type CommandSearch } from './recordings-search.ts'
import { runCommand, UsageError, type Command, type Flags, type Invocation } from './run-command.ts'
import { textTable } from './text-table.ts'

const USAGE = `Usage: npm run recordings -- count [--search QUERY]
       npm run recordings -- list [--search QUERY]
       npm run recordings -- remove --search QUERY [--yes]
       npm run recordings -- copy --to postgres://USER:PASSWORD@HOST:PORT/DATABASE [--media DIR]

Shows or removes recordings of the store in DATA_DIR (default: data/), or of DATABASE_URL. QUERY is what stands behind the ? in the page's
address, such as 'ownerUsername=mrossi&startTime=before:2024-01-01'. Periods such as last:7d or on:today count from now,
in this machine's zone; a date such as 2024-01-01 is its midnight in UTC. tz= names one zone for both. '' means all
recordings. list shows one page, as page= and pageSize= say.

remove asks first, and removes all that match for good, with their audio. Recordings on legal hold stay. --yes does not
ask.

copy moves the store in DATA_DIR into a database: recordings, people and accounts, and with --media the audio into DIR. It
compares both at the end. Stopped in the middle, it goes on from there when it is run again.`

const flags = {
  search: { type: 'string' },
  yes: { type: 'boolean', default: false },
  to: { type: 'string' },
  media: { type: 'string' },
} as const satisfies Flags

type Given = Invocation<typeof flags>

const recordings = (count: number): string => `${withCommas(count)} recording${count === 1 ? '' : 's'}`

const held = (preserved: number): string =>
  preserved === 0 ? '' : ` ${withCommas(preserved)} of them on legal hold.`

async function countText(archive: OperatedArchive, { search }: CommandSearch): Promise<string> {
  const { total, preserved } = await archive.count(search)
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

async function listText(archive: OperatedArchive, { search, paging }: CommandSearch): Promise<string> {
  const rows = await archive.list(search, paging)
  const first = paging.page * paging.pageSize
  const range = rows.length === 0 ? '' : `${withCommas(first + 1)}–${withCommas(first + rows.length)} of `
  const heading = ['REFERENCE', 'STARTED', 'DURATION', 'DIRECTION', 'REMOTE', 'LOCAL', 'OWNER']
  const table = rows.length === 0 ? [] : [textTable([heading, ...rows.map(rowOf)])]
  return [...table, `${range}${await countText(archive, { search, paging })}`].join('\n')
}

function question({ total, preserved }: MatchCounts): string {
  const stay = preserved === 0 ? '' : ` ${withCommas(preserved)} more on legal hold will stay.`
  return `Remove ${recordings(total - preserved)} for good?${stay} Type yes: `
}

async function remove(given: Given, archive: OperatedArchive, { search }: CommandSearch): Promise<string> {
  const found = await archive.count(search)
  if (found.total === found.preserved)
    return `Nothing to remove: ${await countText(archive, { search, paging: noPaging })}`
  if (!given.flags.yes) await askYes(question(found), given.terminal)
  const expected = given.flags.yes ? null : found
  const work = () => archive.remove(search, expected)
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

async function runRecordings(given: Given): Promise<string> {
  const [command, ...others] = given.operands
  if (command === undefined) throw new UsageError('Name a command: count, list, remove or copy.')
  if (others.length > 0)
    throw new UsageError(`Too many arguments: ${others.join(' ')}. Give the search with --search, in quotes.`)
  if (command === 'copy') return copyArchive(given, given.flags.to, given.flags.media)
  if (command !== 'count' && command !== 'list' && command !== 'remove') {
    throw new UsageError(`There is no command ${command}.`)
  }
  const text = given.flags.search
  if (command === 'remove' && text === undefined) throw new UsageError('Say with --search what to remove.')
  const search = readSearch(text ?? '', Date.now())
  const missing = "Set DATA_DIR to the host's folder."
  const archive = await openArchive(given, command === 'remove' ? 'change' : 'read', missing)
  try {
    if (command === 'remove') return await remove(given, archive, search)
    return await (command === 'count' ? countText(archive, search) : listText(archive, search))
  } finally {
    await archive.close()
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
