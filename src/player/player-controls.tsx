import { Pause, Play, RotateCcw, RotateCw } from 'lucide-react'
import type { KeyboardEvent, ReactNode, Ref } from 'react'
import { formatDuration } from '../lib/times.ts'
import { useText } from '../text/i18n.ts'
import { playerText } from '../text/player-text.ts'
import type { Sound } from './use-sound.ts'

const SKIP_S = 10

/** What each key on the slider does: seconds to move by. Home and End work as the browser does them. */
const keySteps: Readonly<Record<string, number>> = {
  ArrowLeft: -5,
  ArrowDown: -5,
  ArrowRight: 5,
  ArrowUp: 5,
  PageDown: -30,
  PageUp: 30,
}

interface PositionProps {
  readonly sound: Sound
  /** Null where neither the recorder nor the browser knows it. */
  readonly lengthS: number | null
  readonly onMove: (byS: number) => void
}

function Position({ sound, lengthS, onMove }: PositionProps) {
  const t = useText(playerText)
  const { atS, playing, play, pause, seek } = sound
  const time = formatDuration(atS * 1000)
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = keySteps[event.key]
    if (step === undefined && event.key !== ' ') return
    event.preventDefault()
    if (step !== undefined) onMove(step)
    else if (playing) pause()
    else play()
  }
  return (
    <input
      type="range"
      className="player-range player-position"
      aria-label={t.position}
      aria-valuetext={
        lengthS === null ? t.atUnknown({ time }) : t.at({ time, length: formatDuration(lengthS * 1000) })
      }
      min={0}
      max={lengthS ?? 0}
      step="any"
      value={Math.min(atS, lengthS ?? 0)}
      disabled={lengthS === null}
      onChange={(event) => seek(event.target.valueAsNumber)}
      onKeyDown={onKeyDown}
    />
  )
}

interface PlayerControlsProps {
  readonly ref: Ref<HTMLDivElement>
  readonly sound: Sound
  readonly recordedMs: number | null
  /** Further controls, at the end of the second line. */
  readonly children: ReactNode
}

/** Play, the position and the time in one line; jumps and further controls in another. */
export function PlayerControls({ ref, sound, recordedMs, children }: PlayerControlsProps) {
  const t = useText(playerText)
  const { playing, atS } = sound
  const lengthS = sound.lengthS ?? (recordedMs === null ? null : recordedMs / 1000)
  const move = (byS: number): void => sound.seek(Math.min(Math.max(0, atS + byS), lengthS ?? Infinity))
  return (
    <div ref={ref} className="player-transport">
      <button
        type="button"
        className="player-play"
        aria-label={playing ? t.pause : t.play}
        onClick={playing ? sound.pause : sound.play}
      >
        {playing ? <Pause size={20} aria-hidden /> : <Play size={20} aria-hidden />}
      </button>
      <Position sound={sound} lengthS={lengthS} onMove={move} />
      <span className="player-time">
        {formatDuration(atS * 1000)} / {lengthS === null ? '–' : formatDuration(lengthS * 1000)}
      </span>
      <div className="player-more">
        <button type="button" className="player-small" aria-label={t.back} onClick={() => move(-SKIP_S)}>
          <RotateCcw size={16} aria-hidden />
          <span aria-hidden>{SKIP_S}</span>
        </button>
        <button type="button" className="player-small" aria-label={t.forward} onClick={() => move(SKIP_S)}>
          <span aria-hidden>{SKIP_S}</span>
          <RotateCw size={16} aria-hidden />
        </button>
        {children}
      </div>
    </div>
  )
}
