import { useCallback, type MouseEvent } from 'react'
import { useNavigate } from 'react-router-dom'
import { useEntry } from './navigation.tsx'
import { readPath } from './paths.ts'

/**
 * One handler for all links of the page, for the outermost element. A click without modifier keys on an address of this
 * page, or on a table row with one, navigates without loading the page again.
 */
export function useLinkHandler(): (event: MouseEvent) => void {
  const navigate = useNavigate()
  const { place } = useEntry()
  return useCallback(
    (event) => {
      if (event.defaultPrevented || event.button !== 0) return
      if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
      const url = event.target instanceof Element ? addressAt(event.target) : null
      if (!url || url.hash !== '' || url.origin !== location.origin) return
      const { base, view } = readPath(url.pathname)
      if (base !== place.base || view.name === 'unknown') return
      event.preventDefault()
      void navigate(`${url.pathname}${url.search}`, { replace: place.base !== '' })
    },
    [navigate, place],
  )
}

/**
 * The address that a click asks for: a link's own, or the `data-href` of the row around it. A click on a row counts as
 * a click on its link, unless the user selects text or clicks another control in it.
 */
function addressAt(target: Element): URL | null {
  const link = target.closest('a')
  if (link) {
    const isElsewhere = link.target !== '' || link.hasAttribute('download') || link.href === ''
    return isElsewhere ? null : new URL(link.href)
  }
  if (target.closest('button, input, select, label') || getSelection()?.isCollapsed === false) return null
  const href = target.closest<HTMLElement>('[data-href]')?.dataset.href
  return href === undefined ? null : new URL(href, location.origin)
}
