import { sessionText } from '../text/session-text.ts'

/** The wait after too many attempts, in words. @param waitMs as the host asks. */
export function explainWait(waitMs: number): string {
  const t = sessionText.get()
  const seconds = Math.max(1, Math.ceil(waitMs / 1000))
  return seconds < 60 ? t.throttledBriefly({ seconds }) : t.throttled({ minutes: Math.ceil(seconds / 60) })
}
