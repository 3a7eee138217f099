import { Suspense, useState } from 'react'
import type { Session } from '../contract/session.ts'
import { shellText } from '../text/shell-text.ts'
import { useText } from '../text/i18n.ts'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { CrashBoundary } from './crash.tsx'
import { part } from './part.tsx'

const ExpiredDialog = part(async () => (await import('../session/expired-dialog.tsx')).ExpiredDialog)

interface SignInAgainProps {
  readonly username: string
  readonly onSignedIn: (session: Session) => void
}

/**
 * The sign-in over a page whose session has ended. If its code cannot be loaded, a message takes its place and the page
 * stays as it was.
 */
export function SignInAgain({ username, onSignedIn }: SignInAgainProps) {
  const t = useText(shellText)
  const [attempt, setAttempt] = useState(0)
  const missing = (
    <Dialog label={t.signInMissing} className="m-auto max-w-sm rounded-xl p-5">
      <p className="mb-3">{t.signInMissing}</p>
      <Button look="primary" onClick={() => setAttempt(attempt + 1)}>
        {t.retry}
      </Button>
    </Dialog>
  )
  return (
    <CrashBoundary at={String(attempt)} back="/" instead={missing}>
      <Suspense fallback={null}>
        <ExpiredDialog username={username} onSignedIn={onSignedIn} />
      </Suspense>
    </CrashBoundary>
  )
}
