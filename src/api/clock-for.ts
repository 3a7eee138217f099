import type { PageQuery } from '../contract/search.ts'
import { hostNow } from './boot.ts'
import { makeClock, type PageClock } from './clock.ts'

/** The clock that resolves a bookmark now: the host's time, the bookmark's zone. */
export const clockFor = ({ tz }: Pick<PageQuery, 'tz'>): PageClock => makeClock(hostNow(), tz)
