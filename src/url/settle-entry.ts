/** The page's own address, read once and tidied. */
import { rowsPerPage } from '../prefs/prefs.ts'
import { canonicalPath, readEntry, type PageEntry } from './entry.ts'

let settled: PageEntry | null = null

/**
 * Reads the page's own address and tidies it in place, without an entry in the history. Both scripts of the page
 * call it. The second gets the result of the first, because the tidied address no longer says what was dropped.
 */
export function settleEntry(): PageEntry {
  if (settled) return settled
  const entry = readEntry(location.pathname, location.search, rowsPerPage.get())
  const path = canonicalPath(entry)
  if (path !== null && path !== `${location.pathname}${location.search}`) {
    history.replaceState(history.state, '', path)
  }
  settled = entry
  return entry
}
