import { Download } from 'lucide-react'
import { useRef, useState } from 'react'
import { mediaEndpoint } from '../contract/endpoints.ts'
import { detailText } from '../text/detail-text.ts'
import { useText } from '../text/i18n.ts'
import { Button, buttonClass } from '../ui/button.tsx'

interface AudioProps {
  readonly id: string
  readonly reference: string
}

/**
 * The audio. Nothing is asked for until somebody presses play: the recorder logs every listening under the
 * user's name.
 */
export function Audio({ id, reference }: AudioProps) {
  const t = useText(detailText)
  const audio = useRef<HTMLAudioElement>(null)
  const [failed, setFailed] = useState(false)
  const again = (): void => {
    setFailed(false)
    audio.current?.load()
    audio.current?.play().catch(() => setFailed(true))
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
          src={mediaEndpoint(id)}
          onError={() => setFailed(true)}
        />
        <a className={buttonClass('plain')} href={`${mediaEndpoint(id)}?download=1`} download>
          <Download size={16} aria-hidden />
          {t.download}
        </a>
      </div>
      {failed ? (
        <p role="alert" className="flex flex-wrap items-center gap-2 font-medium text-warn">
          {t.audioFailed}
          <Button onClick={again}>{t.again}</Button>
        </p>
      ) : null}
      <p className="text-xs text-muted">{t.logged}</p>
    </div>
  )
}
