/** Turns news about the recorder into log lines and metrics. */
import type { RecorderWatch, Unreachable } from '../sources/recorder/reaching.ts'
import type { Metrics } from './metrics.ts'

interface RecorderLog {
  info(message: string): void
  warn(details: object, message: string): void
}

export interface HostRecorderWatch extends RecorderWatch {
  /** Sends all news to this log, earlier news included. */
  tellTo(log: RecorderLog): void
}

/** @param metrics null counts nothing. */
export function watchRecorder(metrics: Metrics | null): HostRecorderWatch {
  const early: ((log: RecorderLog) => void)[] = []
  let log: RecorderLog | null = null
  const tell = (news: (log: RecorderLog) => void): void => {
    if (log) news(log)
    else early.push(news)
  }
  return {
    lost: ({ code, why }: Unreachable) =>
      tell((to) => to.warn({ code, why }, 'the recorder cannot be reached')),
    reached: () => tell((to) => to.info('the recorder answers')),
    asked: (kind, outcome, seconds) => metrics?.asked(kind, outcome, seconds),
    tellTo(given) {
      log = given
      for (const news of early.splice(0)) news(given)
    },
  }
}
