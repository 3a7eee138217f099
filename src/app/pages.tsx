/** The page at each address, for a signed-in user. */
import { Activity, Suspense, useDeferredValue, useState, type ReactNode, type SyntheticEvent } from 'react'
import type { PageQuery } from '../contract/search.ts'
import type { PageUser } from '../search/page-user.ts'
import { ListPage } from '../search/list-page.tsx'
import { useText } from '../text/i18n.ts'
import { shellText } from '../text/shell-text.ts'
import { buttonClass } from '../ui/button.tsx'
import { Message } from '../ui/message.tsx'
import { usePageQuery, usePaths, useView } from '../url/navigation.tsx'
import { CrashBoundary } from './crash.tsx'
import { part } from './part.tsx'

const loadDetail = async () => (await import('../recording/detail-page.tsx')).DetailPage
const DetailPage = part(loadDetail)

/**
 * Loads the detail's code when a row is hovered or focused, so that the first click does not wait for it. If that
 * fails, the detail itself tries again and says so.
 */
export function nearRow(event: SyntheticEvent): void {
  if (event.target instanceof Element && event.target.closest('[data-href]')) loadDetail().catch(() => {})
}

function NotFound({ wrongVersion }: { readonly wrongVersion: boolean }) {
  const t = useText(shellText)
  const paths = usePaths()
  const query = usePageQuery()
  return (
    <main id="main" tabIndex={-1} className="outline-none">
      <h1 className="sr-only">{t.product}</h1>
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

const Preview = part(async () => (await import('../recording/preview.tsx')).RecordingPreview)

/** The preview beside the list. What it lacks is in the table and in the recording, so it fails in silence. */
const preview = (id: string, query: PageQuery): ReactNode => (
  <CrashBoundary at={id} back="/" instead={<></>}>
    <Suspense fallback={null}>
      <Preview id={id} query={query} />
    </Suspense>
  </CrashBoundary>
)

/** The list stays alive behind a recording, so that going back is instant. */
export function Pages({ account }: { readonly account: PageUser }) {
  // The list stays until the recording's code is loaded.
  const view = useDeferredValue(useView())
  const list = usePaths().list(usePageQuery())
  const [listed, setListed] = useState(view.name === 'list')
  if (view.name === 'list' && !listed) setListed(true)
  const openId = view.name === 'recording' ? view.id : null
  // Kept here because the hidden list is updated late, too late for a user who returns quickly.
  const [lastOpen, setLastOpen] = useState(openId)
  if (openId !== null && openId !== lastOpen) setLastOpen(openId)
  return (
    <>
      {listed ? (
        <Activity mode={view.name === 'list' ? 'visible' : 'hidden'}>
          <CrashBoundary at={list} back={list}>
            <ListPage account={account} openId={openId} lastOpen={lastOpen} preview={preview} />
          </CrashBoundary>
        </Activity>
      ) : null}
      {openId === null ? null : (
        <CrashBoundary at={openId} back={list}>
          <Suspense fallback={null}>
            <DetailPage id={openId} />
          </Suspense>
        </CrashBoundary>
      )}
      {view.name === 'unknown' ? <NotFound wrongVersion={view.wrongVersion} /> : null}
    </>
  )
}
