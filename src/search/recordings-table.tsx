/** The only file that renders through the table library. */
import { FlexRender, useTable, type Row as TableRow } from '@tanstack/react-table'
import { Fragment, memo, useDeferredValue } from 'react'
import { useText } from '../text/i18n.ts'
import { listText } from '../text/list-text.ts'
import { DividerRow, HeadCell, Row, Table } from '../ui/table.tsx'
import { cellsOf } from './cells.tsx'
import { columns, features } from './columns.ts'
import { dayIdOf, rowIdAt, type RecordingRow } from './rows.ts'

interface RecordingsTableProps {
  readonly rows: RecordingRow[]
  /** The recording that was opened last; its row is marked. */
  readonly currentId: string | null
  /** Writes a day on its separator. */
  readonly dayLabel: (date: string | null) => string
  /** The search in words. */
  readonly description: string
}

const noRows: RecordingRow[] = []

type DataRow = TableRow<typeof features, RecordingRow>

interface ListRowProps {
  readonly row: DataRow
  readonly index: number
  readonly isCurrent: boolean
}

/** To mark another row as the current one renders two rows. */
const ListRow = memo(function ListRow({ row, index, isCurrent }: ListRowProps) {
  return (
    <Row
      id={row.id}
      data-row={index}
      aria-current={isCurrent || undefined}
      cells={cellsOf(row.original, row.id)}
    />
  )
})

/** The dates before which a separator stands, by the place of the row. The rows come newest first. */
function dividersOf(rows: readonly RecordingRow[]): ReadonlyMap<number, string | null> {
  const starts = rows.flatMap(({ date }, at) => (at === 0 || date !== rows[at - 1]?.date ? [at] : []))
  return new Map(starts.map((at) => [at, rows[at]?.date ?? null]))
}

/** Enough rows for the screen: none is lower than 2rem, and the bars around them take more than 8rem. */
const SCREEN_ROWS = Math.ceil((Math.max(innerHeight, 640) - 128) / 32)

/** Rows change only with the answer, so a render of the page does not render them again. */
export const RecordingsTable = memo(function RecordingsTable(props: RecordingsTableProps) {
  const { rows, currentId, dayLabel, description } = props
  const t = useText(listText)
  const table = useTable({
    features,
    columns,
    data: rows,
    // Rows are keyed by place, so that the next page only changes texts and creates no elements.
    getRowId: (_row, index) => rowIdAt(index),
  })
  const headers = table.getHeaderGroups().flatMap((group) => group.headers)
  const dividers = dividersOf(rows)
  // The first screen is painted before the rows below it are made. A row to go back to may be anywhere.
  const made = useDeferredValue(Infinity, currentId === null ? SCREEN_ROWS : Infinity)
  return (
    <Table
      label={t.title}
      aria-description={description}
      aria-busy={made < rows.length || undefined}
      data-there={rows.some(({ there }) => there !== null) || undefined}
      head={headers.map((header) => (
        <HeadCell key={header.id} className={`cell-${header.column.id}`}>
          <FlexRender header={header} />
        </HeadCell>
      ))}
    >
      {table
        .getRowModel()
        .rows.slice(0, made)
        .map((row, at) => {
          const date = dividers.get(at)
          return (
            <Fragment key={row.id}>
              {date === undefined ? null : (
                <DividerRow columns={headers.length} id={dayIdOf(date)}>
                  {dayLabel(date)}
                </DividerRow>
              )}
              <ListRow row={row} index={at} isCurrent={row.original.recording.id === currentId} />
            </Fragment>
          )
        })}
    </Table>
  )
})

/** The table before its first rows: the same head, and a drawing of rows in each column. */
export function SkeletonTable() {
  const t = useText(listText)
  const table = useTable({ features, columns, data: noRows })
  const { headers } = table.getHeaderGroups()[0] ?? { headers: [] }
  return (
    <Table
      label={t.title}
      aria-busy
      head={headers.map((header) => (
        <HeadCell key={header.id} className={`cell-${header.column.id}`}>
          <FlexRender header={header} />
        </HeadCell>
      ))}
    >
      <Row
        aria-hidden
        cells={headers.map(({ column: { id } }) => ({
          key: id,
          className: `cell-${id} bones`,
          content: null,
        }))}
      />
    </Table>
  )
}
