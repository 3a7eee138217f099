import { Fragment, type ReactNode } from 'react'

/** Puts elements into a text: `fill('Without {name}', { name: <bdi>…</bdi> })`. User input must be an element. */
export function fill(template: string, parts: Readonly<Record<string, ReactNode>>): ReactNode {
  return template.split(/\{(\w+)\}/).map((piece, index) => (
    // The pieces of a template never change order.
    // oxlint-disable-next-line react/no-array-index-key
    <Fragment key={index}>{index % 2 === 1 ? parts[piece] : piece}</Fragment>
  ))
}
