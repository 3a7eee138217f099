import type { SearchKind } from '../archive/search-kind.ts'

/** How many searches of each kind run at once. Each has a connection of its own. */
export const SEARCH_PLACES: Readonly<Record<SearchKind | 'walk', number>> = { quick: 6, scan: 2, walk: 8 }

/** The connections that all searches may need at once. */
export const SEARCH_CONNECTIONS = SEARCH_PLACES.quick + SEARCH_PLACES.scan + SEARCH_PLACES.walk
