import { CircleHelp, PhoneIncoming, PhoneOutgoing } from 'lucide-react'

/** Made once: a row with the same direction keeps the same element, so React has nothing to compare. */
const icons = {
  unknown: <CircleHelp size={15} aria-hidden className="text-muted" />,
  incoming: <PhoneIncoming size={15} aria-hidden className="text-accent" />,
  outgoing: <PhoneOutgoing size={15} aria-hidden className="text-muted" />,
}

/** A direction as an icon and a word, so that it does not depend on colour. */
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
