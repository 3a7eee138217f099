import { Check, Link, TriangleAlert } from 'lucide-react'
import { useText } from '../text/i18n.ts'
import { listText } from '../text/list-text.ts'
import { Button } from '../ui/button.tsx'
import { useCopying } from '../ui/copying.ts'
import { speak } from '../ui/speech.tsx'
import { usePageQuery, useView } from '../url/navigation.tsx'
import { outsideUrl } from '../url/outside.ts'

const icons = { copied: Check, failed: TriangleAlert }

/** Copies the address of the search on screen, for a message or a bookmark. */
export function CopyLink() {
  const t = useText(listText)
  const view = useView()
  const query = usePageQuery()
  const { outcome, copy } = useCopying((how) => speak(t[how]))
  const Icon = outcome === null ? Link : icons[outcome]
  return (
    <Button
      look="quiet"
      className="shrink-0 !px-2"
      aria-label={t.copyLink}
      onClick={() => copy(outsideUrl(view, query))}
    >
      <Icon size={16} aria-hidden />
      <span aria-hidden className="max-lg:sr-only">
        {outcome === null ? t.copyLink : t[outcome]}
      </span>
    </Button>
  )
}
