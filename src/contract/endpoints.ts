/** Where the host answers. Paths are relative to its origin. */
import { writeApiQuery, type Paging, type Search } from './search.ts'

export const API_BASE = '/fw/Apps/Recorder/WebAPI'
export const RECORDINGS = `${API_BASE}/Recordings`

/** One page of a search. */
export const listEndpoint = (search: Search, paging: Paging): string =>
  `${RECORDINGS}?${writeApiQuery(search, paging)}`
export const recordingEndpoint = (id: string): string => `${RECORDINGS}/${encodeURIComponent(id)}`
export const mediaEndpoint = (id: string): string => `${recordingEndpoint(id)}/Media`

/** Finds people by username or name: `?q=&limit=`. */
export const PEOPLE = '/api/people'

export const AUTH_LOGIN = '/auth/login'
export const AUTH_LOGOUT = '/auth/logout'
export const AUTH_SESSION = '/auth/session'
export const AUTH_ACTIVITY = '/auth/activity'
export const AUTH_PASSWORD = '/auth/password'

/** For load balancers and service managers: whether the host runs, and whether it can take requests. */
export const HEALTH_LIVE = '/healthz'
export const HEALTH_READY = '/readyz'

/** A plain cookie with the browser's zone, so that the host can write the page's first request. */
export const ZONE_COOKIE = 'zone'

/** A plain cookie with the rows per page that the user chose last, for addresses that do not say. */
export const ROWS_COOKIE = 'rows'

/** The prefix under which a portal may frame the page. */
export const EMBED_BASE = '/embed/v1'

/** Parameters that a portal may set in the address of the framed page, besides the search. */
export const embedFlags = ['parentOrigin', 'uiHide', 'uiLock', 'uiTheme', 'uiLang', 'uiHeight'] as const

/** Says why the page sends a list request that is not a new search by the user. The host checks the claim itself. */
export const SEARCH_PURPOSE_HEADER = 'Search-Purpose'
/** Requests that show recordings of a search already made. */
export const pagingPurposes = ['paging', 'prefetch', 'neighbour'] as const
/** Requests for a total only; they are answered without rows. */
export const countPurposes = ['suggestion', 'count', 'bars'] as const
export const searchPurposes = [...pagingPurposes, ...countPurposes] as const
export type SearchPurpose = (typeof searchPurposes)[number]

export const isCountPurpose = (purpose: SearchPurpose): boolean =>
  countPurposes.some((name) => name === purpose)
