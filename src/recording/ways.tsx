import { ArrowLeft, ChevronDown, ChevronUp } from 'lucide-react'
import { useEffect, useRef, useState, type ReactNode, type Ref } from 'react'
import { formatCount } from '../lib/numbers.ts'
import { detailText } from '../text/detail-text.ts'
import { useText } from '../text/i18n.ts'
import { buttonClass } from '../ui/button.tsx'
import { neighbourHref, type Neighbour, type Neighbours } from './neighbours.ts'

interface StepProps {
  readonly label: string
  readonly to: Neighbour
  readonly icon: ReactNode
  /** Asks again for what could not be loaded. */
  readonly onRetry: () => void
}

/**
 * A link to the next or previous recording. It keeps its place and the focus where there is none. A press that comes
 * before the next page of results takes effect when that page is there. Where that page could not be loaded, a press asks
 * for it again.
 */
function Step({ label, to, icon, onRetry }: StepProps) {
  const t = useText(detailText)
  const link = useRef<HTMLAnchorElement>(null)
  const [pressed, setPressed] = useState(false)
  const [last, setLast] = useState(to)
  if (to !== last) {
    setLast(to)
    if (to === 'failed') setPressed(false)
  }
  const isWaiting = to === 'waiting' || to === 'failed'
  const href = neighbourHref(to)
  useEffect(() => {
    if (pressed && !isWaiting) link.current?.click()
  }, [pressed, isWaiting])
  const press = (): void => {
    setPressed(isWaiting)
    if (to === 'failed') onRetry()
  }
  return (
    <a
      ref={link}
      // Without an address an anchor has neither the role of a link nor its focus and keys.
      role={href === undefined ? 'link' : undefined}
      tabIndex={0}
      className={`${buttonClass('plain')} max-md:px-2`}
      href={href}
      aria-label={label}
      title={to === 'failed' ? t.stepFailed : undefined}
      aria-disabled={to === null || undefined}
      aria-busy={(pressed && isWaiting) || undefined}
      onClick={press}
      onKeyDown={(event) => event.key === 'Enter' && isWaiting && press()}
    >
      {icon}
      <span className="max-md:sr-only">{label}</span>
    </a>
  )
}

interface WaysProps {
  readonly ref: Ref<HTMLElement>
  readonly back: string
  readonly neighbours: Neighbours
  /** Asks again for what could not be loaded. */
  readonly onRetry: () => void
}

/** The ways out of a recording: to the results, and to the recordings beside it. */
export function Ways({ ref, back, neighbours, onRetry }: WaysProps) {
  const t = useText(detailText)
  const { previous, next, place } = neighbours
  return (
    <nav ref={ref} aria-label={t.ways} className="detail-ways">
      <a className={`${buttonClass('quiet')} mr-auto !pl-1`} href={back}>
        <ArrowLeft size={16} aria-hidden />
        {t.back}
      </a>
      <Step label={t.previous} to={previous} icon={<ChevronUp size={16} aria-hidden />} onRetry={onRetry} />
      <span className="detail-place">
        {place && t.place({ number: formatCount(place.number), total: formatCount(place.total) })}
      </span>
      <Step label={t.next} to={next} icon={<ChevronDown size={16} aria-hidden />} onRetry={onRetry} />
    </nav>
  )
}
