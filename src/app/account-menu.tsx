import { useStore } from '@nanostores/react'
import { KeyRound, LogOut } from 'lucide-react'
import { Suspense, useId, useRef, useState } from 'react'
import type { Session } from '../contract/session.ts'
import { density, densities, setDensity, setTheme, theme, themes } from '../prefs/prefs.ts'
import { scopeLine } from '../search/scope-line.ts'
import { useText } from '../text/i18n.ts'
import { shellText } from '../text/shell-text.ts'
import { Button } from '../ui/button.tsx'
import { RadioSet } from '../ui/field.tsx'
import { CrashBoundary } from './crash.tsx'
import { MissingDialog } from './missing-dialog.tsx'
import { part } from './part.tsx'

const ChangePassword = part(async () => (await import('../session/change-password.tsx')).ChangePassword)

interface PasswordDialogProps {
  readonly username: string
  readonly onClose: () => void
}

function PasswordDialog({ username, onClose }: PasswordDialogProps) {
  const t = useText(shellText)
  return (
    <CrashBoundary back="/" instead={<MissingDialog label={t.changePassword} onClose={onClose} />}>
      <Suspense fallback={null}>
        <ChangePassword username={username} onClose={onClose} />
      </Suspense>
    </CrashBoundary>
  )
}

const nameOf = ({ displayName, username }: Session): string => displayName ?? username

/** The first letters of the first and the last name, or of the username. */
function initialsOf(session: Session): string {
  const words = nameOf(session)
    .split(/\s+/)
    .filter((word) => word !== '')
  const ends = [words[0], words.length > 1 ? words.at(-1) : undefined]
  return ends.map((word) => [...(word ?? '')][0]?.toUpperCase() ?? '').join('')
}

interface AccountMenuProps {
  readonly session: Session
  /** Null in a portal's frame, where the session is the browser's and not the portal's to end. */
  readonly onSignOut: (() => void) | null
}

interface MenuProps extends AccountMenuProps {
  readonly onChangePassword: () => void
}

function Menu({ session, onSignOut, onChangePassword }: MenuProps) {
  const t = useText(shellText)
  const chosenTheme = useStore(theme)
  const chosenDensity = useStore(density)
  return (
    <>
      <p className="font-semibold wrap-anywhere">
        <bdi>{nameOf(session)}</bdi>
      </p>
      <p className="text-muted">{scopeLine(session)}</p>
      <RadioSet
        label={t.theme}
        value={chosenTheme}
        options={themes.map((value) => ({ value, label: t[value] }))}
        onPick={setTheme}
      />
      <RadioSet
        label={t.density}
        value={chosenDensity}
        options={densities.map((value) => ({ value, label: t[value] }))}
        onPick={setDensity}
      />
      {onSignOut === null ? null : (
        <div className="-mx-2 flex flex-col border-t border-line pt-2">
          {session.canChangePassword ? (
            <Button look="quiet" className="!justify-start" onClick={onChangePassword}>
              <KeyRound size={16} aria-hidden />
              {t.changePassword}
            </Button>
          ) : null}
          <Button look="quiet" className="!justify-start" onClick={onSignOut}>
            <LogOut size={16} aria-hidden />
            {t.signOut}
          </Button>
        </div>
      )}
    </>
  )
}

/** Who is signed in, whose calls they find, and what is set once: the theme and the density of the rows. */
export function AccountMenu({ session, onSignOut }: AccountMenuProps) {
  const t = useText(shellText)
  const id = useId()
  const menu = useRef<HTMLDialogElement>(null)
  // It is made when it is first opened: each page is loaded with it, and few users open it.
  const [isMade, setMade] = useState(false)
  const [changesPassword, setChangesPassword] = useState(false)
  // The focus goes back to the menu's button, which is also where it returns from the dialog.
  const close = (): void => menu.current?.hidePopover()
  return (
    <>
      <button
        type="button"
        aria-label={t.account}
        title={nameOf(session)}
        popoverTarget={id}
        data-initials={initialsOf(session)}
        // The initials are a picture of the name, not a text that the button's name would have to contain.
        className="inline-flex size-8 shrink-0 items-center justify-center rounded-full bg-accent text-xs font-semibold text-on-accent before:content-[attr(data-initials)] hover:bg-accent-strong"
      />
      <dialog
        ref={menu}
        id={id}
        popover="auto"
        aria-label={t.account}
        className="account-menu"
        onBeforeToggle={() => setMade(true)}
      >
        {isMade ? (
          <Menu
            session={session}
            onSignOut={
              onSignOut &&
              (() => {
                close()
                onSignOut()
              })
            }
            onChangePassword={() => {
              close()
              setChangesPassword(true)
            }}
          />
        ) : null}
      </dialog>
      {changesPassword ? (
        <PasswordDialog username={session.username} onClose={() => setChangesPassword(false)} />
      ) : null}
    </>
  )
}
