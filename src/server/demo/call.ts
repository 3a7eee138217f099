import type { NewRecording } from '../sources/archive/new-recording.ts'

export interface DemoCall extends NewRecording {
  /** The number of the clip that its audio repeats, or null for no audio. */
  readonly audioIndex: number | null
}
