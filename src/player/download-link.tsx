import { useQueryClient } from '@tanstack/react-query'
import { Download } from 'lucide-react'
import type { MouseEvent } from 'react'
import { sessionQuery } from '../api/queries.ts'
import { mediaEndpoint } from '../contract/endpoints.ts'
import { isSignedOut } from '../contract/problems.ts'
import { useText } from '../text/i18n.ts'
import { playerText } from '../text/player-text.ts'
import { buttonClass } from '../ui/button.tsx'

/** Starts a download. The browser takes its name from the answer. */
function startDownload(href: string): void {
  const link = document.createElement('a')
  link.href = href
  link.download = ''
  link.click()
}

interface DownloadLinkProps {
  readonly id: string
  /** Called at each press, with whether the host could not be asked. */
  readonly onFailed: (failed: boolean) => void
}

/**
 * Saves the audio. A browser says nothing of the page's host where a download fails, so the host is asked first: a
 * session that has ended brings the sign-in.
 */
export function DownloadLink({ id, onFailed }: DownloadLinkProps) {
  const t = useText(playerText)
  const client = useQueryClient()
  const save = async (href: string): Promise<void> => {
    try {
      await client.fetchQuery(sessionQuery())
      onFailed(false)
      startDownload(href)
    } catch (error) {
      onFailed(!isSignedOut(error))
    }
  }
  const press = (event: MouseEvent<HTMLAnchorElement>): void => {
    // Other buttons and keys are the browser's: a tab, a window, a menu.
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return
    event.preventDefault()
    void save(event.currentTarget.href)
  }
  return (
    <a
      className={`${buttonClass('plain')} player-download`}
      href={`${mediaEndpoint(id)}?download=1`}
      download
      onClick={press}
    >
      <Download size={16} aria-hidden />
      {t.download}
    </a>
  )
}
