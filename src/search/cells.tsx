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

/** What a cell shows. What it says besides stands on the cell itself, so that it needs no element of its own. */
interface Shown extends Pick<CellContent, 'content' | 'title' | 'label'> {
  /** Further classes. */
  readonly look?: string
}

/** The time alone: the day stands on the separator above. */
function startedCell(row: RecordingRow): Shown {
  const { time, recordedAs, there } = row
  if (recordedAs === null) return { content: instead(row, 'startTime') }
  const title = listText.get().recordedAt({ text: recordedAs })
  if (there === null) return { content: time, title }
  const content = (
    <>
      {time}
      <span className="block text-xs leading-tight font-normal text-muted">
        {listText.get().recordedThere(there)}
      </span>
    </>
  )
  return { content, title }
}

function durationCell(row: RecordingRow): Shown {
  const { duration, isoDuration, spokenDuration } = row
  if (isoDuration === null) return { content: instead(row, 'duration') }
  return { content: duration, title: isoDuration, label: spokenDuration }
}

function directionCell(row: RecordingRow): Shown {
  const { direction } = row
  if (direction === null) return { content: instead(row, 'direction') }
  return { content: filterText.get()[direction], look: ` direction ${direction}` }
}

function localCell(row: RecordingRow): Shown {
  const { localPartyNumber: number } = row.recording
  return { content: number === null ? instead(row, 'localPartyNumber') : reveal(number) }
}

function remoteCell(row: RecordingRow): Shown {
  const { remotePartyNumber: number } = row.recording
  return { content: number === null ? instead(row, 'remotePartyNumber') : phoneNodes(number, row.match) }
}

function ownerCell(row: RecordingRow): Shown {
  const { ownerUsername } = row.recording
  if (ownerUsername === null) return { content: instead(row, 'ownerUsername') }
  if (row.ownerName === null) return { content: reveal(ownerUsername) }
  return { content: reveal(row.ownerName), title: ownerUsername }
}

/** The row's link. The reference is its name; the day and the cells with start, number and duration describe it. */
function referenceCell({ href, date, recording }: RecordingRow, rowId: string): Shown {
  const describing = [dayIdOf(date), ...(['started', 'remote', 'duration'] as const).map(cellIdsOf(rowId))]
  const content = (
    <a href={href} id={linkIdOf(rowId)} aria-describedby={describing.join(' ')}>
      {reveal(recording.referenceNumber ?? recording.id)}
    </a>
  )
  return { content }
}

/** The columns in their order. The cells of some have an id, which the row's link or the tools of the row refer to. */
const cells = {
  started: { hasId: true, show: startedCell },
  duration: { hasId: true, show: durationCell },
  direction: { hasId: false, show: directionCell },
  remote: { hasId: true, show: remoteCell },
  owner: { hasId: false, show: ownerCell },
  local: { hasId: false, show: localCell },
  reference: { hasId: true, show: referenceCell },
} satisfies Readonly<
  Record<string, { readonly hasId: boolean; readonly show: (row: RecordingRow, rowId: string) => Shown }>
>

type ColumnName = keyof typeof cells

export const columnNames = Object.keys(cells) as ColumnName[]

/** The ids of a row's cells. */
export const cellIdsOf =
  (rowId: string) =>
  (column: ColumnName): string =>
    `${rowId}-${column}`

/** The cells of a row, in the order of the columns. */
export function cellsOf(row: RecordingRow, rowId: string): CellContent[] {
  const idOf = cellIdsOf(rowId)
  return columnNames.map((column) => {
    const { hasId, show } = cells[column]
    const { content, title, label, look = '' } = show(row, rowId)
    return {
      key: column,
      id: hasId ? idOf(column) : undefined,
      className: `cell-${column}${look}`,
      title,
      label,
      content,
    }
  })
}
