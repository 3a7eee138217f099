/** One recording in detail, as the recorder answers it. */
import { recordingEndpoint } from '../../../contract/endpoints.ts'
import { readDetail } from '../../../contract/recording.ts'
import { problemOf, readJson } from './answers.ts'
import type { RecorderClient } from './connection.ts'
import { recorderFailed } from './failures.ts'
import { knownDetail } from './known-fields.ts'
import { discard } from './wire.ts'

/** @returns null if it does not exist or the user may not see it. */
export async function askDetail(
  client: RecorderClient,
  id: string,
  signal: AbortSignal,
): Promise<object | null> {
  return client.inTime(signal, async (limited) => {
    const call = { lane: 'data', path: recordingEndpoint(id), accept: 'application/json' } as const
    const answer = await client.ask(call, limited)
    if ([403, 404].includes(answer.statusCode)) {
      discard(answer)
      return null
    }
    if (answer.statusCode !== 200) throw await problemOf(answer, limited)
    const json = await readJson(answer, limited)
    // Otherwise another recording would be played and audited as this one.
    if (readDetail(json)?.id.toLowerCase() !== id.toLowerCase()) {
      throw recorderFailed('answered JSON that is not this recording')
    }
    return knownDetail(json as object)
  })
}
