import type { NewRecording } from '../sources/sqlite/recording-writer.ts'

export interface DemoCall extends NewRecording {
  /** Which of the audio files, or null for none. */
  readonly audioIndex: number | null
}
