import type { Session } from '../contract/session.ts'
import { useText } from '../text/i18n.ts'
import { sessionText } from '../text/session-text.ts'
import { Dialog } from '../ui/dialog.tsx'
import { SignInForm } from './sign-in.tsx'

interface ExpiredDialogProps {
  /** The user of the ended session. */
  readonly username: string
  readonly onSignedIn: (session: Session) => void
}

/** The sign-in over the page, which stays as it was. */
export function ExpiredDialog({ username, onSignedIn }: ExpiredDialogProps) {
  const t = useText(sessionText)
  return (
    <Dialog label={t.expiredTitle} className="m-auto w-full max-w-sm rounded-xl p-6">
      <h2 className="text-lg font-semibold">{t.expiredTitle}</h2>
      <p className="mb-4 text-muted">{t.expiredHint}</p>
      <SignInForm username={username} onSignedIn={onSignedIn} />
    </Dialog>
  )
}
