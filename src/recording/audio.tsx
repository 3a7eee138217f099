import { Download } from 'lucide-react'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { audioProblemQuery } from '../api/queries.ts'
import { mediaEndpoint } from '../contract/endpoints.ts'
import type { Problem } from '../contract/problems.ts'
import { detailText } from '../text/detail-text.ts'
import { useText } from '../text/i18n.ts'
import { Button, buttonClass } from '../ui/button.tsx'

interface AudioProps {
  readonly id: string
  readonly reference: string
}

/** Why there is nothing to hear; a connection that was lost in the middle leaves nothing to ask about. */
function explain(problem: Problem | null): string {
  const t = detailText.get()
  switch (problem?.code) {
    case 'recorder_down':
      return t.audioDown
    case 'recorder_timeout':
      return t.audioLate
    case 'busy':
    case 'too_many_searches':
      return t.audioBusy
    case 'audit_unavailable':
      return t.audioNotLogged
    case 'not_found':
      return t.audioGone
    case 'recorder_failed':
    case 'recorder_untrusted':
      return `${t.audioUnusable} ${problem.message}`
    default:
      return t.audioFailed
  }
}

/**
 * The audio. Nothing is asked for until somebody presses play: the recorder logs every listening under the
 * user's name.
 */
export function Audio({ id, reference }: AudioProps) {
  const t = useText(detailText)
  const audio = useRef<HTMLAudioElement>(null)
  const [failed, setFailed] = useState(false)
  const [failures, setFailures] = useState(0)
  const { data: problem } = useQuery(audioProblemQuery(id, failures))
  useEffect(() => {
    const player = audio.current
    player?.setAttribute('src', mediaEndpoint(id))
    // Taken out of the page it would go on loading, for nobody.
    return () => {
      player?.removeAttribute('src')
      player?.load()
    }
  }, [id])
  const fail = (): void => {
    setFailed(true)
    setFailures((count) => count + 1)
  }
  const again = (): void => {
    setFailed(false)
    audio.current?.load()
    // A failure tells the element itself; this promise tells it as well.
    audio.current?.play().catch(() => undefined)
  }
  return (
    <div className="flex flex-col gap-2">
      <div className="flex flex-wrap items-center gap-3">
        {/* What was said is all there is: the recorder makes no captions. */}
        {/* oxlint-disable-next-line jsx-a11y/media-has-caption */}
        <audio
          ref={audio}
          controls
          preload="none"
          className="h-11 min-w-0 flex-1 basis-72"
          aria-label={t.audio({ reference })}
          onError={fail}
        />
        <a className={buttonClass('plain')} href={`${mediaEndpoint(id)}?download=1`} download>
          <Download size={16} aria-hidden />
          {t.download}
        </a>
      </div>
      {failed ? (
        <p role="alert" className="flex flex-wrap items-center gap-2 font-medium text-warn">
          {explain(problem ?? null)}
          <Button onClick={again}>{t.again}</Button>
        </p>
      ) : null}
      <p className="text-xs text-muted">{t.logged}</p>
    </div>
  )
}
