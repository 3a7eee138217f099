import { CircleHelp, PhoneIncoming, PhoneOutgoing } from 'lucide-react'

/** Made once: a row that keeps its direction keeps this very element, and React has nothing to compare. */
const icons = {
  unknown: <CircleHelp size={15} aria-hidden className="text-muted" />,
  incoming: <PhoneIncoming size={15} aria-hidden className="text-accent" />,
  outgoing: <PhoneOutgoing size={15} aria-hidden className="text-muted" />,
}

/** A direction as an icon and a word, so that it can be told without colour. */
export function DirectionMark({
  kind,
  label,
}: {
  readonly kind: keyof typeof icons
  readonly label: string
}) {
  return (
    <span className="inline-flex items-center gap-1.5 align-middle">
      {icons[kind]}
      {label}
    </span>
  )
}
