/** The row that the pointer rests on or that has the focus: it offers what can be done with it, and has a preview. */
import { atom } from 'nanostores'
import type { Recording } from '../contract/recording.ts'

export const chosenRecording = atom<Recording | null>(null)
