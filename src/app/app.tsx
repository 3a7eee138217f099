/** The providers and the layout, which depend on the session. */
import { useStore } from '@nanostores/react'
import { QueryClientProvider, useQueryClient } from '@tanstack/react-query'
import { Suspense, useEffect, useEffectEvent, useState, type SyntheticEvent } from 'react'
import { fetchSession, signOut } from '../api/auth.ts'
import { retryFailed } from '../api/queries.ts'
import { Problem } from '../contract/problems.ts'
import type { Session } from '../contract/session.ts'
import { SessionKeeper } from '../session/activity.tsx'
import {
  announce,
  onNews,
  sessionEnded,
  sessionState,
  setSession,
  type SessionNews,
} from '../session/session-state.ts'
import { shellText } from '../text/shell-text.ts'
import { useText } from '../text/i18n.ts'
import { buttonClass } from '../ui/button.tsx'
import { Speech } from '../ui/speech.tsx'
import type { PageEntry } from '../url/entry.ts'
import { keepMiddleButton, useLinkHandler } from '../url/links.ts'
import { AddressProvider, useEntry } from '../url/navigation.tsx'
import { queryClient } from './client.ts'
import { CrashBoundary } from './crash.tsx'
import { Header } from './header.tsx'
import { RecordingPart, nearRow, Pages } from './pages.tsx'
import { part } from './part.tsx'
import { SignInAgain } from './sign-in-again.tsx'

const SignInPage = part(async () => (await import('../session/sign-in.tsx')).SignInPage)
const FramedSignIn = part(async () => (await import('../session/framed-sign-in.tsx')).FramedSignIn)

/** As long as React holds back what it has waited for: its FALLBACK_THROTTLE_MS. */
const FIRST_VIEW_MS = 300

/**
 * Loads what the first view needs beside the list, so that it is shown at once. A view says itself that it is late or
 * cannot be loaded.
 */
export async function loadFirstView({ place, view }: PageEntry): Promise<void> {
  const signIn = place.base === '' ? SignInPage : FramedSignIn
  const needed =
    sessionState.get().session === null ? signIn : view.name === 'recording' ? RecordingPart : null
  if (needed === null) return
  const late = new Promise((resolve) => setTimeout(resolve, FIRST_VIEW_MS))
  await Promise.race([needed.load().catch(() => undefined), late])
}

/** Moves the focus past the header and the filters. A link alone would write `#main` into the address. */
function skip(event: SyntheticEvent): void {
  event.preventDefault()
  document.getElementById('main')?.focus()
}

/** Long enough to be read; later it would no longer be true. */
const FAILED_SHOWN_MS = 10_000

interface SignedInProps {
  readonly session: Session
  readonly ended: boolean
  /** Whether the user has just signed in on the sign-in page, whose focused button is gone. */
  readonly entered: boolean
}

function SignedIn({ session, ended, entered }: SignedInProps) {
  const t = useText(shellText)
  const client = useQueryClient()
  const onLinkClick = useLinkHandler()
  const [failed, setFailed] = useState(false)
  useEffect(() => {
    if (entered) document.getElementById('main')?.focus({ preventScroll: true })
  }, [entered])
  useEffect(() => {
    if (!failed) return undefined
    const timer = setTimeout(() => setFailed(false), FAILED_SHOWN_MS)
    return () => clearTimeout(timer)
  }, [failed])
  const embedded = useEntry().place.base !== ''
  const onSignedIn = (next: Session): void => {
    if (next.username.toLowerCase() !== session.username.toLowerCase()) client.clear()
    setSession(next)
    retryFailed(client)
  }
  const onSignedOut = (): void => {
    client.clear()
    setSession(null)
  }
  const left = (): void => {
    announce('signed-out')
    onSignedOut()
  }
  const leave = (): void => {
    signOut().then(left, (error: unknown) => {
      if (error instanceof Problem && error.status === 401) left()
      else setFailed(true)
    })
  }
  const hear = useEffectEvent((news: SessionNews) => {
    if (news === 'signed-out') onSignedOut()
    else fetchSession().then(onSignedIn, sessionEnded)
  })
  useEffect(() => onNews(hear), [])
  return (
    // This handles all links. They are real links, so they work from the keyboard without it.
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-static-element-interactions
    <div
      onClick={onLinkClick}
      onAuxClick={onLinkClick}
      onMouseDown={keepMiddleButton}
      onPointerOver={nearRow}
      onFocus={nearRow}
    >
      <a
        href="#main"
        onClick={skip}
        className={`${buttonClass('primary')} fixed top-2 left-2 z-20 not-focus-visible:sr-only`}
      >
        {t.skip}
      </a>
      <Header session={session} onSignOut={leave} signOutFailed={failed} framed={embedded} />
      <Pages key={session.username} account={{ session, signOut: leave }} />
      <Speech />
      <SessionKeeper session={session} ended={ended} />
      {ended && !embedded ? (
        <SignInAgain username={session.username} onSignedIn={tellOthers(onSignedIn)} />
      ) : null}
    </div>
  )
}

function Root() {
  const { session, ended } = useStore(sessionState)
  const [entered, setEntered] = useState(false)
  const embedded = useEntry().place.base !== ''
  const onSignedIn = (next: Session): void => {
    setEntered(true)
    setSession(next)
  }
  // A frame looks after itself.
  const asks = session === null && !embedded
  useEffect(() => {
    if (!asks) return undefined
    // Another tab signed in, and this one need not ask as well.
    return onNews((news) => {
      if (news === 'signed-in') fetchSession().then(setSession, () => {})
    })
  }, [asks])
  if (embedded && (session === null || ended)) {
    return (
      <Suspense fallback={null}>
        <FramedSignIn />
      </Suspense>
    )
  }
  if (session === null) {
    return (
      <Suspense fallback={null}>
        <SignInPage onSignedIn={tellOthers(onSignedIn)} />
      </Suspense>
    )
  }
  return <SignedIn session={session} ended={ended} entered={entered} />
}

/** Announces the sign-in to frames and tabs that wait for it. */
const tellOthers =
  (then: (session: Session) => void) =>
  (session: Session): void => {
    then(session)
    announce('signed-in')
  }

export function App({ entry }: { readonly entry: PageEntry }) {
  return (
    <QueryClientProvider client={queryClient}>
      <AddressProvider entry={entry}>
        <CrashBoundary back="/">
          <Root />
        </CrashBoundary>
      </AddressProvider>
    </QueryClientProvider>
  )
}
