import { startTransition, StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { holdFirstList } from './api/queries.ts'
import { App, loadFirstView } from './app/app.tsx'
import { queryClient } from './app/client.ts'
import { PartMissing } from './app/part.tsx'
import { ROWS_COOKIE, ZONE_COOKIE } from './contract/endpoints.ts'
import { browserZone } from './lib/zones.ts'
import { rowsPerPage } from './prefs/prefs.ts'
import { tellHost } from './prefs/storage.ts'
import './styles.css'
import { settleEntry } from './url/settle-entry.ts'

const root = document.getElementById('root')
if (!root) throw new Error('The page has no element #root')

/** React got over this error. A part that is missing needs no report: its view says so, or it came after all. */
function reportRecovered(error: unknown): void {
  if (!(error instanceof Error && error.cause instanceof PartMissing)) reportError(error)
}

const entry = settleEntry()
void Promise.all([holdFirstList(queryClient, entry.query), loadFirstView(entry)]).then(() =>
  // As a transition, the first render gives way every few milliseconds, so a press is not kept waiting.
  startTransition(() =>
    createRoot(root, { onRecoverableError: reportRecovered }).render(
      <StrictMode>
        <App entry={entry} />
      </StrictMode>,
    ),
  ),
)

/** Access to cookies waits for another process, so it comes after the first rows, ms. */
const COOKIE_AFTER_MS = 1000
setTimeout(() => {
  tellHost(ZONE_COOKIE, browserZone())
  // This cookie ends with the browser, and the preference does not.
  const rows = rowsPerPage.get()
  if (rows !== null) tellHost(ROWS_COOKIE, String(rows))
}, COOKIE_AFTER_MS)
