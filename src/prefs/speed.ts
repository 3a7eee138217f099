/** The speed of playing. It is apart from the other settings, because the first script of the page has no use for it. */
import { atom } from 'nanostores'
import { load, save } from './storage.ts'

/** How many times as fast as recorded. */
export const speeds = ['0.75', '1', '1.25', '1.5', '2'] as const
export type Speed = (typeof speeds)[number]

export const speed = atom<Speed>(speeds.find((value) => value === load('speed')) ?? '1')

export function setSpeed(value: Speed): void {
  speed.set(value)
  save('speed', value)
}
