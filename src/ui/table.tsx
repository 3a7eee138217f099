import type { HTMLAttributes, ReactNode, TdHTMLAttributes } from 'react'

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

export function Row({ children, ...rest }: HTMLAttributes<HTMLTableRowElement>) {
  return (
    <tr role="row" {...rest}>
      {children}
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

export function Cell({ children, ...rest }: TdHTMLAttributes<HTMLTableCellElement>) {
  return (
    <td role="cell" {...rest}>
      {children}
    </td>
  )
}
