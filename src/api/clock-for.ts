import type { PageQuery } from '../contract/search.ts'
import { hostNow } from './boot.ts'
import { makeClock, type PageClock } from '../clock/clock.ts'

/** The clock for resolving a bookmark now, with the host's time and the bookmark's zone. */
export const clockFor = ({ tz }: Pick<PageQuery, 'tz'>): PageClock => makeClock(hostNow(), tz)
