import { Download } from 'lucide-react'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useRef, useState, type ReactNode } from 'react'
import { audioProblemQuery } from '../api/queries.ts'
import { mediaEndpoint } from '../contract/endpoints.ts'
import type { Problem } from '../contract/problems.ts'
import { detailProblems } from '../text/detail-problems.ts'
import { detailText } from '../text/detail-text.ts'
import { fill } from '../text/fill.tsx'
import { useText } from '../text/i18n.ts'
import { Button, buttonClass } from '../ui/button.tsx'

interface AudioProps {
  readonly id: string
  readonly reference: string
}

/** Says why there is no audio. After a broken connection the host may report no problem. */
function explain(problem: Problem | null): ReactNode {
  const t = detailText.get()
  if (problem === null) return t.audioFailed
  return fill(t[detailProblems[problem.code].audio], { message: problem.message })
}

/** The audio. It loads only after Play is pressed, because each playback is logged under the user's name. */
export function Audio({ id, reference }: AudioProps) {
  const t = useText(detailText)
  const audio = useRef<HTMLAudioElement>(null)
  const [failed, setFailed] = useState(false)
  const [failures, setFailures] = useState(0)
  const { data: problem } = useQuery(audioProblemQuery(id, failures))
  useEffect(() => {
    const player = audio.current
    player?.setAttribute('src', mediaEndpoint(id))
    // An element removed from the page would go on loading.
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
    // The element reports a failure through `onError`; this promise would report it a second time.
    audio.current?.play().catch(() => undefined)
  }
  return (
    <div className="flex flex-col gap-2">
      <div className="flex flex-wrap items-center gap-3">
        {/* The recorder has no captions. */}
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
