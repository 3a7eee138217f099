/** Tells whether two archives hold the same recordings: how many each day has, and a hash over all that is stored of them. */
import { createHash, type Hash } from 'node:crypto'
import type { WholeRecording } from './new-recording.ts'

const DAY_MS = 86_400_000

export interface DayDigest {
  readonly recordings: number
  /** SHA-256 over the recordings, in hexadecimal. */
  readonly hash: string
}

/** By day in UTC, counted from 1970. */
export type DayDigests = ReadonlyMap<number, DayDigest>

/** Every field in a fixed order, so that the same recording has the same text in both archives. */
function textOf(recording: WholeRecording): string {
  const { owner, preservingUser, note, audio } = recording
  return JSON.stringify([
    recording.id,
    recording.referenceNumber,
    recording.startMs,
    recording.subMsTicks,
    recording.offsetMinutes,
    recording.durationMs,
    recording.direction,
    owner?.username ?? null,
    recording.localNumber,
    recording.remoteNumber,
    recording.pbxCallId,
    preservingUser?.username ?? null,
    note && [note.text, note.author, note.updatedAt],
    audio ? [audio.sha256, audio.size] : null,
  ])
}

/**
 * Archives may order recordings of the same ms in another way, so these are taken in the order of their texts.
 * @param recordings in the order of their starts.
 */
export async function digestDays(
  recordings: AsyncIterable<WholeRecording> | Iterable<WholeRecording>,
): Promise<DayDigests> {
  const days = new Map<number, { recordings: number; readonly hash: Hash }>()
  let atMs = Number.NaN
  let texts: string[] = []
  const take = (): void => {
    const day = Math.floor(atMs / DAY_MS)
    const known = days.get(day) ?? { recordings: 0, hash: createHash('sha256') }
    known.recordings += texts.length
    for (const text of texts.toSorted()) known.hash.update(`${text}\n`)
    days.set(day, known)
    texts = []
  }
  for await (const recording of recordings) {
    if (recording.startMs !== atMs && texts.length > 0) take()
    atMs = recording.startMs
    texts.push(textOf(recording))
  }
  if (texts.length > 0) take()
  return new Map(
    [...days].map(([day, { recordings: count, hash }]) => [
      day,
      { recordings: count, hash: hash.digest('hex') },
    ]),
  )
}

/** The days that differ, the oldest first. */
export function differingDays(one: DayDigests, other: DayDigests): number[] {
  const all = new Set([...one.keys(), ...other.keys()])
  return [...all]
    .filter((day) => one.get(day)?.hash !== other.get(day)?.hash)
    .toSorted((first, second) => first - second)
}
