/** How loud recordings are played. Only the player has a use for it. The next visit keeps the volume, and is not muted. */
import { atom } from 'nanostores'
import { load, save } from './storage.ts'

export interface Loudness {
  /** From 0 to 1. */
  readonly volume: number
  readonly muted: boolean
}

function readVolume(text: string | null): number {
  const volume = text === null ? Number.NaN : Number(text)
  return volume >= 0 && volume <= 1 ? volume : 1
}

export const loudness = atom<Loudness>({ volume: readVolume(load('volume')), muted: false })

export function setLoudness(next: Loudness): void {
  loudness.set(next)
  save('volume', String(next.volume))
}
