/** Where the host answers. Paths are relative to its origin. */

export const API_BASE = '/fw/Apps/Recorder/WebAPI'
export const RECORDINGS = `${API_BASE}/Recordings`

export const recordingEndpoint = (id: string): string => `${RECORDINGS}/${encodeURIComponent(id)}`
export const mediaEndpoint = (id: string): string => `${recordingEndpoint(id)}/Media`

export const AUTH_LOGIN = '/auth/login'
export const AUTH_LOGOUT = '/auth/logout'
export const AUTH_SESSION = '/auth/session'
export const AUTH_ACTIVITY = '/auth/activity'
export const AUTH_PASSWORD = '/auth/password'

/** For load balancers and service managers: whether the host lives, and whether to send it requests. */
export const HEALTH_LIVE = '/healthz'
export const HEALTH_READY = '/readyz'

/** The prefix under which a portal may frame the page. */
export const EMBED_BASE = '/embed/v1'

/** What a portal may say in the address of the framed page, beside the search. */
export const embedFlags = ['parentOrigin', 'uiHide', 'uiLock', 'uiTheme', 'uiLang', 'uiHeight'] as const

/** On a list request that only serves a search which somebody meant: what for. The host judges by itself whether that holds. */
export const SEARCH_PURPOSE_HEADER = 'Search-Purpose'
/** These show recordings of that search. */
export const pagingPurposes = ['paging', 'prefetch', 'neighbour'] as const
/** These want to know how many there are, and are answered without a row. */
export const countPurposes = ['suggestion', 'count', 'bars'] as const
export const searchPurposes = [...pagingPurposes, ...countPurposes] as const
export type SearchPurpose = (typeof searchPurposes)[number]

export const isCountPurpose = (purpose: SearchPurpose): boolean =>
  countPurposes.some((name) => name === purpose)
