import { AudioLines, ExternalLink } from 'lucide-react'
import type { Session } from '../contract/session.ts'
import { rowsPerPage } from '../prefs/prefs.ts'
import { Freshness } from '../search/freshness.tsx'
import { useText } from '../text/i18n.ts'
import { shellText } from '../text/shell-text.ts'
import { buttonClass } from '../ui/button.tsx'
import { firstQuery } from '../url/entry.ts'
import { usePageQuery, usePaths } from '../url/navigation.tsx'
import { useOutsideUrl } from '../url/outside.ts'
import { AccountMenu } from './account-menu.tsx'
import { ZoneButton } from './zone-button.tsx'

interface HeaderProps {
  readonly session: Session
  readonly onSignOut: () => void
  /** The sign-out did not reach the host, so the session goes on. */
  readonly signOutFailed: boolean
  /** In a portal's frame the header names no product, and offers the page without the frame. */
  readonly framed: boolean
}

/** The line above every view. */
export function Header({ session, onSignOut, signOutFailed, framed }: HeaderProps) {
  const t = useText(shellText)
  const paths = usePaths()
  const { tz } = usePageQuery()
  const outside = useOutsideUrl()
  return (
    <header className="page-header">
      {framed ? (
        <a
          className={`${buttonClass('quiet')} mr-auto !px-2`}
          href={outside}
          target="_blank"
          rel="noreferrer"
        >
          <ExternalLink size={16} aria-hidden />
          <span className="max-md:sr-only">{t.openTab}</span>
        </a>
      ) : (
        <a
          href={paths.list({ ...firstQuery(rowsPerPage.get()), tz })}
          className="mr-auto flex min-h-6 min-w-6 items-center gap-2 font-semibold"
          aria-label={t.product}
        >
          <AudioLines size={20} aria-hidden className="text-accent" />
          <span className="whitespace-nowrap max-md:sr-only">{t.product}</span>
        </a>
      )}
      {signOutFailed ? (
        <span
          role="alert"
          // Narrow lines have no room for a sentence, so there it stands below them.
          className="text-warn max-md:fixed max-md:inset-x-0 max-md:top-(--header) max-md:z-20 max-md:bg-warn-soft max-md:px-3 max-md:py-2"
        >
          {t.signOutFailed}
        </span>
      ) : null}
      <Freshness />
      <ZoneButton />
      <AccountMenu session={session} onSignOut={framed ? null : onSignOut} />
    </header>
  )
}
