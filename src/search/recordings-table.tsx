/** The only file that renders through the table library. */
import { FlexRender, useTable, type Row as TableRow } from '@tanstack/react-table'
import { Fragment, memo, type ReactNode } from 'react'
import { useText } from '../text/i18n.ts'
import { listText } from '../text/list-text.ts'
import { DividerRow, HeadCell, Row, Table, type CellContent } from '../ui/table.tsx'
import { cellIdOf, cellLooks } from './cells.tsx'
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

const cellsOf = (row: DataRow): CellContent[] =>
  row.getAllCells().map((cell) => {
    const { id: column, columnDef } = cell.column
    const content = typeof columnDef.cell === 'function' ? columnDef.cell(cell.getContext()) : columnDef.cell
    return {
      key: column,
      id: cellIdOf(row.id, column),
      content: content as ReactNode,
      ...cellLooks(row.original, column),
    }
  })

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
      data-href={row.original.href}
      data-index={index}
      aria-current={isCurrent || undefined}
      cells={cellsOf(row)}
    />
  )
})

/** The dates before which a separator stands, by the place of the row. The rows come newest first. */
function dividersOf(rows: readonly RecordingRow[]): ReadonlyMap<number, string | null> {
  const starts = rows.flatMap(({ date }, at) => (at === 0 || date !== rows[at - 1]?.date ? [at] : []))
  return new Map(starts.map((at) => [at, rows[at]?.date ?? null]))
}

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
  return (
    <Table
      label={t.title}
      aria-description={description}
      data-there={rows.some(({ there }) => there !== null) || undefined}
      head={headers.map((header) => (
        <HeadCell key={header.id} className={`cell-${header.column.id}`}>
          <FlexRender header={header} />
        </HeadCell>
      ))}
    >
      {table.getRowModel().rows.map((row, at) => {
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

/** More than fit on a screen: with fewer, the pager would come into view and then disappear. */
const bones = Array.from({ length: 40 }, (_, index) => `bone-${index}`)

/** The table before its first rows: the same head, with bars in place of rows. */
export function SkeletonTable() {
  const t = useText(listText)
  const table = useTable({ features, columns, data: noRows })
  const { headers } = table.getHeaderGroups()[0] ?? { headers: [] }
  const cells = headers.map(({ column }) => ({
    key: column.id,
    className: `cell-${column.id}`,
    content: <span className="bone" />,
  }))
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
      {bones.map((bone) => (
        <Row key={bone} aria-hidden cells={cells} />
      ))}
    </Table>
  )
}
