/** `npm run recordings -- copy --to postgres://…`: moves the embedded store with its audio into a database. */
import { resolve } from 'node:path'
import { databaseUrl } from '../config/databases.ts'
import { ValueFault } from '../config/readers.ts'
import { OperatorError } from '../platform/operator-error.ts'
import { audioFolder, copyAudio } from '../sources/archive/audio-files.ts'
import { differingDays, digestDays, type DayDigests } from '../sources/archive/row-digest.ts'
import { openForCopy, type CopyingArchive } from '../sources/postgres/copying.ts'
import { BUSY_TIMEOUT_MS, openForReading, openForWriting, storeExists } from '../sources/sqlite/database.ts'
import { readDemoMark } from '../sources/sqlite/demo-mark.ts'
import { wholeAccounts, wholeAudio, wholeDirectory, wholeRecordings } from '../sources/sqlite/whole-store.ts'
import { logged } from './from-terminal.ts'
import { withCommas } from './import-summary.ts'
import { databaseOf } from './open-archive.ts'
import { Interrupted, UsageError, type Flags, type Invocation } from './run-command.ts'

/** Days that a message names. The others are counted. */
const DAYS_NAMED = 5
const DAY_MS = 86_400_000

/** @throws UsageError if it is no address. */
function readTarget(to: string | undefined): string {
  if (to === undefined)
    throw new UsageError('Say with --to where to: postgres://user:password@host:port/database')
  try {
    return databaseUrl(to)
  } catch (error) {
    if (error instanceof ValueFault) throw new UsageError(`--to ${error.message}`, { cause: error })
    throw error
  }
}

function openStore(dataDir: string) {
  if (!storeExists(dataDir)) {
    throw new OperatorError(`There is no store in ${dataDir}. Set DATA_DIR to the host's folder.`)
  }
  // Brings an older store up to date.
  openForWriting(dataDir).close()
  const db = openForReading(dataDir, BUSY_TIMEOUT_MS)
  if (readDemoMark(db) === null) return db
  db.close()
  throw new OperatorError(`The store in ${dataDir} holds demo data, which is not copied.`)
}

const dayOf = (day: number): string => new Date(day * DAY_MS).toISOString().slice(0, 10)

/** @throws OperatorError naming the days that differ. */
function compare(store: DayDigests, copy: DayDigests): number {
  const days = differingDays(store, copy)
  if (days.length === 0) return [...store.values()].reduce((sum, { recordings }) => sum + recordings, 0)
  const named = days.slice(0, DAYS_NAMED).map(dayOf).join(', ')
  const more = days.length > DAYS_NAMED ? ` and ${withCommas(days.length - DAYS_NAMED)} more days` : ''
  throw new OperatorError(
    `The copy differs from the store on ${named}${more}. Where the store was changed meanwhile, run the copy again: ` +
      'it brings over what is missing. Where the database holds others, or those that were removed from the store since, ' +
      'copy into an empty one.',
  )
}

/** Copies everything but the audio, and compares. @returns how many recordings both hold. */
async function copyRows(
  given: Invocation<Flags>,
  target: CopyingArchive,
  signal: AbortSignal,
): Promise<number> {
  const db = openStore(given.dataDir)
  // One snapshot, whatever an import stores meanwhile.
  db.exec('BEGIN')
  try {
    const from = {
      people: wholeDirectory(db),
      accounts: wholeAccounts(db),
      recordings: (fromKey: bigint) => wholeRecordings(db, fromKey),
    }
    await target.take(from, signal, (count) => given.warn(`Copied ${withCommas(count)} recordings …`))
    const [own, copy] = [await digestDays(wholeRecordings(db)), await target.digests()]
    await target.forgetProgress()
    return compare(own, copy)
  } finally {
    db.close()
  }
}

/** @returns how many files the folder holds now, and how many the store lacks. */
function copyFiles(dataDir: string, folder: string): { readonly files: number; readonly missing: number } {
  const db = openStore(dataDir)
  try {
    const audio = wholeAudio(db)
    const missing = audio.filter((file) => !copyAudio(audioFolder(dataDir), folder, file)).length
    return { files: audio.length - missing, missing }
  } finally {
    db.close()
  }
}

/** @param media the folder for the audio, or undefined to leave it where it is. @returns sentences for the operator. */
export async function copyArchive(
  given: Invocation<Flags>,
  to: string | undefined,
  media: string | undefined,
): Promise<string> {
  const url = readTarget(to)
  if (databaseOf(given) !== null) {
    throw new OperatorError(
      'copy reads the store in DATA_DIR: leave DATABASE_URL out, and name the database with --to.',
    )
  }
  openStore(given.dataDir).close()
  const signal = given.terminal.interruption()
  const target = await openForCopy(url)
  const work = async () => {
    // Recordings are shown once they are stored, so their audio comes first.
    const files = media === undefined ? null : copyFiles(given.dataDir, given.pathOf(media))
    return { files, count: await copyRows(given, target, signal) }
  }
  try {
    const done = await logged(given, { action: 'recordings_copied' }, work, ({ count }) => ({ count }))
    return `${told(done.files, given, media)} The database holds ${withCommas(done.count)} recordings, the same as the store.`
  } catch (error) {
    if (!signal.aborted) throw error
    throw new Interrupted(
      'Interrupted: the database holds a part. Run the copy again, and it goes on from there.',
      {
        cause: error,
      },
    )
  } finally {
    await target.close()
  }
}

function told(
  files: ReturnType<typeof copyFiles> | null,
  { dataDir, pathOf }: Invocation<Flags>,
  media: string | undefined,
): string {
  if (files === null || media === undefined) {
    return `The audio stays in ${resolve(audioFolder(dataDir))}: set MEDIA_DIR to it, or to a copy that all hosts see.`
  }
  const missing =
    files.missing === 0 ? '' : ` ${withCommas(files.missing)} that the store lacks could not be copied.`
  return `Copied ${withCommas(files.files)} audio files to ${resolve(pathOf(media))}: set MEDIA_DIR to it.${missing}`
}
