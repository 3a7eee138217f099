import { useQueryClient } from '@tanstack/react-query'
import { clockFor } from '../api/clock-for.ts'
import { heldDetails, heldRow } from '../api/queries.ts'
import type { PageQuery } from '../contract/search.ts'
import { detailText } from '../text/detail-text.ts'
import { useText } from '../text/i18n.ts'
import { buttonClass } from '../ui/button.tsx'
import { usePaths } from '../url/navigation.tsx'
import { FactList } from './fact-list.tsx'
import { previewFacts } from './facts.tsx'
import { knownOwnerName } from './owner-name.ts'
import { partiesOf } from './parties.ts'
import './recording.css'
import { PartiesLine, SummaryLine } from './summary.tsx'

interface RecordingPreviewProps {
  readonly id: string
  readonly query: PageQuery
}

/**
 * The facts of a recording beside the list. It sends no request, because opening a recording is logged: it shows the
 * held row, and the details only if the user has opened them before. It is empty where no list has the recording.
 */
export function RecordingPreview({ id, query }: RecordingPreviewProps) {
  const t = useText(detailText)
  const client = useQueryClient()
  const paths = usePaths()
  const opened = heldDetails(client).find((detail) => detail.id.toLowerCase() === id.toLowerCase())
  const shown = opened ?? heldRow(client, id)
  if (!shown) return null
  const clock = clockFor(query)
  const ownerName = knownOwnerName(client, shown)
  return (
    <section className="preview" aria-label={t.preview}>
      <div>
        <h2 className="preview-reference">{t.title({ reference: shown.referenceNumber ?? '' })}</h2>
        <p className="call-title">
          <PartiesLine parties={partiesOf(shown, ownerName)} />
        </p>
        <SummaryLine recording={shown} {...clock} />
      </div>
      <a className={buttonClass('primary')} href={paths.recording(shown.id, query)}>
        {t.open}
      </a>
      <FactList facts={previewFacts(shown, ownerName, clock)} />
    </section>
  )
}
