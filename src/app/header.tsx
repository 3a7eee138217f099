import { useStore } from '@nanostores/react'
import { AudioLines, KeyRound, LogOut } from 'lucide-react'
import { Suspense, useMemo, useState } from 'react'
import type { Session } from '../contract/session.ts'
import { browserZone, zoneNames } from '../lib/zones.ts'
import { density, setDensity, setTheme, theme, themes } from '../prefs/prefs.ts'
import { useText } from '../text/i18n.ts'
import { shellText } from '../text/shell-text.ts'
import { Button, IconButton } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { Select } from '../ui/field.tsx'
import { useChoice } from '../ui/typing.ts'
import { firstQuery } from '../url/entry.ts'
import { usePageQuery, usePaths, useSetZone } from '../url/navigation.tsx'
import { CrashBoundary } from './crash.tsx'
import { part } from './part.tsx'

const ChangePassword = part(async () => (await import('../session/change-password.tsx')).ChangePassword)

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

function LooksPicker() {
  const t = useText(shellText)
  const chosen = useStore(theme)
  const rows = useStore(density)
  return (
    <>
      <Select
        aria-label={t.theme}
        className="!w-auto !min-h-8 shrink-0"
        value={chosen}
        options={themes.map((value) => ({ value, label: t[value] }))}
        onPick={(value) => setTheme(themes.find((known) => known === value) ?? 'system')}
      />
      <Select
        aria-label={t.density}
        className="!w-auto !min-h-8 shrink-0 max-md:hidden"
        value={rows}
        options={(['comfortable', 'compact'] as const).map((value) => ({ value, label: t[value] }))}
        onPick={(value) => setDensity(value === 'compact' ? 'compact' : 'comfortable')}
      />
    </>
  )
}

/** In place of a dialog that could not be loaded. The next press of its button tries again. */
function MissingDialog({ label, onClose }: { readonly label: string; readonly onClose: () => void }) {
  const t = useText(shellText)
  return (
    <Dialog label={label} onClose={onClose} className="m-auto max-w-sm rounded-xl p-5">
      <p className="mb-3">{t.dialogMissing}</p>
      <Button look="primary" onClick={onClose}>
        {t.close}
      </Button>
    </Dialog>
  )
}

function PasswordButton({ username }: { readonly username: string }) {
  const t = useText(shellText)
  const [isOpen, setOpen] = useState(false)
  return (
    <>
      <IconButton
        label={t.changePassword}
        icon={<KeyRound size={16} aria-hidden />}
        className="shrink-0"
        onClick={() => setOpen(true)}
      />
      {isOpen ? (
        <CrashBoundary
          back="/"
          instead={<MissingDialog label={t.changePassword} onClose={() => setOpen(false)} />}
        >
          <Suspense fallback={null}>
            <ChangePassword username={username} onClose={() => setOpen(false)} />
          </Suspense>
        </CrashBoundary>
      ) : null}
    </>
  )
}

interface HeaderProps {
  readonly session: Session
  readonly onSignOut: () => void
  /** The sign-out did not reach the host, so the session goes on. */
  readonly signOutFailed: boolean
}

export function Header({ session, onSignOut, signOutFailed }: HeaderProps) {
  const t = useText(shellText)
  const paths = usePaths()
  const query = usePageQuery()
  return (
    <header className="page-header">
      <a
        href={paths.list({ ...firstQuery, tz: query.tz })}
        className="mr-auto flex min-h-6 min-w-6 items-center gap-2 font-semibold"
        aria-label={t.product}
      >
        <AudioLines size={20} aria-hidden className="text-accent" />
        <span className="whitespace-nowrap max-lg:sr-only">{t.product}</span>
      </a>
      {signOutFailed ? (
        <span role="alert" className="text-warn">
          {t.signOutFailed}
        </span>
      ) : null}
      <ZonePicker />
      <LooksPicker />
      <span className="truncate text-muted max-lg:sr-only">
        <bdi>{session.displayName ?? session.username}</bdi>
      </span>
      {session.canChangePassword ? <PasswordButton username={session.username} /> : null}
      <Button look="quiet" className="shrink-0 max-md:!px-1.5" onClick={onSignOut}>
        <LogOut size={16} aria-hidden className="shrink-0" />
        <span className="max-md:sr-only">{t.signOut}</span>
      </Button>
    </header>
  )
}
