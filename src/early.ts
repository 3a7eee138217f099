/** Runs before the framework loads. It applies the preferences, tidies the address and sends the list's request. */
import { boot } from './api/boot.ts'
import { startEarly } from './api/early-list.ts'
import { readEmbedFlags } from './embed/flags.ts'
import { applyPrefs } from './prefs/prefs.ts'
import { settleEntry } from './url/settle-entry.ts'

const { query, view, place } = settleEntry()
applyPrefs(place.flags === '' ? undefined : readEmbedFlags(place.flags).theme)
document.documentElement.dataset.view = view.name
if (!boot.session) document.documentElement.dataset.signedOut = ''
if (place.base !== '') document.documentElement.dataset.framed = ''

if (boot.session && view.name !== 'unknown') startEarly(query)
