/** Runs before the framework arrives: dresses the page, settles its address, and sends the list's request. */
import { boot, hostNow } from './api/boot.ts'
import { startEarly } from './api/early-list.ts'
import { resolveSearch } from './contract/search.ts'
import { readEmbedFlags } from './embed/flags.ts'
import { applyPrefs } from './prefs/prefs.ts'
import { makeClock } from './url/clock.ts'
import { settleEntry } from './url/entry.ts'

const { query, view, place } = settleEntry()
applyPrefs(place.flags === '' ? undefined : readEmbedFlags(place.flags).theme)
document.documentElement.dataset.view = view.name

const clock = makeClock(hostNow(), query.tz)
const possible = resolveSearch(query.search, clock).impossible.length === 0
if (boot.session && view.name !== 'unknown' && possible) startEarly(query, clock)
