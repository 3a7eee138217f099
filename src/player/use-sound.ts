/** The state of the audio element, and what the controls do with it. */
import { useEffect, useReducer, useRef, type RefObject } from 'react'
import { mediaEndpoint } from '../contract/endpoints.ts'
import { loudness, setLoudness, type Loudness } from '../prefs/loudness.ts'

export interface SoundState extends Loudness {
  /** Whether Play was pressed last. Sound may still have to load. */
  readonly playing: boolean
  /** Whether it waits for data. */
  readonly loading: boolean
  readonly failed: boolean
  readonly atS: number
  /** The length as the browser knows it, once it has loaded the start. */
  readonly lengthS: number | null
}

const silent: Omit<SoundState, keyof Loudness> = {
  playing: false,
  loading: false,
  failed: false,
  atS: 0,
  lengthS: null,
}

export interface Sound extends SoundState {
  readonly play: () => void
  readonly pause: () => void
  readonly seek: (toS: number) => void
  readonly setVolume: (volume: number) => void
  readonly setMuted: (muted: boolean) => void
  /** Takes a failure back, for example once the reason for it is gone. */
  readonly forgive: () => void
}

type Change = (next: Partial<SoundState>) => void

/** Tells the state what happens to the element. @returns a function that stops it. */
function follow(audio: HTMLAudioElement, change: Change): () => void {
  const handlers: Readonly<Record<string, () => void>> = {
    play: () => change({ playing: true, loading: true }),
    pause: () => change({ playing: false, loading: false }),
    waiting: () => change({ loading: true }),
    playing: () => change({ loading: false, failed: false }),
    canplay: () => change({ loading: false }),
    seeked: () => change({ atS: audio.currentTime }),
    timeupdate: () => audio.error ?? change({ atS: audio.currentTime }),
    durationchange: () => {
      if (Number.isFinite(audio.duration)) change({ lengthS: audio.duration })
    },
    volumechange() {
      const { volume, muted } = audio
      setLoudness({ volume, muted })
      change({ volume, muted })
    },
    error: () => change({ playing: false, loading: false, failed: true }),
  }
  for (const [name, handler] of Object.entries(handlers)) audio.addEventListener(name, handler)
  return () => {
    for (const [name, handler] of Object.entries(handlers)) audio.removeEventListener(name, handler)
  }
}

/** Loading sets the rate back to the default one. */
function setRate(audio: HTMLAudioElement | null, rate: number): void {
  if (audio) Object.assign(audio, { defaultPlaybackRate: rate, playbackRate: rate })
}

/**
 * An attempt has an address of its own. Under the same one, a browser keeps the bytes that came before the failure and
 * asks for the rest only, and the host repeats the failure to that.
 */
const attemptAddress = (id: string, attempt: number): string =>
  attempt === 1 ? mediaEndpoint(id) : `${mediaEndpoint(id)}?attempt=${attempt}`

/** Jumps there. Before the first load, the browser keeps this as the place to start at. */
function jump(audio: HTMLAudioElement, toS: number): void {
  audio.currentTime = toS
}

/**
 * Nothing is loaded before Play, because each playback is logged under the user's name.
 * @param speed how many times as fast as recorded.
 */
export function useSound(element: RefObject<HTMLAudioElement | null>, id: string, speed: number): Sound {
  const [state, change] = useReducer(
    (last: SoundState, next: Partial<SoundState>): SoundState => ({ ...last, ...next }),
    // The last recording's, because a headset may be on.
    { ...silent, ...loudness.get() },
  )
  const attempt = useRef(1)
  useEffect(() => {
    const audio = element.current
    if (!audio) return undefined
    Object.assign(audio, loudness.get())
    const stop = follow(audio, change)
    audio.setAttribute('src', attemptAddress(id, attempt.current))
    return () => {
      stop()
      // An element removed from the page would go on loading.
      audio.removeAttribute('src')
      audio.load()
    }
  }, [element, id])
  useEffect(() => setRate(element.current, speed), [element, speed])
  const seek = (toS: number): void => {
    const audio = element.current
    if (!audio) return
    jump(audio, toS)
    change({ atS: toS })
  }
  const play = (): void => {
    const audio = element.current
    if (!audio) return
    // The element keeps its error until it loads again, which sets it back to the start.
    if (audio.error) {
      attempt.current += 1
      audio.setAttribute('src', attemptAddress(id, attempt.current))
      jump(audio, state.atS)
    }
    change({ failed: false })
    // The element reports a failure as an event; this promise would report it a second time.
    audio.play().catch(() => undefined)
  }
  return {
    ...state,
    play,
    pause: () => element.current?.pause(),
    seek,
    setVolume: (volume) => {
      if (element.current) Object.assign(element.current, { volume, muted: false })
    },
    setMuted: (muted) => {
      if (element.current) Object.assign(element.current, { muted })
    },
    forgive: () => change({ failed: false }),
  }
}
