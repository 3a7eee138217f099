import { useEffect, useEffectEvent, useLayoutEffect, useRef, type RefObject } from 'react'
import { afterPaint } from '../ui/after-paint.ts'
import { followMedia } from '../ui/media.ts'
import { linkIdOf, rowIdAt, type RecordingRow } from './rows.ts'

/** Where the document scrolls, and not the table alone. */
const scrollingDocument = followMedia('(width < 48rem) or (height < 22rem)')

/**
 * Puts the focus back on the row that was opened, and the document where it was scrolled to. The rows of another search
 * start at the top. To scroll makes the browser lay out the page at once, once more than it has to. So nothing is
 * scrolled that is where it should be, and the focus, which needs the layout too, follows the paint.
 * @param shown names the search and the page of the rows.
 */
export function useReturn(
  isShown: boolean,
  lastOpen: string | null,
  rows: readonly RecordingRow[],
  shown: string,
): RefObject<HTMLDivElement | null> {
  const pane = useRef<HTMLDivElement>(null)
  const left = useRef({ paneTop: 0, pageTop: 0 })
  const shownLast = useRef(shown)
  useLayoutEffect(() => {
    if (shownLast.current === shown) return
    shownLast.current = shown
    const { paneTop, pageTop } = left.current
    left.current = { paneTop: 0, pageTop: 0 }
    if (paneTop > 0) pane.current?.scrollTo({ top: 0 })
    if (pageTop > 0) window.scrollTo({ top: 0 })
  }, [shown])
  const restoreFocus = useEffectEvent(() => {
    if (document.activeElement !== document.body) return
    const index = rows.findIndex(({ recording }) => recording.id === lastOpen)
    // By id: a ref for each of up to a thousand rows would cost every render of the table.
    document.getElementById(linkIdOf(rowIdAt(index)))?.focus({ preventScroll: true })
    document.getElementById(rowIdAt(index))?.scrollIntoView({ block: 'nearest' })
  })
  const hasOpened = lastOpen !== null
  useLayoutEffect(() => {
    if (!isShown || !hasOpened) return undefined
    if (scrollingDocument.get()) window.scrollTo({ top: left.current.pageTop })
    return afterPaint(() => restoreFocus())
  }, [isShown, hasOpened])
  useEffect(() => {
    const scroller = pane.current
    const remember = (): void => {
      // Not what is scrolled while a recording is shown.
      if (scroller?.checkVisibility()) left.current = { paneTop: scroller.scrollTop, pageTop: window.scrollY }
    }
    scroller?.addEventListener('scroll', remember, { passive: true })
    window.addEventListener('scroll', remember, { passive: true })
    return () => {
      scroller?.removeEventListener('scroll', remember)
      window.removeEventListener('scroll', remember)
    }
  }, [])
  return pane
}
