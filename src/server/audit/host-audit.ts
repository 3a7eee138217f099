/** The audit log of a running host. Its heads go to the host's log, to the metrics, and to AUDIT_SINK. */
import { resolve } from 'node:path'
import type { FastifyBaseLogger } from 'fastify'
import { openAuditLog, type AuditLog } from './audit-log.ts'
import { headFields, type Head } from './head.ts'
import { auditKeys } from './keys.ts'
import { nameInLog } from './host-name.ts'
import { newestHead } from './sink-file.ts'
import { openSink } from './sink.ts'
import type { Figures } from '../platform/figures.ts'
import type { Config } from '../config/config.ts'

/** Collects figures; `Metrics` in the running program. */
interface Gauges {
  add(figures: () => Figures): void
  addInfo(name: string, help: string, labels: () => Readonly<Record<string, string>> | null): void
}

export interface HostAudit {
  readonly log: AuditLog
  /** Sends all heads and failures to this log, earlier ones included. */
  tellTo(log: FastifyBaseLogger): void
  measure(metrics: Gauges): void
  close(): Promise<void>
}

type Telling = (log: FastifyBaseLogger) => void

const tampered =
  (file: string, finding: string): Telling =>
  (log) =>
    log.error(
      { file, finding },
      'THE AUDIT LOG IS NOT THE FILE THAT THIS HOST WROTE. Nothing is played, saved or exported until a restart. Keep the file and run npm run audit -- verify.',
    )

const mismatched =
  (file: string, finding: string): Telling =>
  (log) =>
    log.error(
      { file, finding },
      'THE AUDIT LOG DOES NOT HOLD THE HEAD THAT WAS KEPT OF IT. It was changed, removed or restored while the host was stopped. Keep the file and run npm run audit -- verify.',
    )

/** @param keepToo gets each head too. @throws OperatorError where the log cannot be opened. */
export async function openHostAudit(
  config: Pick<Config, 'auditLog' | 'auditSink' | 'hostName'>,
  hostKey: Buffer,
  nowMs: () => number,
  keepToo: (head: Head) => void = () => {},
): Promise<HostAudit> {
  const file = resolve(config.auditLog)
  const { auditSink } = config
  const keys = auditKeys(hostKey)
  const host = config.hostName ?? (await nameInLog(file, keys))
  const to = auditSink.kind === 'file' ? { ...auditSink, path: resolve(auditSink.path) } : auditSink
  const early: Telling[] = []
  let told: FastifyBaseLogger | null = null
  let isOpen = false
  const tell = (telling: Telling): void => {
    if (told) telling(told)
    else early.push(telling)
  }
  const sink = openSink(to, {
    report: (error) =>
      tell((log) => log.error({ err: error }, 'the heads of the audit log cannot be kept in AUDIT_SINK')),
  })
  const keep = (head: Head): void => {
    sink.keep(head)
    keepToo(head)
    tell((log) => log.info(headFields(head), 'audit head'))
  }
  const log = await openAuditLog({
    file,
    hostKey,
    host,
    nowMs,
    keep,
    expected: to.kind === 'file' ? await newestHead(to.path, keys.heads, host) : null,
    report: (finding) => tell((isOpen ? tampered : mismatched)(file, finding)),
  })
  isOpen = true
  return {
    log,
    tellTo(logger) {
      told = logger
      for (const telling of early.splice(0)) telling(logger)
    },
    measure(metrics) {
      metrics.add(() => ({
        audit_writable: log.writable() ? 1 : 0,
        audit_tampered: log.finding() === null ? 0 : 1,
        audit_sink_failing: sink.failing() ? 1 : 0,
        audit_head_number: log.head()?.n ?? 0,
      }))
      const help = 'The hash of the newest line of the audit log, as a label.'
      metrics.addInfo('audit_head_info', help, () => ({ hash: log.head()?.hash ?? '' }))
    },
    async close() {
      await log.close()
      await sink.close()
    },
  }
}
