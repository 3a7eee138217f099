import { CircleHelp, PhoneIncoming, PhoneOutgoing } from 'lucide-react'

const icons = { unknown: CircleHelp, incoming: PhoneIncoming, outgoing: PhoneOutgoing }

/** A direction as an icon and a word, so that it can be told without colour. */
export function DirectionMark({
  kind,
  label,
}: {
  readonly kind: keyof typeof icons
  readonly label: string
}) {
  const Icon = icons[kind]
  return (
    <span className="inline-flex items-center gap-1.5 align-middle">
      <Icon size={15} aria-hidden className={kind === 'incoming' ? 'text-accent' : 'text-muted'} />
      {label}
    </span>
  )
}
