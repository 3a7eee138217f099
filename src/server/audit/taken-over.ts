/**
 * After a rotation only a running host takes the new file over, because only it knows whether the file is right.
 * Commands write only to a file that it has taken over, and wait for that.
 */
import { setTimeout } from 'node:timers/promises'
import { isRecorded, readRecord } from './end-record.ts'
import { underLock } from './lock.ts'
import { OperatorError } from '../platform/operator-error.ts'

export interface Taking {
  readonly file: string
  /** Key of the heads; see `auditKeys`. */
  readonly key: Buffer
  /** Set by commands, not by the host: whether the log's host runs. */
  readonly isHostRunning: (() => boolean) | undefined
  /** Ms to wait for another process that writes. */
  readonly patienceMs: number
  /** Ms that a command waits for the host. */
  readonly takeoverMs: number
}

/** A host looks at its file every second. */
export const TAKEOVER_MS = 5000
const PAUSE_MS = 50

/** `taken`: by a running host. `not yet`: the host runs but has not taken it over. `own`: no host answers for it. */
async function stateOf({ file, key, isHostRunning }: Taking): Promise<'own' | 'taken' | 'not yet'> {
  if (!isHostRunning?.()) return 'own'
  const record = await readRecord(file, key)
  if (record === 'foreign') return 'own'
  if (!(await isRecorded(file, record).catch(() => false))) return 'not yet'
  return record ? 'taken' : 'own'
}

/**
 * Works under the log's lock, as `underLock`, once the file may be written to.
 * @param work gets whether a running host has taken the file over.
 * @throws OperatorError also where the host does not take the file over in time.
 */
export async function onceTakenOver<T>(taking: Taking, work: (isTaken: boolean) => Promise<T>): Promise<T> {
  const { file, patienceMs, takeoverMs } = taking
  const untilMs = performance.now() + takeoverMs
  for (;;) {
    const done = await underLock(file, patienceMs, async () => {
      const state = await stateOf(taking)
      return state === 'not yet' ? null : { result: await work(state === 'taken') }
    })
    if (done) return done.result
    if (performance.now() >= untilMs) {
      throw new OperatorError(
        `${file} is not the file that the host wrote last, and the host has not taken it over in ${takeoverMs / 1000} s. Look into the host’s log, and try again.`,
      )
    }
    await setTimeout(PAUSE_MS)
  }
}
