/** Writes recordings as a recorder with these quirks does. */
import { createHash } from 'node:crypto'
import { writeDuration } from '../../contract/durations.ts'
import { writeRecorded } from '../../contract/instants.ts'
import { audioOf, audioSize, type Call } from './calls.ts'
import type { Quirks } from './quirks.ts'

export type Fields = Record<string, unknown>

function startTime(call: Call, { startDigits, startOffset }: Quirks): string {
  const offset = startOffset === 'written' ? call.offsetMinutes : 0
  const whole = writeRecorded(call.startMs, offset, call.subMsTicks)
  const wall = whole.slice(0, startDigits === 0 ? 19 : 20 + startDigits)
  return startOffset === 'written' ? `${wall}${whole.slice(27)}` : wall
}

function withoutAbsent(fields: Fields, { absent }: Quirks): Fields {
  if (absent === 'null') return fields
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null))
}

const common = (call: Call, quirks: Quirks): Fields => ({
  id: call.id,
  referenceNumber: call.referenceNumber,
  startTime: startTime(call, quirks),
  duration: writeDuration(call.durationMs),
  direction: quirks.directions === 'text' ? String(call.direction) : call.direction,
  localPartyNumber: call.localPartyNumber,
  remotePartyNumber: call.remotePartyNumber,
})

/** One element of the list. */
export const writeRow = (call: Call, quirks: Quirks): Fields =>
  withoutAbsent({ ...common(call, quirks), ownerUsername: call.owner?.username ?? null }, quirks)

function note({ note: text }: Call, { notes }: Quirks): unknown {
  return text === null || notes === 'text' ? text : { text, author: 'mrossi' }
}

function hash(call: Call, { hashes }: Quirks): unknown {
  const value = createHash('sha256').update(audioOf(call)).digest('hex')
  return hashes === 'text' ? value : { algorithm: 'SHA-256', value }
}

/** One recording in detail. */
export function writeDetail(call: Call, quirks: Quirks): Fields {
  const { pbxCallId } = call
  const conversation =
    quirks.callId === 'pbxCallId' ? { pbxCallId } : { pbxInfo: pbxCallId && { callId: pbxCallId } }
  return withoutAbsent(
    {
      ...common(call, quirks),
      owner: call.owner,
      ...conversation,
      preservingUser: call.preservingUser,
      note: note(call, quirks),
      size: audioSize(call),
      hash: call.audioFrames === null ? null : hash(call, quirks),
    },
    quirks,
  )
}
