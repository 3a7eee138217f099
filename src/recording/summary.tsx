/** The first lines about a recording: who with whom, and its main facts in one line. */
import type { ReactNode } from 'react'
import { directions } from '../contract/filter-kinds.ts'
import type { Recording } from '../contract/recording.ts'
import { clockThere, formatMoment } from '../lib/moments.ts'
import { formatDuration, speakDuration } from '../lib/times.ts'
import { detailText } from '../text/detail-text.ts'
import { fill } from '../text/fill.tsx'
import { filterText, listText } from '../text/list-text.ts'
import { Data } from '../ui/data.tsx'
import { DirectionMark } from '../ui/direction.tsx'
import { PhoneNumber } from '../ui/number.tsx'
import type { Parties, Party } from './parties.ts'

function partyNode({ kind, text }: Party): ReactNode {
  if (kind === 'number') return <PhoneNumber>{text}</PhoneNumber>
  return kind === 'person' ? <Data>{text}</Data> : text
}

export function PartiesLine({ parties }: { readonly parties: Parties }) {
  const { sentence, us, them } = parties
  return <>{fill(sentence, { us: partyNode(us), them: partyNode(them) })}</>
}

/** A length of time, written for the eye and spelled out for screen readers. */
export function DurationTime({ durationMs, text }: { readonly durationMs: number; readonly text: string }) {
  return (
    <time dateTime={text}>
      <span aria-hidden>{formatDuration(durationMs)}</span>
      <span className="sr-only">{speakDuration(durationMs)}</span>
    </time>
  )
}

interface SummaryProps {
  readonly recording: Recording
  readonly zone: string
  /** The host's time, ms since the Unix epoch. */
  readonly nowMs: number
}

/** Direction, time, duration and local number. What is missing or unreadable is left to the list of facts. */
export function SummaryLine({ recording, zone, nowMs }: SummaryProps) {
  const { start, duration, direction, localPartyNumber } = recording
  const there = start && clockThere(start, zone, nowMs)
  const kind = direction === null ? null : directions[direction]
  return (
    <p className="call-summary">
      <span>
        {kind === null ? null : (
          <span>
            <DirectionMark kind={kind} label={filterText.get()[kind]} />
          </span>
        )}
        {start === null ? null : (
          <time dateTime={start.text}>{formatMoment(start.epochMs, zone, nowMs)}</time>
        )}
        {there === null ? null : <span className="text-muted">{listText.get().recordedThere(there)}</span>}
        {duration === null ? null : (
          <span>
            <DurationTime {...duration} />
          </span>
        )}
        {localPartyNumber === null ? null : (
          <span>
            {fill(detailText.get().localShort, { number: <PhoneNumber>{localPartyNumber}</PhoneNumber> })}
          </span>
        )}
      </span>
    </p>
  )
}
