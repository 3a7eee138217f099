/** A direction as a word with an arrow, which the style sheet draws, so that it does not depend on colour. */
export function DirectionMark({
  kind,
  label,
}: {
  readonly kind: 'unknown' | 'incoming' | 'outgoing'
  readonly label: string
}) {
  return <span className={`direction ${kind}`}>{label}</span>
}
