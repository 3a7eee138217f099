/** Whether an audit log is as the host wrote it. */
import { GENESIS, hashLine, isTorn, readLine, type AuditLine, type Position } from './event.ts'
import { readLines, type RawLine } from './read-lines.ts'

export interface VerifyOptions {
  /** The last hash of the file before this one. */
  readonly after?: string | undefined
  /** A hash kept elsewhere, which has to be one of this file's. */
  readonly last?: string | undefined
}

export interface Verified {
  /** Lines of the file, torn ones included. */
  readonly count: number
  /** UTC times of the first and last line, or null where there is none. */
  readonly firstAt: string | null
  readonly lastAt: string | null
  /** Where the chain stands at the end: it goes into the next file after a rotation. */
  readonly lastHash: string
  /** Where the chain stood before the first line: not at 0 in a file that follows another. */
  readonly before: Position
  /** Numbers of lines that a killed host or a full disk cut short; the chain covers those before the last. */
  readonly torn: readonly number[]
  /** Events that the host reported as lost while it could not write. */
  readonly lost: number
  /** What is wrong first, or null. */
  readonly fault: string | null
}

/** @returns what is wrong with the first line that can be read. */
function judgeStart(before: Position, after: string | undefined): string | null {
  if (after !== undefined && before.hash !== after) return `follows ${before.hash}, not ${after}`
  const isFirst = before.n === 0
  if (isFirst === (before.hash === GENESIS.hash)) return null
  return isFirst
    ? 'is numbered 1 but follows another line'
    : `is numbered ${before.n + 1} but follows no line`
}

function judgeNext(line: AuditLine, position: Position): string | null {
  if (line.prev !== position.hash)
    return 'does not follow the line before it: something was changed or removed'
  if (line.n !== position.n + 1) return `is numbered ${line.n}, and ${position.n + 1} was expected`
  return null
}

class Verifier {
  private count = 0
  private firstAt: string | null = null
  private lastAt: string | null = null
  private before: Position = GENESIS
  private position: Position = GENESIS
  private readonly torn: number[] = []
  private lost = 0
  private fault: string | null = null
  private hasLast = false
  private readonly options: VerifyOptions

  constructor(options: VerifyOptions) {
    this.options = options
  }

  take(raw: RawLine): void {
    const line = readLine(raw.bytes)
    const wrong = line ? this.judge(line) : this.judgeUnreadable(raw)
    if (wrong !== null) this.fault ??= `line ${raw.number} ${wrong}`
    if (line && !raw.isEnded) this.torn.push(raw.number)
    this.count += 1
    // Gone on from as it stands: what matters is the first fault, and where the chain ends.
    this.position = { n: line?.n ?? this.position.n + 1, hash: hashLine(raw.bytes) }
    this.hasLast ||= this.position.hash === this.options.last
    if (!line) return
    this.firstAt ??= line.at
    this.lastAt = line.at
    this.lost += typeof line.lost === 'number' ? line.lost : 0
  }

  private judge(line: AuditLine): string | null {
    if (this.count > 0) return judgeNext(line, this.position)
    this.before = { n: line.n - 1, hash: line.prev }
    return judgeStart(this.before, this.options.after)
  }

  private judgeUnreadable({ bytes, number }: RawLine): string | null {
    if (!isTorn(bytes)) return 'cannot be read'
    this.torn.push(number)
    return null
  }

  end(): Verified {
    const { last } = this.options
    const missing =
      last === undefined || this.hasLast
        ? null
        : `no line has the hash ${last}: lines at the end were removed`
    const { count, firstAt, lastAt, before, torn, lost } = this
    return {
      count,
      firstAt,
      lastAt,
      lastHash: this.position.hash,
      before,
      torn,
      lost,
      fault: this.fault ?? missing,
    }
  }
}

/** Reads the file from end to end, whatever its size. @throws AuditError where it cannot be read. */
export async function verifyLog(file: string, options: VerifyOptions = {}): Promise<Verified> {
  const verifier = new Verifier(options)
  for await (const line of readLines(file)) verifier.take(line)
  return verifier.end()
}
