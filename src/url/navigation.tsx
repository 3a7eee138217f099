/** The only reader and writer of the address bar. Each deliberate change is one history entry, or none in a portal. */
import { createContext, use, useCallback, useMemo, useState, type ReactNode } from 'react'
import { BrowserRouter, NavigationType, useLocation, useNavigate, useNavigationType } from 'react-router-dom'
import { readPageQuery, type PageQuery } from '../contract/search.ts'
import type { PageEntry } from './entry.ts'
import { listPath, readPath, recordingPath, type Place, type View } from './paths.ts'

/** The current address, read once for the whole page. */
interface Address {
  /** The address that the page was opened with. */
  readonly entry: PageEntry
  readonly view: View
  readonly query: PageQuery
  /** Whether the browser's Back or Forward led here. */
  readonly walked: boolean
  /** Identifies the visit to a field whose typing led here, or null. */
  readonly typing: string | null
}

const AddressContext = createContext<Address | null>(null)
/** Apart from the rest, so that opening a recording renders nothing that shows the query only. */
const QueryContext = createContext<PageQuery | null>(null)

function AddressReader({ entry, children }: { readonly entry: PageEntry; readonly children: ReactNode }) {
  const location = useLocation()
  const [opened] = useState(location)
  const walked = useNavigationType() === NavigationType.Pop && location !== opened
  const { pathname, search, state } = location
  const view = useMemo(() => readPath(pathname).view, [pathname])
  const query = useMemo(() => readPageQuery(new URLSearchParams(search)).query, [search])
  const typing = typingOf(state)
  const address = useMemo(
    () => ({ entry, view, query, walked, typing }),
    [entry, view, query, walked, typing],
  )
  return (
    <AddressContext value={address}>
      <QueryContext value={query}>{children}</QueryContext>
    </AddressContext>
  )
}

/** Components below this one read and change the address through this folder. */
export function AddressProvider({ entry, children }: { entry: PageEntry; children: ReactNode }) {
  return (
    // A new address takes effect at once, because fields that show it must not lag behind a click.
    <BrowserRouter useTransitions={false}>
      <AddressReader entry={entry}>{children}</AddressReader>
    </BrowserRouter>
  )
}

const outsideProvider = 'The address can be read only below an AddressProvider'

function useAddress(): Address {
  const address = use(AddressContext)
  if (!address) throw new Error(outsideProvider)
  return address
}

/** The address that the page was opened with. */
export const useEntry = (): PageEntry => useAddress().entry

/** The view in the current address. */
export const useView = (): View => useAddress().view

/** The query in the current address. */
export function usePageQuery(): PageQuery {
  const query = use(QueryContext)
  if (!query) throw new Error(outsideProvider)
  return query
}

/** Whether the browser's Back or Forward led to this address. */
export const useWalked = (): boolean => useAddress().walked

/** The visit to a field whose typing led to this address, or null. */
export const useTypingVisit = (): string | null => useAddress().typing

export interface Paths {
  list(query: PageQuery): string
  recording(id: string, query: PageQuery): string
}

/** Builders of addresses with this page's prefix and flags. */
export function usePaths(): Paths {
  const { place } = useEntry()
  return useMemo(() => pathsOf(place), [place])
}

const pathsOf = (place: Place): Paths => ({
  list: (query) => listPath(place, query),
  recording: (id, query) => recordingPath(place, id, query),
})

/** Whether a change gets an entry of its own, and the visit that it belongs to. @param current the last one's. */
const navigateOptions = ({ base }: Place, current: string | null, typing: string | undefined) => ({
  replace: base !== '' || (typing !== undefined && typing === current),
  state: typing === undefined ? null : { typing },
})

/** Changes the zone of the current view, list or recording. `typing` is as in `useSearchFor`. */
export function useSetZone(): (tz: string | null, typing?: string) => void {
  const navigate = useNavigate()
  const paths = usePaths()
  const { entry, view, query, typing: current } = useAddress()
  return (tz, typing) => {
    const next = { ...query, tz }
    const path = view.name === 'recording' ? paths.recording(view.id, next) : paths.list(next)
    void navigate(path, navigateOptions(entry.place, current, typing))
  }
}

/**
 * Goes to another search. All keys typed into one field make one history entry: pass the same `typing` while the field
 * keeps the focus.
 */
export function useSearchFor(): (query: PageQuery, typing?: string) => void {
  const navigate = useNavigate()
  const { entry, typing: current } = useAddress()
  const { place } = entry
  return useCallback(
    (query, typing) => {
      void navigate(listPath(place, query), navigateOptions(place, current, typing))
    },
    [navigate, place, current],
  )
}

function typingOf(state: unknown): string | null {
  const typing = typeof state === 'object' && state !== null && 'typing' in state ? state.typing : null
  return typeof typing === 'string' ? typing : null
}
