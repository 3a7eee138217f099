/** The page at each address, for a signed-in user. */
import { Suspense, useDeferredValue, useState, type ReactNode, type SyntheticEvent } from 'react'
import type { PageQuery } from '../contract/search.ts'
import type { PageUser } from '../search/page-user.ts'
import { ListPage } from '../search/list-page.tsx'
import { useLate } from '../search/use-late.ts'
import { useText } from '../text/i18n.ts'
import { shellText } from '../text/shell-text.ts'
import { buttonClass } from '../ui/button.tsx'
import { Message } from '../ui/message.tsx'
import { RestingSearch, usePageQuery, usePaths, useView } from '../url/navigation.tsx'
import type { View } from '../url/paths.ts'
import { CrashBoundary } from './crash.tsx'
import { part } from './part.tsx'

export const RecordingPart = part(async () => (await import('../recording/detail-page.tsx')).DetailPage)

/**
 * Loads the detail's code when a row is hovered or focused, so that the first click does not wait for it. If that
 * fails, the detail itself tries again and says so.
 */
export function nearRow(event: SyntheticEvent): void {
  if (event.target instanceof Element && event.target.closest('[data-row]'))
    RecordingPart.load().catch(() => {})
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

/** The view to show: that of the address, or for now the one before, while the code of a recording is loaded. */
function useShownView(): { readonly view: View; readonly isLate: boolean } {
  const asked = useView()
  const late = useDeferredValue(asked)
  const view = RecordingPart.isLoaded() ? asked : late
  return { view, isLate: useLate(view !== asked) }
}

/** The list rests behind a recording as it was left, so that going back is instant. */
export function Pages({ account }: { readonly account: PageUser }) {
  const { view, isLate } = useShownView()
  const list = usePaths().list(usePageQuery())
  const [listed, setListed] = useState(view.name === 'list')
  if (view.name === 'list' && !listed) setListed(true)
  const openId = view.name === 'recording' ? view.id : null
  const [lastOpen, setLastOpen] = useState(openId)
  if (openId !== null && openId !== lastOpen) setLastOpen(openId)
  return (
    // It is around the list too, which stays on screen while the code of a recording is loaded.
    <Suspense fallback={null}>
      {isLate ? <div className="busy-line" aria-hidden /> : null}
      {listed ? (
        <RestingSearch rests={view.name !== 'list'}>
          <CrashBoundary at={list} back={list}>
            <ListPage
              account={account}
              isShown={view.name === 'list'}
              lastOpen={lastOpen}
              preview={preview}
            />
          </CrashBoundary>
        </RestingSearch>
      ) : null}
      {openId === null ? null : (
        <CrashBoundary at={openId} back={list}>
          <RecordingPart id={openId} />
        </CrashBoundary>
      )}
      {view.name === 'unknown' ? <NotFound wrongVersion={view.wrongVersion} /> : null}
    </Suspense>
  )
}
