/**
 * The recorder's name for the parameter of the remote party's number. Releases differ, and ignore a parameter that they
 * do not know. So the name is found out with a value that no recording can have: the right name must find none.
 */
import { randomUUID } from 'node:crypto'
import { orAborted } from '../../platform/aborting.ts'
import { namesOf, type Search } from '../../../contract/search.ts'
import { Problem } from '../../../contract/problems.ts'
import type { NameOf } from './list.ts'

export const remoteParameters = namesOf('remotePartyNumber')
export type RemoteParameter = (typeof remoteParameters)[number]

/** How many recordings match, under these parameter names. */
export type CountMatching = (search: Search, nameOf: NameOf) => Promise<number>

export interface RemoteParameterFinder {
  /**
   * @throws Problem 502 `recorder_failed` if the recorder knows neither name, the error of `count`, or the signal's
   * reason.
   */
  nameOf(search: Search, count: CountMatching, signal: AbortSignal): Promise<NameOf>
  /** Forgets the name. Rows did not match, or it was refused, so another release may be running by now. */
  forget(): void
}

const naming =
  (parameter: RemoteParameter): NameOf =>
  (name) =>
    name === 'remotePartyNumber' ? parameter : name

function neitherKnown(): Problem {
  return new Problem({
    code: 'recorder_failed',
    message: `The recorder filters by neither ${remoteParameters.join(' nor ')}: searches by remote number cannot be answered.`,
  })
}

async function findOut(count: CountMatching): Promise<RemoteParameter | null> {
  const impossible: Search = { remotePartyNumber: { op: 'equals', text: `none-${randomUUID()}` } }
  for (const parameter of remoteParameters) {
    // A release may refuse a parameter that it does not know, too.
    const matching = await count(impossible, naming(parameter)).catch((error: unknown) => {
      if (error instanceof Problem && error.code === 'invalid_query') return Number.POSITIVE_INFINITY
      throw error
    })
    if (matching > 0) continue
    // For a user who finds no recordings at all, a count of none proves nothing.
    return (await count({}, naming(parameter))) > 0 ? parameter : null
  }
  throw neitherKnown()
}

/** @param configured the name to use without asking, or `auto`. */
export function remoteParameterFinder(configured: RemoteParameter | 'auto'): RemoteParameterFinder {
  let known: RemoteParameter | null = configured === 'auto' ? null : configured
  let running: Promise<RemoteParameter | null> | null = null

  const start = async (count: CountMatching): Promise<void> => {
    const mine = findOut(count)
    running = mine
    try {
      known ??= await mine
    } finally {
      if (running === mine) running = null
    }
  }

  return {
    async nameOf(search, count, signal) {
      if (!known && search.remotePartyNumber !== undefined) {
        // A request that comes meanwhile waits for this answer, and asks itself only if the answer proves nothing.
        if (running)
          await orAborted(
            running.catch(() => null),
            signal,
          )
        if (!known) await start(count)
      }
      return naming(known ?? 'remotePartyNumber')
    },
    forget() {
      if (configured === 'auto') known = null
    },
  }
}
