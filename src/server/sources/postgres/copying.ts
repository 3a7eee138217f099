/** Takes a copy of another archive in, month by month, so that a copy that was stopped goes on where it was. */
import type { ClientBase } from 'pg'
import type { User } from '../../../contract/recording.ts'
import { OperatorError } from '../../platform/operator-error.ts'
import type { Account } from '../archive/account.ts'
import { firstKey } from '../archive/key.ts'
import { RowError, type WholeRecording } from '../archive/new-recording.ts'
import { digestDays, type DayDigests } from '../archive/row-digest.ts'
import { connect, inTransaction } from './connecting.ts'
import { saveAccount, savePerson } from './directory.ts'
import { explainDatabase } from './explain-database.ts'
import { monthOf } from './months.ts'
import { withBatchWriter, type BatchWriter } from './recording-writer.ts'
import { migratePostgres } from './schema.ts'
import { clause, queryOne } from './statements.ts'
import { storedRecordings } from './whole-archive.ts'
import { holdWriting } from './writing.ts'

/** What is copied. */
export interface WholeArchive {
  readonly people: readonly User[]
  readonly accounts: readonly { readonly account: Account; readonly password: string }[]
  /** All recordings from the key on, in the order of their keys. */
  recordings(fromKey: bigint): Iterable<WholeRecording>
}

export interface CopyingArchive {
  /**
   * Copies what is missing.
   * @param onProgress is called with how many recordings were copied by now.
   * @throws OperatorError saying what is wrong with the database.
   */
  take(from: WholeArchive, signal: AbortSignal, onProgress: (recordings: number) => void): Promise<void>
  digests(): Promise<DayDigests>
  /** The next copy begins at the first recording again. */
  forgetProgress(): Promise<void>
  close(): Promise<void>
}

const RESUME = 'copied_before'

/** The recordings of each month in turn. Each month must be read to its end before the next. */
function* byMonth(recordings: Iterable<WholeRecording>): Generator<Iterable<WholeRecording>> {
  const all = recordings[Symbol.iterator]()
  let next = all.next()
  while (!next.done) {
    const { to } = monthOf(next.value.startMs)
    yield (function* ofMonth() {
      while (!next.done && firstKey(next.value.startMs) < to) {
        yield next.value
        next = all.next()
      }
    })()
  }
}

/** Stores one month, and where to go on, in one transaction. @returns how many recordings it has. */
async function storeMonth(client: ClientBase, recordings: Iterable<WholeRecording>): Promise<number> {
  let stored = 0
  let lastMs = 0
  await withBatchWriter(client, async (writer) => {
    for (const recording of recordings) {
      putNamed(writer, recording)
      refuse(await writer.settle(false))
      stored += 1
      lastMs = recording.startMs
    }
    refuse(await writer.settle(true))
  })
  await client.query(
    `INSERT INTO meta (name, value) VALUES ('${RESUME}', '${monthOf(lastMs).to}')
      ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
  )
  return stored
}

/** @throws OperatorError naming the recording that cannot be stored. */
function putNamed(writer: BatchWriter, recording: WholeRecording): void {
  try {
    writer.put(recording, recording.referenceNumber)
  } catch (why) {
    if (why instanceof RowError) refuse([{ place: recording.referenceNumber, why }])
    throw why
  }
}

function refuse(refused: readonly { readonly place: string; readonly why: Error }[]): void {
  const [first] = refused
  if (first) throw new OperatorError(`The recording ${first.place} cannot be copied: ${first.why.message}.`)
}

async function resumeKey(client: ClientBase): Promise<bigint | undefined> {
  const row = await queryOne<{ value: string }>(
    client,
    clause('SELECT value FROM meta WHERE name = ?', RESUME),
  )
  return row && BigInt(row.value)
}

/** Opens the database for a copy. @throws OperatorError saying what is wrong with the address. */
export async function openForCopy(url: string): Promise<CopyingArchive> {
  const client = await connect(url)
  const explained = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work()
    } catch (error) {
      throw explainDatabase(error, url)
    }
  }
  return {
    take: (from, signal, onProgress) =>
      explained(async () => {
        await migratePostgres(client)
        await inTransaction(client, async () => {
          await holdWriting(client)
          for (const person of from.people) await savePerson(client, person)
          for (const { account, password } of from.accounts) await saveAccount(client, account, password)
        })
        let copied = 0
        const start = (await resumeKey(client)) ?? -(2n ** 63n)
        for (const month of byMonth(from.recordings(start))) {
          signal.throwIfAborted()
          copied += await inTransaction(client, async () => {
            await holdWriting(client)
            return storeMonth(client, month)
          })
          onProgress(copied)
        }
        await client.query('VACUUM (ANALYZE) recordings, recording_ids, day_counts, owner_counts')
      }),
    digests: () =>
      explained(async () => {
        await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
        try {
          return await digestDays(storedRecordings(client))
        } finally {
          await client.query('COMMIT')
        }
      }),
    forgetProgress: () =>
      explained(async () => {
        await client.query(`DELETE FROM meta WHERE name = '${RESUME}'`)
      }),
    close: () => client.end(),
  }
}
