import { Component, useEffect, useRef, useState, type ReactNode } from 'react'
import { isReplaced } from '../api/release.ts'
import { shellText } from '../text/shell-text.ts'
import { useText } from '../text/i18n.ts'
import { Button, buttonClass } from '../ui/button.tsx'
import { Message } from '../ui/message.tsx'
import { reloadPage } from '../url/reload.ts'
import { PartMissing } from './part.tsx'

interface CrashedProps {
  readonly error: unknown
  /** A way on that does not need the failed view. */
  readonly back: string
  readonly onRetry: () => void
}

/** What a view says that crashed or is not there, with its next steps. */
function Crashed({ error, back, onRetry }: CrashedProps) {
  const t = useText(shellText)
  const isMissing = error instanceof PartMissing
  const [replaced, setReplaced] = useState(false)
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    heading.current?.focus()
    if (isMissing) isReplaced(back).then(setReplaced, () => {})
  }, [isMissing, back])
  const [title, hint] = replaced
    ? [t.replacedTitle, t.replacedHint]
    : isMissing
      ? [t.missingTitle, t.missingHint]
      : [t.crashTitle, t.crashHint]
  return (
    <main id="main" tabIndex={-1} className="outline-none">
      <h1 ref={heading} tabIndex={-1} className="sr-only">
        {title}
      </h1>
      <Message
        title={<span aria-hidden>{title}</span>}
        actions={
          <>
            {isMissing && !replaced ? (
              <Button look="primary" onClick={onRetry}>
                {t.retry}
              </Button>
            ) : (
              <Button look="primary" onClick={reloadPage}>
                {t.reload}
              </Button>
            )}
            <a className={buttonClass('plain')} href={back}>
              {t.toRecordings}
            </a>
          </>
        }
      >
        {hint}
      </Message>
    </main>
  )
}

interface BoundaryProps {
  readonly children: ReactNode
  /** Names the place: another one is a new beginning. */
  readonly at?: string
  /** The address of a view to go to instead. */
  readonly back: string
  /** Shown instead of the message, for a part that is no view. */
  readonly instead?: ReactNode
}

/** Keeps a crash, or a part that cannot be loaded, to the view where it happened. */
export class CrashBoundary extends Component<BoundaryProps, { at?: string; error?: unknown }> {
  override state: { at?: string; error?: unknown } = {}

  static getDerivedStateFromError(error: unknown): { error: unknown } {
    return { error }
  }

  static getDerivedStateFromProps({ at }: BoundaryProps, state: { at?: string; error?: unknown }) {
    return at === state.at ? null : { at, error: undefined }
  }

  override componentDidCatch(error: unknown): void {
    if (error instanceof PartMissing) error.forget()
  }

  override render(): ReactNode {
    const { error } = this.state
    const { children, instead, back } = this.props
    if (error === undefined) return children
    if (instead !== undefined) return instead
    return <Crashed error={error} back={back} onRetry={() => this.setState({ error: undefined })} />
  }
}
