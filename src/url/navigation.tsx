/** One reader and one writer of the address bar. Each deliberate change is one entry of the history. */
import { createContext, use, useCallback, useMemo, useState, type ReactNode } from 'react'
import { BrowserRouter, NavigationType, useLocation, useNavigate, useNavigationType } from 'react-router-dom'
import { readPageQuery, type PageQuery } from '../contract/search.ts'
import type { PageEntry } from './entry.ts'
import { listPath, readPath, recordingPath, type Place, type View } from './paths.ts'

/** The address as it is now, read once for the whole page. */
interface Address {
  /** The address that the page was opened with. */
  readonly entry: PageEntry
  readonly view: View
  readonly query: PageQuery
  /** Whether the browser's Back or Forward led here. */
  readonly walked: boolean
  /** The visit to a field whose typing led here, or null. */
  readonly typing: string | null
}

const AddressContext = createContext<Address | null>(null)

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
  return <AddressContext value={address}>{children}</AddressContext>
}

/** Everything below reads and changes the address through this folder. */
export function AddressProvider({ entry, children }: { entry: PageEntry; children: ReactNode }) {
  return (
    // A change of the address is there at once: fields that show it must not lag behind a click.
    <BrowserRouter useTransitions={false}>
      <AddressReader entry={entry}>{children}</AddressReader>
    </BrowserRouter>
  )
}

function useAddress(): Address {
  const address = use(AddressContext)
  if (!address) throw new Error('The address can be read only below an AddressProvider')
  return address
}

/** The address that the page was opened with. */
export const useEntry = (): PageEntry => useAddress().entry

/** What the address shows now. */
export const useView = (): View => useAddress().view

/** What the address searches for now. */
export const usePageQuery = (): PageQuery => useAddress().query

/** Whether the browser's Back or Forward led to this address. */
export const useWalked = (): boolean => useAddress().walked

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

/** Changes the zone of what is shown, list or recording. */
export function useSetZone(): (tz: string | null) => void {
  const navigate = useNavigate()
  const paths = usePaths()
  const { entry, view, query } = useAddress()
  return (tz) => {
    const next = { ...query, tz }
    const path = view.name === 'recording' ? paths.recording(view.id, next) : paths.list(next)
    void navigate(path, { replace: entry.place.base !== '' })
  }
}

/**
 * Goes to another search. Keys typed into one field make one entry of the history together: give the same `typing`
 * for as long as the field keeps the focus.
 */
export function useSearchFor(): (query: PageQuery, typing?: string) => void {
  const navigate = useNavigate()
  const { entry, typing: current } = useAddress()
  const { place } = entry
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
