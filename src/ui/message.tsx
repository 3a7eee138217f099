import type { ReactNode } from 'react'

interface MessageProps {
  readonly title: ReactNode
  readonly children?: ReactNode
  /** Buttons, the primary one first. */
  readonly actions?: ReactNode
  readonly icon?: ReactNode
}

/** Says what happened and what to do next, in place of the missing content. */
export function Message({ title, children, actions, icon }: MessageProps) {
  return (
    <div className="mx-auto flex max-w-lg flex-col items-center gap-2 px-4 py-14 text-center">
      {icon === undefined ? null : <div className="text-muted">{icon}</div>}
      <div className="text-base font-semibold">{title}</div>
      {children === undefined ? null : <div className="text-muted empty:hidden">{children}</div>}
      {actions === undefined ? null : (
        <div className="mt-2 flex flex-wrap justify-center gap-2">{actions}</div>
      )}
    </div>
  )
}

/** One line above its content. */
export function Notice({
  children,
  actions,
}: {
  readonly children: ReactNode
  readonly actions?: ReactNode
}) {
  return (
    <div
      role="alert"
      className="mb-2 flex flex-wrap items-center justify-between gap-2 rounded-md border border-warn bg-warn-soft py-1.5 pr-2 pl-3 text-ink"
    >
      <div className="min-w-0 flex-1 basis-60">{children}</div>
      {actions === undefined ? null : <div className="flex flex-wrap gap-2">{actions}</div>}
    </div>
  )
}
