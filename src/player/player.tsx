import { useStore } from '@nanostores/react'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useRef, useState, type ReactNode } from 'react'
import { audioProblemQuery } from '../api/queries.ts'
import { asProblem, isSignedOut, type Problem } from '../contract/problems.ts'
import { speed as speedChoice } from '../prefs/speed.ts'
import { detailProblems } from '../text/detail-problems.ts'
import { fill } from '../text/fill.tsx'
import { useText } from '../text/i18n.ts'
import { playerText } from '../text/player-text.ts'
import { Button } from '../ui/button.tsx'
import { DownloadLink } from './download-link.tsx'
import './player.css'
import { PlayerControls } from './player-controls.tsx'
import { useSound, type Sound } from './use-sound.ts'
import { SpeedPicker, Volume } from './volume.tsx'

/** Says why there is no audio. Where the host reports no problem, the fault is on the way here or in the browser. */
function explain(problem: Problem | null): ReactNode {
  const t = playerText.get()
  if (problem === null) return t.interrupted
  return fill(t[detailProblems[problem.code].audio], { message: problem.message })
}

/**
 * The reason of a failure, once it is known; undefined before. A failure because the session has ended is no failure
 * of the audio: it is forgiven, so that Play works again after the sign-in.
 */
function useReason(id: string, { failed, forgive }: Sound): Problem | null | undefined {
  const [failures, setFailures] = useState(0)
  const [counted, setCounted] = useState(false)
  if (failed !== counted) {
    setCounted(failed)
    if (failed) setFailures(failures + 1)
  }
  const { data, error } = useQuery(audioProblemQuery(id, failures))
  const signedOut = failed && isSignedOut(error)
  useEffect(() => {
    if (signedOut) forgive()
  })
  if (!failed || signedOut) return undefined
  return error ? asProblem(error) : data
}

interface PlayerProps {
  readonly id: string
  readonly reference: string
  /** The length as the recorder knows it, in ms, or null. */
  readonly recordedMs: number | null
}

/** The audio of one recording. It loads only after Play is pressed, because each playback is logged. */
export function Player({ id, reference, recordedMs }: PlayerProps) {
  const t = useText(playerText)
  const rate = useStore(speedChoice)
  const element = useRef<HTMLAudioElement>(null)
  const sound = useSound(element, id, Number(rate))
  const reason = useReason(id, sound)
  const controls = useRef<HTMLDivElement>(null)
  const [notSaved, setNotSaved] = useState(false)
  const again = (): void => {
    // This button disappears, and the focus would be lost with it.
    controls.current?.querySelector('button')?.focus()
    sound.play()
  }
  const isBusy = sound.loading || (sound.failed && reason === undefined)
  return (
    <section className="player" aria-label={t.listen}>
      {/* The recorder has no captions. */}
      {/* oxlint-disable-next-line jsx-a11y/media-has-caption */}
      <audio ref={element} preload="none" aria-label={t.audio({ reference })} />
      <PlayerControls ref={controls} sound={sound} recordedMs={recordedMs}>
        <SpeedPicker />
        <Volume sound={sound} />
        <DownloadLink id={id} onFailed={setNotSaved} />
      </PlayerControls>
      {reason === undefined ? null : (
        <p role="alert" className="player-alert">
          {explain(reason)}
          <Button onClick={again}>{t.again}</Button>
        </p>
      )}
      {notSaved ? (
        <p role="alert" className="player-alert">
          {t.notSaved}
        </p>
      ) : null}
      <p className="player-foot">
        <span>{t.logged}</span>
        <output>{isBusy ? t.loading : null}</output>
      </p>
    </section>
  )
}

/** Instead of the player, for a recording that has nothing to play. */
export function NoAudio() {
  const t = useText(playerText)
  return (
    <section className="player" aria-label={t.listen}>
      <p className="font-semibold">{t.none}</p>
      <p className="text-muted">{t.noneHint}</p>
    </section>
  )
}
