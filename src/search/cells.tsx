/** The cells of the list: plain elements, no state. */
import type { ReactNode } from 'react'
import { filterText, listText } from '../text/list-text.ts'
import { Data, Missing, Unreadable } from '../ui/data.tsx'
import { DirectionMark } from '../ui/direction.tsx'
import { linkIdOf, type RecordingRow } from './rows.ts'
import type { RecordingField } from '../contract/recording.ts'

/** Shows the raw text of a value that could not be read, or says that it is missing. */
function instead(row: RecordingRow, field: RecordingField): ReactNode {
  const t = listText.get()
  const raw = row.raw(field)
  if (raw === undefined) return <Missing label={t.missing} />
  return <Unreadable value={raw} label={t.unreadable({ value: raw })} />
}

export const startedCell = (row: RecordingRow): ReactNode =>
  row.time === '' ? (
    instead(row, 'startTime')
  ) : (
    <time
      dateTime={row.recordedAs ?? undefined}
      title={listText.get().recordedAt({ text: row.recordedAs ?? '' })}
    >
      <span className="text-muted">
        <span className="max-md:hidden">{row.weekday} </span>
        {row.day}
      </span>{' '}
      <span className="font-medium">{row.time}</span>{' '}
      {row.there && (
        <span className="block text-xs leading-tight text-muted max-lg:whitespace-normal">
          {listText.get().recordedThere(row.there)}
        </span>
      )}
    </time>
  )

export const durationCell = (row: RecordingRow): ReactNode =>
  row.duration === '' ? (
    instead(row, 'duration')
  ) : (
    <time dateTime={row.isoDuration ?? undefined} title={row.isoDuration ?? undefined}>
      <span aria-hidden>{row.duration}</span>
      <span className="sr-only">{row.spokenDuration}</span>
    </time>
  )

export const directionCell = (row: RecordingRow): ReactNode =>
  row.direction === null ? (
    instead(row, 'direction')
  ) : (
    <DirectionMark kind={row.direction} label={filterText.get()[row.direction]} />
  )

export const textCell = (row: RecordingRow, field: 'localPartyNumber' | 'remotePartyNumber'): ReactNode => {
  const text = row.recording[field]
  return text === null ? instead(row, field) : <Data>{text}</Data>
}

export const ownerCell = (row: RecordingRow): ReactNode => {
  const { ownerUsername } = row.recording
  if (ownerUsername === null) return instead(row, 'ownerUsername')
  if (row.ownerName === null) return <Data>{ownerUsername}</Data>
  return (
    <span title={ownerUsername}>
      <Data>{row.ownerName}</Data>
    </span>
  )
}

/** The row's link. The reference is its name; the cells with start, number and duration describe it. */
export const referenceCell = (row: RecordingRow, rowId: string): ReactNode => (
  <a
    href={row.href}
    id={linkIdOf(rowId)}
    aria-describedby={['started', 'remote', 'duration'].map((column) => `${rowId}-${column}`).join(' ')}
  >
    <Data>{row.recording.referenceNumber ?? row.recording.id}</Data>
  </a>
)
