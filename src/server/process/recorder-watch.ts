/** Turns news about the recorder, or about a database and its servers, into log lines and metrics. */
import type { RecorderWatch, Unreachable } from '../sources/recorder/reaching.ts'
import type { Misfit } from '../shared/hosts.ts'
import type { ServerNews, ServerPart } from '../sources/postgres/servers.ts'
import type { Metrics } from './metrics.ts'

interface RecorderLog {
  info(message: string): void
  warn(details: object, message: string): void
}

/** What the log says of a server's part, and whether somebody should look. */
const serverWords = {
  primary: { isWrong: false, words: 'a database server is the primary' },
  replica: { isWrong: false, words: 'a database server is a replica' },
  lagging: { isWrong: true, words: 'a replica lags, and is not read from' },
  foreign: { isWrong: true, words: 'a server of DATABASE_REPLICAS holds another archive, and is not used' },
  superseded: {
    isWrong: true,
    words: 'a former primary came back, and is not used: make it a replica of the new one',
  },
  unreachable: { isWrong: true, words: 'a database server cannot be reached' },
} as const satisfies Record<ServerPart, { readonly isWrong: boolean; readonly words: string }>

/** What the log says of a host that does not fit the others any more. */
const misfitWords: Readonly<Record<Misfit, string>> = {
  outgrown:
    'a host of a newer release has changed the database, so this one is not ready any more: upgrade it too',
  replaced:
    'another host runs under this one’s HOST_NAME, so this one is not ready any more: give each its own, and start them again',
}

export interface HostRecorderWatch extends RecorderWatch {
  /** A server of the database has come, gone or changed its part. */
  serverChanged(news: ServerNews): void
  /** This host may not use the database any more that it shares with others. */
  unfit(why: Misfit): void
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
    serverChanged: ({ server, part, why }) =>
      tell((to) => {
        const { isWrong, words } = serverWords[part]
        if (isWrong) to.warn({ server, ...(why === '' ? {} : { code: why }) }, words)
        else to.info(`${words}: ${server}`)
      }),
    unfit: (why) => tell((to) => to.warn({ why }, misfitWords[why])),
    asked: (kind, outcome, seconds) => metrics?.asked(kind, outcome, seconds),
    tellTo(given) {
      log = given
      for (const news of early.splice(0)) news(given)
    },
  }
}
