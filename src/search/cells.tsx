/**
 * The cells of the list: plain texts where that is enough, and as few elements as a page of 200 rows deserves. The cell
 * itself isolates the direction of foreign text.
 */
import type { ReactNode } from 'react'
import { filterText, listText } from '../text/list-text.ts'
import { Missing, reveal, Unreadable } from '../ui/data.tsx'
import { phoneNodes } from '../ui/number.tsx'
import type { CellContent } from '../ui/table.tsx'
import { dayIdOf, linkIdOf, type RecordingRow } from './rows.ts'
import type { RecordingField } from '../contract/recording.ts'

/** Shows the raw text of a value that could not be read, or says that it is missing. */
function instead(row: RecordingRow, field: RecordingField): ReactNode {
  const t = listText.get()
  const raw = row.raw(field)
  if (raw === undefined) return <Missing label={t.missing} />
  return <Unreadable value={raw} label={t.unreadable({ value: raw })} />
}

/** The time alone: the day stands on the separator above. */
export const startedCell = (row: RecordingRow): ReactNode =>
  row.time === '' ? (
    instead(row, 'startTime')
  ) : (
    <time dateTime={row.recordedAs ?? undefined}>
      {row.time}
      {row.there && (
        <span className="block text-xs leading-tight font-normal text-muted">
          {listText.get().recordedThere(row.there)}
        </span>
      )}
    </time>
  )

export const durationCell = (row: RecordingRow): ReactNode =>
  row.duration === '' ? instead(row, 'duration') : row.duration

export const directionCell = (row: RecordingRow): ReactNode =>
  row.direction === null ? instead(row, 'direction') : filterText.get()[row.direction]

export const localCell = (row: RecordingRow): ReactNode => {
  const text = row.recording.localPartyNumber
  return text === null ? instead(row, 'localPartyNumber') : reveal(text)
}

export const remoteCell = (row: RecordingRow): ReactNode => {
  const text = row.recording.remotePartyNumber
  return text === null ? instead(row, 'remotePartyNumber') : phoneNodes(text, row.match)
}

export const ownerCell = (row: RecordingRow): ReactNode => {
  const { ownerUsername } = row.recording
  return ownerUsername === null ? instead(row, 'ownerUsername') : reveal(row.ownerName ?? ownerUsername)
}

/** The columns that describe the row's link. */
const describing = ['started', 'remote', 'duration']

/** The id of a cell that something refers to: what describes the link, and where the tools of the row stand. */
export const cellIdOf = (rowId: string, column: string): string | undefined =>
  column === 'reference' || describing.includes(column) ? `${rowId}-${column}` : undefined

/** The row's link. The reference is its name; the day and the cells with start, number and duration describe it. */
export const referenceCell = (row: RecordingRow, rowId: string): ReactNode => (
  <a
    href={row.href}
    id={linkIdOf(rowId)}
    aria-describedby={[dayIdOf(row.date), ...describing.map((column) => cellIdOf(rowId, column))].join(' ')}
  >
    {reveal(row.recording.referenceNumber ?? row.recording.id)}
  </a>
)

/** What a cell says besides its content, on the cell itself, so that it needs no element of its own. */
export function cellLooks(
  row: RecordingRow,
  column: string,
): Pick<CellContent, 'className' | 'title' | 'label'> {
  const className = `cell-${column}`
  const { recordedAs, isoDuration, spokenDuration, direction, ownerName, recording } = row
  if (column === 'started' && recordedAs !== null) {
    return { className, title: listText.get().recordedAt({ text: recordedAs }) }
  }
  if (column === 'duration' && isoDuration !== null) {
    return { className, title: isoDuration, label: spokenDuration }
  }
  if (column === 'direction' && direction !== null)
    return { className: `${className} direction ${direction}` }
  if (column === 'owner' && ownerName !== null) {
    return { className, title: recording.ownerUsername ?? undefined }
  }
  return { className }
}
