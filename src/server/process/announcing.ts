/** Reports that the host has started: in sentences at a terminal, otherwise as log lines. */
import type { FastifyBaseLogger } from 'fastify'
import { isLoopback } from '../config/addresses.ts'
import type { Config } from '../config/config.ts'
import { say } from '../platform/standard-output.ts'
import { readVersion } from './version.ts'

export interface Announcer {
  /** @param address of the metrics. */
  metrics(address: string): void
  /** @param address to open in a browser. */
  started(address: string): void
}

/** The configured source, as a word for the log and the metrics. */
export function sourceName({ recorder, database }: Pick<Config, 'recorder' | 'database'>): string {
  if (recorder) return 'recorder'
  return database === null ? 'store' : 'postgres'
}

const isOpenPlainly = ({ host, tls, trustProxy }: Config): boolean =>
  !isLoopback(host) && !tls && trustProxy.length === 0

const PLAIN = 'this host speaks plain HTTP: let other machines reach it through a proxy with TLS only'

/** Standard output gets only JSON unless it is a terminal: a collector reads it line by line. */
export function announcer(config: Config, log: FastifyBaseLogger): Announcer {
  // Written at any LOG_LEVEL: if PORT is 0, only this line shows where the host listens.
  const always = log.child({}, { level: 'info' })
  const facts = { version: readVersion(), node: process.version, source: sourceName(config) }
  if (!process.stdout.isTTY) {
    return {
      metrics: (address) => always.info({ address }, 'metrics'),
      started(address) {
        if (isOpenPlainly(config)) always.warn(PLAIN)
        always.info({ ...facts, address }, 'started')
      },
    }
  }
  return {
    metrics: (address) => say(`Metrics: ${address}`),
    started(address) {
      log.info({ ...facts, address }, 'started')
      if (isOpenPlainly(config)) say(`${PLAIN.replace('this', 'This')}.`)
      say(`Recordings Dashboard: ${address}`)
    },
  }
}
