import { Copy } from 'lucide-react'
import { useEffect, useRef, type ReactNode, type RefObject } from 'react'
import { afterPaint } from '../ui/after-paint.ts'
import { detailText } from '../text/detail-text.ts'
import { useText } from '../text/i18n.ts'
import { copyText } from '../text/shell-text.ts'
import { IconButton } from '../ui/button.tsx'
import { CopyLink } from '../ui/copy-link.tsx'
import { useCopying } from '../ui/copying.ts'

interface HeadingProps {
  readonly children: string
  /** Keeps the focus of a user who steps through the results. */
  readonly ways: RefObject<HTMLElement | null>
}

/** Takes the focus when it is shown. To focus needs the layout of the page, and so follows the paint. */
function Heading({ children, ways }: HeadingProps) {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(
    () =>
      afterPaint(() => {
        if (!ways.current?.contains(document.activeElement)) heading.current?.focus()
      }),
    [ways],
  )
  return (
    <h1 ref={heading} tabIndex={-1} className="outline-none">
      {children}
    </h1>
  )
}

/** It belongs to its recording, so that "Copied" does not stand beside the next one. */
function CopyReference({ reference }: { readonly reference: string }) {
  const t = useText(detailText)
  const copied = useText(copyText)
  const { outcome, copy } = useCopying()
  return (
    <>
      <IconButton
        label={t.copyReference}
        icon={<Copy size={14} aria-hidden />}
        onClick={() => copy(reference)}
      />
      <span className="detail-copied" aria-hidden>
        {outcome && copied[outcome]}
      </span>
    </>
  )
}

interface DetailHeadProps {
  readonly id: string
  readonly title: string
  /** Null while it is unknown; then there is nothing to copy. */
  readonly reference: string | null
  readonly address: string
  readonly ways: RefObject<HTMLElement | null>
  /** Who with whom, and the line of facts. */
  readonly children: ReactNode
}

/** The reference in a small line, and the call in a large one. */
export function DetailHead({ id, title, reference, address, ways, children }: DetailHeadProps) {
  return (
    <div>
      <div className="detail-line">
        <div aria-live="polite">
          {/* Read out where the focus stays on a step. */}
          <Heading key={id} ways={ways}>
            {title}
          </Heading>
        </div>
        {reference === null ? null : <CopyReference key={id} reference={reference} />}
        <CopyLink key={`link ${id}`} address={() => address} />
      </div>
      {children}
    </div>
  )
}
