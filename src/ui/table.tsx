import type { HTMLAttributes, ReactNode } from 'react'

/*
 * Table markup without data. Narrow rows are laid out as a grid, and browsers drop a table's meaning with its
 * display, so the roles are written out. The lint rules against written-out roles are off for this file.
 */

interface TableProps extends HTMLAttributes<HTMLTableElement> {
  readonly label: string
  readonly head: ReactNode
}

export function Table({ label, head, children, ...rest }: TableProps) {
  return (
    <table role="table" aria-label={label} className="recordings" {...rest}>
      <thead role="rowgroup">
        <tr role="row">{head}</tr>
      </thead>
      <tbody role="rowgroup">{children}</tbody>
    </table>
  )
}

export function HeadCell({ className = '', children }: { className?: string; children: ReactNode }) {
  return (
    <th role="columnheader" scope="col" className={className}>
      {children}
    </th>
  )
}

export interface CellContent {
  /** The name of the column. */
  readonly key: string
  readonly id?: string | undefined
  readonly className: string
  readonly title?: string | undefined
  /** What is said instead of the content. */
  readonly label?: string | undefined
  readonly content: ReactNode
}

interface RowProps extends HTMLAttributes<HTMLTableRowElement> {
  readonly cells: readonly CellContent[]
}

/** Cells are values, because a component for each of 350 cells would cost more than the cells. */
export function Row({ cells, ...rest }: RowProps) {
  return (
    <tr role="row" {...rest}>
      {cells.map(({ key, id, className, title, label, content }) => (
        <td key={key} role="cell" id={id} className={className} title={title} aria-label={label}>
          {content}
        </td>
      ))}
    </tr>
  )
}

/** A row with one head, which stands over the rows below it. */
export function DividerRow({ columns, id, children }: { columns: number; id?: string; children: ReactNode }) {
  return (
    <tr role="row" className="divider">
      <th role="rowheader" scope="rowgroup" colSpan={columns} id={id}>
        {children}
      </th>
    </tr>
  )
}
