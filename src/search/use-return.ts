import { useEffectEvent, useLayoutEffect, useRef, type RefObject } from 'react'
import { linkIdOf, rowIdAt, type RecordingRow } from './rows.ts'

/** Where the document scrolls, and not the table alone. */
const scrollingDocument = matchMedia('(width < 48rem) or (height < 22rem)')

/**
 * Restores the list's scroll position, and the focus on the row that was opened. The list is only hidden while a
 * recording is shown; its layout effects run again when it returns. The rows of another search start at the top.
 * To scroll makes the browser lay out the page at once, once more than it has to. So nothing is scrolled that is where
 * it should be, and the focus, which needs the layout too, follows the paint.
 * @param shown names the search and the page of the rows.
 */
export function useReturn(
  lastOpen: string | null,
  rows: readonly RecordingRow[],
  shown: string,
): RefObject<HTMLDivElement | null> {
  const pane = useRef<HTMLDivElement>(null)
  const left = useRef({ paneTop: 0, pageTop: 0 })
  const shownLast = useRef(shown)
  useLayoutEffect(() => {
    // Not on a return to the same rows.
    if (shownLast.current === shown) return
    shownLast.current = shown
    const { paneTop, pageTop } = left.current
    left.current = { paneTop: 0, pageTop: 0 }
    if (paneTop > 0) pane.current?.scrollTo({ top: 0 })
    if (pageTop > 0) window.scrollTo({ top: 0 })
  }, [shown])
  const restoreScroll = useEffectEvent((scroller: HTMLDivElement | null) => {
    if (lastOpen === null) return
    const { paneTop, pageTop } = left.current
    if (paneTop > 0) scroller?.scrollTo({ top: paneTop })
    if (scrollingDocument.matches) window.scrollTo({ top: pageTop })
  })
  const restoreFocus = useEffectEvent(() => {
    if (lastOpen === null || document.activeElement !== document.body) return
    const index = rows.findIndex(({ recording }) => recording.id === lastOpen)
    // By id: a ref for each of up to a thousand rows would cost every render of the table.
    document.getElementById(linkIdOf(rowIdAt(index)))?.focus({ preventScroll: true })
    document.getElementById(rowIdAt(index))?.scrollIntoView({ block: 'nearest' })
  })
  useLayoutEffect(() => {
    const scroller = pane.current
    restoreScroll(scroller)
    const afterPaint = setTimeout(() => restoreFocus())
    const remember = (): void => {
      if (scroller?.checkVisibility()) left.current = { paneTop: scroller.scrollTop, pageTop: window.scrollY }
    }
    scroller?.addEventListener('scroll', remember, { passive: true })
    window.addEventListener('scroll', remember, { passive: true })
    return () => {
      clearTimeout(afterPaint)
      scroller?.removeEventListener('scroll', remember)
      window.removeEventListener('scroll', remember)
    }
  }, [])
  return pane
}
