/** How fast and how loud. */
import { useStore } from '@nanostores/react'
import { Volume2, VolumeX } from 'lucide-react'
import { setSpeed, speed as speedChoice, speeds } from '../prefs/speed.ts'
import { useText } from '../text/i18n.ts'
import { playerText } from '../text/player-text.ts'
import { Select } from '../ui/field.tsx'
import type { Sound } from './use-sound.ts'

export function SpeedPicker() {
  const t = useText(playerText)
  const chosen = useStore(speedChoice)
  return (
    <Select
      aria-label={t.speed}
      className="player-speed"
      value={chosen}
      options={speeds.map((value) => ({ value, label: t.times({ speed: value }) }))}
      onPick={(value) => setSpeed(speeds.find((known) => known === value) ?? '1')}
    />
  )
}

/** The slider has no room on a phone, which has keys for it. */
export function Volume({ sound }: { readonly sound: Sound }) {
  const t = useText(playerText)
  const { volume, muted, setVolume, setMuted } = sound
  const heard = muted ? 0 : volume
  return (
    <span className="player-volume">
      <button
        type="button"
        className="player-small"
        aria-label={muted ? t.unmute : t.mute}
        onClick={() => setMuted(!muted)}
      >
        {heard === 0 ? <VolumeX size={18} aria-hidden /> : <Volume2 size={18} aria-hidden />}
      </button>
      <input
        type="range"
        className="player-range"
        aria-label={t.volume}
        aria-valuetext={t.percent({ percent: String(Math.round(heard * 100)) })}
        min={0}
        max={1}
        step={0.05}
        value={heard}
        onChange={(event) => setVolume(event.target.valueAsNumber)}
      />
    </span>
  )
}
