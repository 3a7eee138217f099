/** Lines that are written together. */
import { hashLine, letsOut, writeLine, type AuditEvent, type Position, type Written } from './event.ts'
import type { LogEnd } from './log-file.ts'

export interface Waiting {
  readonly event: AuditEvent
  readonly atMs: number
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

export interface Line {
  /** Where the chain stands after it. */
  readonly position: Position
  readonly text: string
}

/** @param told what the lines carry; `lost` is the number of events before them that could not be written. */
export function chainUp(
  batch: readonly Waiting[],
  { position: from, isTorn }: LogEnd,
  { lost, ...told }: Omit<Written, 'atMs'>,
): Line[] {
  let position = from
  return batch.map(({ event, atMs }, index) => {
    const isFirst = index === 0
    const line = writeLine(event, position, { ...told, atMs, lost: isFirst ? lost : 0 })
    position = { n: position.n + 1, hash: hashLine(line) }
    return { position, text: `${isFirst && isTorn ? '\n' : ''}${line}\n` }
  })
}

/** @returns how many lines are whole in the file; their promises have resolved. */
export function settle(batch: readonly Waiting[], lines: readonly Line[], bytesWritten: number): number {
  let end = 0
  let done = 0
  for (const { text } of lines) {
    end += Buffer.byteLength(text)
    if (end > bytesWritten) break
    batch[done]?.resolve()
    done += 1
  }
  return done
}

/** Where the host stands after these lines, of which there is at least one. @param size of the file, bytes. */
export function endAfter(lines: readonly Line[], size: number): Partial<LogEnd> {
  const last = lines.at(-1)
  if (!last) return {}
  return { position: last.position, lastLength: Buffer.byteLength(last.text.trim()), isTorn: false, size }
}

/** Rejects the lines on which recordings would leave. @returns the others. */
export function refuse(batch: readonly Waiting[], why: Error): readonly Waiting[] {
  for (const { event, reject } of batch) if (letsOut(event)) reject(why)
  return batch.filter(({ event }) => !letsOut(event))
}
