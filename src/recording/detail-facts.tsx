import type { ReactNode } from 'react'
import type { RecordingDetail } from '../contract/recording.ts'
import { detailText } from '../text/detail-text.ts'
import { useText } from '../text/i18n.ts'
import { FactList } from './fact-list.tsx'
import { callFacts, keepingFacts, ownerFacts, technicalFacts } from './facts.tsx'

interface CardProps {
  readonly title: string
  readonly className?: string
  readonly children: ReactNode
}

function Card({ title, className = '', children }: CardProps) {
  return (
    <section className={`detail-card ${className}`}>
      <h2>{title}</h2>
      {children}
    </section>
  )
}

/** The legal hold and the note, which belong to the call rather than to its facts. */
export function Keeping({ detail }: { readonly detail: RecordingDetail }) {
  const t = useText(detailText)
  const keeping = keepingFacts(detail)
  return keeping === null ? null : (
    <Card title={t.keeping} className="detail-keeping">
      {keeping}
    </Card>
  )
}

interface DetailFactsProps {
  readonly detail: RecordingDetail
  readonly zone: string
  readonly nowMs: number
  /** Whether the detail is complete. */
  readonly whole: boolean
}

export function DetailFacts({ detail, zone, nowMs, whole }: DetailFactsProps) {
  const t = useText(detailText)
  return (
    <div className="detail-facts">
      <Card title={t.call}>
        <FactList facts={callFacts(detail, zone, nowMs)} />
      </Card>
      <Card title={t.people}>
        <FactList facts={ownerFacts(detail, whole)} />
      </Card>
      <details className="detail-card detail-folded">
        <summary>{t.technical}</summary>
        <FactList facts={technicalFacts(detail)} />
      </details>
    </div>
  )
}
