/** One reader and one writer of the address bar. Each deliberate change is one entry of the history. */
import { createContext, use, useCallback, useMemo, type MouseEvent, type ReactNode } from 'react'
import { BrowserRouter, useLocation, useNavigate } from 'react-router-dom'
import { readPageQuery, type PageQuery } from '../contract/search.ts'
import type { PageEntry } from './entry.ts'
import { listPath, readPath, recordingPath, type Place, type View } from './paths.ts'

const EntryContext = createContext<PageEntry | null>(null)

/** Everything below reads and changes the address through this folder. */
export function AddressProvider({ entry, children }: { entry: PageEntry; children: ReactNode }) {
  return (
    <EntryContext value={entry}>
      {/* A change of the address is there at once: fields that show it must not lag behind a click. */}
      <BrowserRouter useTransitions={false}>{children}</BrowserRouter>
    </EntryContext>
  )
}

/** The address that the page was opened with. */
export function useEntry(): PageEntry {
  const entry = use(EntryContext)
  if (!entry) throw new Error('useEntry needs an AddressProvider above it')
  return entry
}

/** What the address shows now. */
export function useView(): View {
  const { pathname } = useLocation()
  return useMemo(() => readPath(pathname).view, [pathname])
}

/** What the address searches for now. */
export function usePageQuery(): PageQuery {
  const { search } = useLocation()
  return useMemo(() => readPageQuery(new URLSearchParams(search)).query, [search])
}

export interface Paths {
  list(query: PageQuery): string
  recording(id: string, query: PageQuery): string
}

/** Builders of addresses that carry what this page's addresses must. */
export function usePaths(): Paths {
  const { place } = useEntry()
  return useMemo(() => pathsOf(place), [place])
}

const pathsOf = (place: Place): Paths => ({
  list: (query) => listPath(place, query),
  recording: (id, query) => recordingPath(place, id, query),
})

/** Changes the zone of whatever is shown, list or recording. */
export function useSetZone(): (tz: string | null) => void {
  const navigate = useNavigate()
  const paths = usePaths()
  const { place } = useEntry()
  const view = useView()
  const query = usePageQuery()
  return (tz) => {
    const next = { ...query, tz }
    const path = view.name === 'recording' ? paths.recording(view.id, next) : paths.list(next)
    void navigate(path, { replace: place.base !== '' })
  }
}

/**
 * Goes to another search. Keys typed into one field make one entry together: give the same `typing` for as
 * long as the field keeps the focus.
 */
export function useSearchFor(): (query: PageQuery, typing?: string) => void {
  const navigate = useNavigate()
  const { place } = useEntry()
  const { state } = useLocation()
  const current = typingOf(state)
  return useCallback(
    (query, typing) => {
      const replace = place.base !== '' || (typing !== undefined && typing === current)
      void navigate(listPath(place, query), { replace, state: typing === undefined ? null : { typing } })
    },
    [navigate, place, current],
  )
}

function typingOf(state: unknown): string | null {
  const typing = typeof state === 'object' && state !== null && 'typing' in state ? state.typing : null
  return typeof typing === 'string' ? typing : null
}

/**
 * One handler for every link of the page: an unmodified click on an address of this page, or anywhere on a table
 * row that holds one, navigates without loading it anew. Put it on the outermost element.
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

/** A row stands for its link, unless somebody is selecting its text or meant something else in it. */
function linkAt(target: Element): HTMLAnchorElement | null {
  const own = target.closest('a')
  if (own || target.closest('button, input, select, label') || getSelection()?.isCollapsed === false)
    return own
  return target.closest('tr')?.querySelector('a') ?? null
}
