import { useCallback, useRef, type MouseEvent } from 'react'
import { useEntry, useGoTo } from './navigation.tsx'
import { readPath } from './paths.ts'

/** The time for the second press of a double-click on a text, in ms. */
const SECOND_PRESS_MS = 250

/**
 * One handler for all links of the page, for the `click` and `auxclick` of the outermost element. A plain click on an
 * address of this page, or on a table row with one, navigates without loading the page again. Elsewhere than on a link,
 * which browsers know about, a click with Ctrl or the middle button opens a tab.
 */
export function useLinkHandler(): (event: MouseEvent) => void {
  const goTo = useGoTo()
  const { place } = useEntry()
  const opening = useRef<ReturnType<typeof setTimeout>>(undefined)
  return useCallback(
    (event) => {
      clearTimeout(opening.current)
      if (event.defaultPrevented || !(event.target instanceof Element)) return
      const found = addressAt(event.target)
      if (found === null) return
      const { url, isLink } = found
      if (isForTab(event)) {
        if (!isLink) window.open(url, '_blank', 'noopener')
        return
      }
      if (event.button !== 0 || event.shiftKey || event.altKey || event.detail > 1) return
      if (url.hash !== '' || url.origin !== location.origin) return
      const { base, view } = readPath(url.pathname)
      if (base !== place.base || view.name === 'unknown') return
      event.preventDefault()
      const go = (): void => goTo(`${url.pathname}${url.search}`)
      if (!isLink && isAtText(event.target, event)) opening.current = setTimeout(go, SECOND_PRESS_MS)
      else go()
    },
    [goTo, place],
  )
}

const isForTab = ({ button, metaKey, ctrlKey }: MouseEvent): boolean =>
  button === 1 || (button === 0 && (metaKey || ctrlKey))

/** Whether the press is on a text or just above or below, and so may be the first of a double-click on a word. */
function isAtText(pressed: Element, { clientX }: MouseEvent): boolean {
  const contents = document.createRange()
  contents.selectNodeContents(pressed)
  // Where the press was comes as a whole number, rounded down.
  return [...contents.getClientRects()].some(({ left, right }) => left < clientX + 1 && clientX <= right)
}

/**
 * The address that a click asks for: a link's own, or that of the link in the row around it. A click on a row counts as
 * a click on its link, unless the user selects text or clicks another control in it.
 */
function addressAt(target: Element): { readonly url: URL; readonly isLink: boolean } | null {
  const link = target.closest('a')
  if (link) {
    const isElsewhere = link.target !== '' || link.hasAttribute('download') || link.href === ''
    return isElsewhere ? null : { url: new URL(link.href), isLink: true }
  }
  if (target.closest('button, input, select, label') || getSelection()?.isCollapsed === false) return null
  const rowLink = target.closest('[data-row]')?.querySelector('a')
  return rowLink ? { url: new URL(rowLink.href), isLink: false } : null
}

/** Keeps the middle button from scrolling by itself where it opens a row. For `mousedown` of the outermost element. */
export function keepMiddleButton(event: MouseEvent): void {
  if (event.button === 1 && event.target instanceof Element && event.target.closest('[data-row]')) {
    event.preventDefault()
  }
}
