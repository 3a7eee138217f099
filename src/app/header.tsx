import { AudioLines, ExternalLink } from 'lucide-react'
import { useMemo } from 'react'
import type { Session } from '../contract/session.ts'
import { browserZone, zoneNames } from '../lib/zones.ts'
import { Freshness } from '../search/freshness.tsx'
import { useText } from '../text/i18n.ts'
import { shellText } from '../text/shell-text.ts'
import { buttonClass } from '../ui/button.tsx'
import { Select } from '../ui/field.tsx'
import { useChoice } from '../ui/typing.ts'
import { firstQuery } from '../url/entry.ts'
import { usePageQuery, usePaths, useSetZone } from '../url/navigation.tsx'
import { useOutsideUrl } from '../url/outside.ts'
import { AccountMenu } from './account-menu.tsx'

const zones = zoneNames()

/** The page's zone, kept in the address. The browser's own zone is marked as local and not written. */
function ZonePicker() {
  const t = useText(shellText)
  const query = usePageQuery()
  const setZone = useSetZone()
  const choice = useChoice(query.tz ?? '', (zone, visit) => setZone(zone === '' ? null : zone, visit))
  // There are over 400 zones, and few changes of the address affect them.
  const options = useMemo(() => {
    const named = [...new Set([...zones, query.tz ?? 'UTC'])]
    const own = { value: '', label: t.browserZone({ zone: browserZone() }) }
    return [own, ...named.map((zone) => ({ value: zone, label: zone }))]
  }, [query.tz, t])
  return (
    <Select
      aria-label={t.zone}
      className="!w-auto max-w-64 !min-h-8 min-w-0 shrink"
      {...choice.handlers}
      value={choice.value}
      options={options}
      onPick={choice.pick}
    />
  )
}

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
          href={paths.list({ ...firstQuery(), tz })}
          className="mr-auto flex min-h-6 min-w-6 items-center gap-2 font-semibold"
          aria-label={t.product}
        >
          <AudioLines size={20} aria-hidden className="text-accent" />
          <span className="whitespace-nowrap max-md:sr-only">{t.product}</span>
        </a>
      )}
      {signOutFailed ? (
        <span role="alert" className="text-warn">
          {t.signOutFailed}
        </span>
      ) : null}
      <Freshness />
      <ZonePicker />
      <AccountMenu session={session} onSignOut={framed ? null : onSignOut} />
    </header>
  )
}
