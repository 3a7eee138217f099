import { hostNow } from '../api/boot.ts'
import type { PageQuery } from '../contract/search.ts'
import { makeClock, type PageClock } from '../url/clock.ts'

/** The clock of a bookmark for now. */
export const clockFor = ({ tz }: Pick<PageQuery, 'tz'>): PageClock => makeClock(hostNow(), tz)
