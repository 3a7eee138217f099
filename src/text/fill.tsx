import { Fragment, type ReactNode } from 'react'

/** Puts elements into a text: `fill('Without {name}', { name: <bdi>…</bdi> })`. What people wrote is never text. */
export function fill(template: string, parts: Readonly<Record<string, ReactNode>>): ReactNode {
  return template.split(/\{(\w+)\}/).map((piece, index) => (
    // A template's pieces never change places.
    // oxlint-disable-next-line react/no-array-index-key
    <Fragment key={index}>{index % 2 === 1 ? parts[piece] : piece}</Fragment>
  ))
}
