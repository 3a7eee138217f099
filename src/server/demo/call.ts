import type { NewRecording } from '../sources/sqlite/recording-writer.ts'

export interface DemoCall extends NewRecording {
  /** The number of the audio file, or null for none. */
  readonly audioIndex: number | null
}
