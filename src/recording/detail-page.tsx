import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useRef } from 'react'
import { clockFor } from '../api/clock-for.ts'
import { heldRow, recordingQuery, retryFailed } from '../api/queries.ts'
import { asProblem, problemFacts } from '../contract/problems.ts'
import type { RecordingDetail } from '../contract/recording.ts'
import { NoAudio, Player } from '../player/player.tsx'
import { usePainted } from '../ui/after-paint.ts'
import { detailText } from '../text/detail-text.ts'
import { useText } from '../text/i18n.ts'
import { outsideUrl } from '../url/outside.ts'
import { usePageQuery, usePaths } from '../url/navigation.tsx'
import { DetailFailed } from './detail-failed.tsx'
import { DetailFacts, Keeping } from './detail-facts.tsx'
import { DetailHead } from './detail-head.tsx'
import { useNeighbours } from './neighbours.ts'
import { knownOwnerName } from './owner-name.ts'
import { partiesOf, partiesText } from './parties.ts'
import './recording.css'
import { PartiesLine, SummaryLine } from './summary.tsx'
import { Ways } from './ways.tsx'

/** A recording without audio has no bytes and no hash. A recorder that leaves both out says nothing about its audio. */
const hasNoAudio = ({ size, hash }: RecordingDetail): boolean => size === 0 && hash === null

function Listen({ detail }: { readonly detail: RecordingDetail }) {
  if (hasNoAudio(detail)) return <NoAudio />
  return (
    <Player
      key={detail.id}
      id={detail.id}
      reference={detail.referenceNumber ?? detail.id}
      recordedMs={detail.duration?.durationMs ?? null}
    />
  )
}

/** The recording as far as it is known: painted from the list's row first, then completed. */
function useDetail(id: string) {
  const held = heldRow(useQueryClient(), id)
  const { data, error, isPlaceholderData } = useQuery({
    ...recordingQuery(id),
    ...(held ? { placeholderData: held } : {}),
  })
  const problem = error && asProblem(error)
  const keepsRow = problem === null || problemFacts[problem.code].keeps !== 'never'
  return {
    shown: data ?? (keepsRow ? held : undefined),
    whole: data !== undefined && !isPlaceholderData,
    problem: data === undefined ? problem : null,
  }
}

/** One recording with its audio and all its facts. */
export function DetailPage({ id }: { readonly id: string }) {
  const t = useText(detailText)
  const query = usePageQuery()
  const client = useQueryClient()
  const back = usePaths().list(query)
  const ways = useRef<HTMLElement>(null)
  const { shown, whole, problem } = useDetail(id)
  // The call itself is painted in the frame after the click, and all that is below it in the next one.
  const rest = usePainted() ? shown : undefined
  const neighbours = useNeighbours(id, query)
  const clock = clockFor(query)
  const reference = shown?.referenceNumber ?? null
  const parties = shown && partiesOf(shown, knownOwnerName(client, shown))
  const title = t.title({ reference: reference ?? '' })
  const retry = (): void => retryFailed(client)
  return (
    <main id="main" tabIndex={-1} className="detail outline-none">
      <title>
        {parties ? t.tabTitle({ parties: partiesText(parties), reference: reference ?? '' }) : title}
      </title>
      <Ways ref={ways} back={back} neighbours={neighbours} onRetry={retry} />
      <div className="detail-body" aria-busy={shown !== undefined && !whole}>
        <div className="detail-call">
          <DetailHead
            id={id}
            title={title}
            reference={reference}
            address={outsideUrl({ name: 'recording', id }, query)}
            ways={ways}
          >
            {shown && parties ? (
              <>
                <p className="call-title">
                  <PartiesLine parties={parties} />
                </p>
                <SummaryLine recording={shown} {...clock} />
              </>
            ) : null}
          </DetailHead>
          {problem ? (
            <DetailFailed problem={problem} back={back} next={neighbours.next} onRetry={retry} />
          ) : null}
          {rest ? <Listen detail={rest} /> : null}
          {rest ? <Keeping detail={rest} /> : null}
          {shown || problem ? null : <p className="py-10 text-center text-muted">{t.loading} …</p>}
        </div>
        {rest ? <DetailFacts detail={rest} whole={whole} {...clock} /> : null}
      </div>
    </main>
  )
}
