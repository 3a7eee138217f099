/** Routes, providers and layout: what is shown to whom at which address. */
import { QueryClientProvider, useQueryClient } from '@tanstack/react-query'
import { Activity, lazy, Suspense, useState } from 'react'
import { makeQueryClient } from '../api/query-client.ts'
import type { Session } from '../contract/session.ts'
import { ListPage } from '../search/list-page.tsx'
import { SessionKeeper } from '../session/activity.tsx'
import { sessionEnded, sessionState, setSession } from '../session/session-state.ts'
import { shellText } from '../text/shell-text.ts'
import { useText } from '../text/i18n.ts'
import { buttonClass } from '../ui/button.tsx'
import { Message } from '../ui/message.tsx'
import type { Entry } from '../url/entry.ts'
import {
  AddressProvider,
  useEntry,
  useLinkHandler,
  usePageQuery,
  usePaths,
  useView,
} from '../url/navigation.tsx'
import { listPath } from '../url/paths.ts'
import { CrashBoundary } from './crash.tsx'
import { Header } from './header.tsx'

const SignInPage = lazy(() => import('../session/sign-in.tsx').then((m) => ({ default: m.SignInPage })))
const FramedSignIn = lazy(() =>
  import('../session/framed-sign-in.tsx').then((m) => ({ default: m.FramedSignIn })),
)
const ExpiredDialog = lazy(() =>
  import('../session/expired-dialog.tsx').then((m) => ({ default: m.ExpiredDialog })),
)
const DetailPage = lazy(() => import('../recording/detail-page.tsx').then((m) => ({ default: m.DetailPage })))

function NotFound() {
  const t = useText(shellText)
  const paths = usePaths()
  const query = usePageQuery()
  const { place } = useEntry()
  const wrongVersion = place.base === '' && location.pathname.startsWith('/embed/')
  return (
    <main id="main">
      <Message
        title={wrongVersion ? t.wrongVersion : t.notFoundTitle}
        actions={
          wrongVersion ? undefined : (
            <a className={buttonClass('primary')} href={paths.list(query)}>
              {t.toRecordings}
            </a>
          )
        }
      >
        {wrongVersion ? null : t.notFoundHint}
      </Message>
    </main>
  )
}

/** The list stays alive behind a recording, so that the way back is instant. */
function Pages({ session }: { readonly session: Session }) {
  const view = useView()
  const [listed, setListed] = useState(view.name === 'list')
  if (view.name === 'list' && !listed) setListed(true)
  const openId = view.name === 'recording' ? view.id : null
  return (
    <>
      {listed ? (
        <Activity mode={view.name === 'list' ? 'visible' : 'hidden'}>
          <ListPage session={session} openId={openId} />
        </Activity>
      ) : null}
      {openId === null ? null : (
        <Suspense fallback={null}>
          <DetailPage key={openId} id={openId} />
        </Suspense>
      )}
      {view.name === 'unknown' ? <NotFound /> : null}
    </>
  )
}

function SignedIn({ session, ended }: { readonly session: Session; readonly ended: boolean }) {
  const t = useText(shellText)
  const client = useQueryClient()
  const onLinkClick = useLinkHandler()
  const embedded = useEntry().place.base !== ''
  const onSignedIn = (next: Session): void => {
    if (next.username.toLowerCase() !== session.username.toLowerCase()) client.clear()
    setSession(next)
    void client.refetchQueries({ predicate: (query) => query.state.status === 'error' })
  }
  const onSignedOut = (): void => {
    client.clear()
    setSession(null)
  }
  return (
    // The one handler of all links: each is a real link, and works from the keyboard as such.
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-static-element-interactions
    <div onClick={onLinkClick} className={embedded ? 'embedded' : ''}>
      <a
        href="#main"
        className={`${buttonClass('primary')} fixed top-2 left-2 z-20 not-focus-visible:sr-only`}
      >
        {t.skip}
      </a>
      {embedded ? null : <Header session={session} onSignedOut={onSignedOut} />}
      <CrashBoundary>
        <Pages key={session.username} session={session} />
      </CrashBoundary>
      <SessionKeeper session={session} ended={ended} />
      {ended && !embedded ? (
        <Suspense fallback={null}>
          <ExpiredDialog username={session.username} onSignedIn={onSignedIn} />
        </Suspense>
      ) : null}
    </div>
  )
}

function Root() {
  const { session, ended } = useText(sessionState)
  const query = usePageQuery()
  const embedded = useEntry().place.base !== ''
  if (embedded && (session === null || ended)) {
    return (
      <Suspense fallback={null}>
        <FramedSignIn outside={listPath({ base: '', flags: '' }, query)} />
      </Suspense>
    )
  }
  if (session === null) {
    return (
      <Suspense fallback={null}>
        <SignInPage onSignedIn={setSession} />
      </Suspense>
    )
  }
  return <SignedIn session={session} ended={ended} />
}

const queryClient = makeQueryClient(sessionEnded)

export function App({ entry }: { readonly entry: Entry }) {
  return (
    <QueryClientProvider client={queryClient}>
      <AddressProvider entry={entry}>
        <CrashBoundary>
          <Root />
        </CrashBoundary>
      </AddressProvider>
    </QueryClientProvider>
  )
}
