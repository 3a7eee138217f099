/** The only reader and writer of the address bar. Each deliberate change is one history entry, or none in a portal. */
import {
  createContext,
  use,
  useCallback,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
  type ReactNode,
} from 'react'
import { BrowserRouter, NavigationType, useLocation, useNavigate, useNavigationType } from 'react-router-dom'
import { readPageQuery, type PageQuery } from '../contract/search.ts'
import type { PageEntry } from './entry.ts'
import { listPath, readPath, recordingPath, type Place, type View } from './paths.ts'

export interface Paths {
  list(query: PageQuery): string
  recording(id: string, query: PageQuery): string
}

/** What stays the same while the page is open. */
interface Site {
  /** The address that the page was opened with. */
  readonly entry: PageEntry
  readonly paths: Paths
  readonly goTo: (path: string, typing?: string) => void
}

interface Search {
  readonly query: PageQuery
  /** Whether the browser's Back or Forward led to this query. */
  readonly walked: boolean
}

/*
 * The address in parts, so that a change renders only what shows the part that changed. To open a recording changes no
 * query, and what only leads to other addresses does not change at all.
 */
const SiteContext = createContext<Site | null>(null)
const SearchContext = createContext<Search | null>(null)
const ViewContext = createContext<View | null>(null)
const TypingContext = createContext<string | null>(null)

const pathsOf = (place: Place): Paths => ({
  list: (query) => listPath(place, query),
  recording: (id, query) => recordingPath(place, id, query),
})

/** @param typing the visit to a field whose typing led to the current address, or null. */
function useSite(entry: PageEntry, typing: string | null): Site {
  const navigate = useNavigate()
  const latest = useRef({ navigate, typing })
  useLayoutEffect(() => {
    latest.current = { navigate, typing }
  })
  return useMemo(() => {
    const goTo = (path: string, next?: string): void => {
      const isSameVisit = next !== undefined && next === latest.current.typing
      void latest.current.navigate(path, {
        replace: entry.place.base !== '' || isSameVisit,
        state: next === undefined ? null : { typing: next },
      })
    }
    return { entry, paths: pathsOf(entry.place), goTo }
  }, [entry])
}

/** The query stays one object as long as its text stays the same. */
function useSearch(): Search {
  const location = useLocation()
  const [opened] = useState(location)
  const walked = useNavigationType() === NavigationType.Pop && location !== opened
  const read = () => ({
    text: location.search,
    search: { query: readPageQuery(new URLSearchParams(location.search)).query, walked },
  })
  const [held, setHeld] = useState(read)
  if (held.text !== location.search) setHeld(read)
  return held.search
}

function AddressReader({ entry, children }: { readonly entry: PageEntry; readonly children: ReactNode }) {
  const { pathname, state } = useLocation()
  const typing = typingOf(state)
  const view = useMemo(() => readPath(pathname).view, [pathname])
  return (
    <SiteContext value={useSite(entry, typing)}>
      <SearchContext value={useSearch()}>
        <ViewContext value={view}>
          <TypingContext value={typing}>{children}</TypingContext>
        </ViewContext>
      </SearchContext>
    </SiteContext>
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

interface RestingSearchProps {
  /** Whether what is below is behind another view. */
  readonly rests: boolean
  readonly children: ReactNode
}

/** While it rests, what is below keeps the query that it was left with, and so is not rendered for others. */
export function RestingSearch({ rests, children }: RestingSearchProps) {
  const search = use(SearchContext)
  const [kept, setKept] = useState(search)
  if (!rests && kept !== search) setKept(search)
  return <SearchContext value={rests ? kept : search}>{children}</SearchContext>
}

function below<Value>(value: Value | null): Value {
  if (value === null) throw new Error('The address can be read only below an AddressProvider')
  return value
}

/** The address that the page was opened with. */
export const useEntry = (): PageEntry => below(use(SiteContext)).entry

/** The view in the current address. */
export const useView = (): View => below(use(ViewContext))

/** The query in the current address. */
export const usePageQuery = (): PageQuery => below(use(SearchContext)).query

/** Whether the browser's Back or Forward led to the current query. */
export const useWalked = (): boolean => below(use(SearchContext)).walked

/** The visit to a field whose typing led to the current address, or null. */
export const useTypingVisit = (): string | null => use(TypingContext)

/** Builders of addresses with this page's prefix and flags. */
export const usePaths = (): Paths => below(use(SiteContext)).paths

/** Goes to an address of this page, which starts with a slash. `typing` is as in `useSearchFor`. */
export const useGoTo = (): ((path: string, typing?: string) => void) => below(use(SiteContext)).goTo

/** Changes the zone of the current view, list or recording. */
export function useSetZone(): (tz: string | null) => void {
  const goTo = useGoTo()
  const paths = usePaths()
  const view = useView()
  const query = usePageQuery()
  return (tz) => {
    const next = { ...query, tz }
    goTo(view.name === 'recording' ? paths.recording(view.id, next) : paths.list(next))
  }
}

/**
 * Goes to another search. All keys typed into one field make one history entry: pass the same `typing` while the field
 * keeps the focus.
 */
export function useSearchFor(): (query: PageQuery, typing?: string) => void {
  const goTo = useGoTo()
  const paths = usePaths()
  return useCallback((query, typing) => goTo(paths.list(query), typing), [goTo, paths])
}

function typingOf(state: unknown): string | null {
  const typing = typeof state === 'object' && state !== null && 'typing' in state ? state.typing : null
  return typeof typing === 'string' ? typing : null
}
