/** Audit logs for tests: real files, written and read. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openAuditLog, type AuditLog, type AuditLogOptions } from '../server/audit/audit-log.ts'
import type { AuditEvent } from '../server/audit/event.ts'
import type { Head } from '../server/audit/head.ts'
import type { Finding } from '../server/audit/start.ts'

export const testKey = Buffer.alloc(32, 7)

export interface TestFolder {
  readonly path: string
  readonly file: string
  remove(): void
}

export function testFolder(): TestFolder {
  const path = mkdtempSync(join(tmpdir(), 'audit-'))
  return {
    path,
    file: join(path, 'audit.log'),
    remove: () => rmSync(path, { recursive: true, force: true }),
  }
}

/** An event that a test recognises by its number. */
export const testEvent = (count: number, more: Partial<AuditEvent> = {}): AuditEvent => ({
  user: 'ann',
  address: '127.0.0.1',
  session: null,
  requestId: `request-${count}`,
  action: 'search',
  count,
  outcome: 'ok',
  ...more,
})

/** The readable lines of a log. */
export function linesOf(file: string): Record<string, unknown>[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line) => {
      try {
        return [JSON.parse(line) as Record<string, unknown>]
      } catch {
        return []
      }
    })
}

/** A log with its folder, heads and findings. Use it from a `beforeEach`, and close it in an `afterEach`. */
export class TestAudit {
  /** The heads that a place elsewhere has taken. */
  heads: Head[] = []
  isPlaceAway = false
  readonly findings: Finding[] = []
  readonly #folder = testFolder()
  readonly #open = new Set<AuditLog>()

  get file(): string {
    return this.#folder.file
  }

  /** A file in the log's folder. */
  beside(name: string): string {
    return join(this.#folder.path, name)
  }

  /** Opens the log as a host does, but it checks the file only when it writes, unless `more` says otherwise. */
  async open(more: Partial<AuditLogOptions> = {}): Promise<AuditLog> {
    const log = await openAuditLog({
      file: this.file,
      hostKey: testKey,
      nowMs: Date.now,
      keep: (head) => void (this.isPlaceAway || this.heads.push(head)),
      report: (finding) => void this.findings.push(finding),
      headEveryMs: 1e8,
      lookEveryMs: 1e8,
      ...more,
    })
    this.#open.add(log)
    return log
  }

  async close(): Promise<void> {
    for (const log of this.#open) await log.close()
    this.#folder.remove()
  }
}

/** Writes lines that a test recognises by their numbers. */
export async function writeLines(log: AuditLog, from: number, to: number): Promise<void> {
  for (let n = from; n <= to; n += 1) await log.write(testEvent(n))
}
