/** The only file that renders through the table library. */
import { FlexRender, useTable, type Cell as TableCell } from '@tanstack/react-table'
import { Fragment, memo, type ReactNode } from 'react'
import { useText } from '../text/i18n.ts'
import { listText } from '../text/list-text.ts'
import { Cell, DividerRow, HeadCell, Row, Table } from '../ui/table.tsx'
import { cellLooks } from './cells.tsx'
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

type ListCell = TableCell<typeof features, RecordingRow>

/** Cells are plain functions, because a component for each of 350 cells would cost more than the cells. */
function renderCell(cell: ListCell): ReactNode {
  const render = cell.column.columnDef.cell
  return typeof render === 'function' ? (render(cell.getContext()) as ReactNode) : render
}

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
            <Row
              id={row.id}
              data-href={row.original.href}
              data-index={at}
              aria-current={row.original.recording.id === currentId ? true : undefined}
            >
              {row.getAllCells().map((cell) => (
                <Cell
                  key={cell.id}
                  id={`${row.id}-${cell.column.id}`}
                  {...cellLooks(row.original, cell.column.id)}
                >
                  {renderCell(cell)}
                </Cell>
              ))}
            </Row>
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
        <Row key={bone} aria-hidden>
          {headers.map((header) => (
            <Cell key={header.id} className={`cell-${header.column.id}`}>
              <span className="bone" />
            </Cell>
          ))}
        </Row>
      ))}
    </Table>
  )
}
