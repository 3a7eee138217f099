import { Check, Link, TriangleAlert } from 'lucide-react'
import { useText } from '../text/i18n.ts'
import { copyText } from '../text/shell-text.ts'
import { Button } from './button.tsx'
import { useCopying } from './copying.ts'

const icons = { copied: Check, failed: TriangleAlert }

/** Copies the address of what is on screen, for a message or a bookmark. @param props.address gives it when pressed. */
export function CopyLink({ address }: { readonly address: () => string }) {
  const t = useText(copyText)
  const { outcome, copy } = useCopying()
  const Icon = outcome === null ? Link : icons[outcome]
  return (
    <Button look="quiet" className="shrink-0 !px-2" aria-label={t.copyLink} onClick={() => copy(address())}>
      <Icon size={16} aria-hidden />
      <span aria-hidden className="max-lg:sr-only">
        {outcome === null ? t.copyLink : t[outcome]}
      </span>
    </Button>
  )
}
