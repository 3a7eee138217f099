/** Audit logs for tests: real files, written and read. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AuditEvent } from './event.ts'

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

/** The lines of a log that can be read. */
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
