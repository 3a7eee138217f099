import { useEffect, useRef, useState, type ReactNode } from 'react'
import { ErrorBoundary, useErrorBoundary } from 'react-error-boundary'
import { isReplaced } from '../api/request.ts'
import { shellText } from '../text/shell-text.ts'
import { useText } from '../text/i18n.ts'
import { Button, buttonClass } from '../ui/button.tsx'
import { Message } from '../ui/message.tsx'
import { reloadPage } from '../url/reload.ts'
import { PartMissing } from './part.tsx'

/** What a view says that crashed or is not there, with its next steps. */
function Crashed({ back }: Pick<CrashBoundaryProps, 'back'>) {
  const t = useText(shellText)
  const { error, resetBoundary } = useErrorBoundary()
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
  const canRetry = isMissing && !replaced
  return (
    <main id="main" tabIndex={-1} className="outline-none">
      <Message
        title={
          <h1 ref={heading} tabIndex={-1} className="outline-none">
            {title}
          </h1>
        }
        actions={
          <>
            <Button look="primary" onClick={canRetry ? resetBoundary : reloadPage}>
              {canRetry ? t.retry : t.reload}
            </Button>
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

interface CrashBoundaryProps {
  readonly children: ReactNode
  /** Names the place: another one is a new beginning. */
  readonly at?: string
  /** The address of a view to go to instead. */
  readonly back: string
  /** Shown instead of the message, for a part that is no view. */
  readonly instead?: ReactNode
}

/** Keeps a crash, or a part that cannot be loaded, to the view where it happened. */
export function CrashBoundary({ children, at, back, instead }: CrashBoundaryProps) {
  return (
    <ErrorBoundary
      resetKeys={[at]}
      onError={(error) => error instanceof PartMissing && error.forget()}
      fallback={instead ?? <Crashed back={back} />}
    >
      {children}
    </ErrorBoundary>
  )
}
