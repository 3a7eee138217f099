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
      const link = event.target instanceof Element ? linkAt(event.target) : null
      if (!link || link.target !== '' || link.hash !== '' || link.hasAttribute('download')) return
      const { base, view } = readPath(link.pathname)
      if (link.origin !== location.origin || base !== place.base || view.name === 'unknown') return
      event.preventDefault()
      void navigate(`${link.pathname}${link.search}`, { replace: place.base !== '' })
    },
    [navigate, place],
  )
}

/** A click on a row counts as a click on its link, unless the user selects text or clicks another control in it. */
function linkAt(target: Element): HTMLAnchorElement | null {
  const own = target.closest('a')
  if (own || target.closest('button, input, select, label') || getSelection()?.isCollapsed === false)
    return own
  return target.closest('tr')?.querySelector('a') ?? null
}
