/** Checks whether an audit log is as the host wrote it. */
import { AgainstHeads } from './against-heads.ts'
import { GENESIS, hashLine, hostOfLine, isTorn, readLine, type AuditLine, type Position } from './event.ts'
import type { Head } from './head.ts'
import { sealOf, type Seal } from './keys.ts'
import { readLines, type RawLine } from './read-lines.ts'

export interface VerifyOptions {
  /** The last hash of the file before this one. */
  readonly after?: string | undefined
  /** A hash kept elsewhere, which must be in this file. */
  readonly last?: string | undefined
  /** Key of the lines' MACs; see `auditKeys`. Without it they are not checked. */
  readonly key?: Buffer | null
  /** The host whose log it must be. Without it, the first line with a name says whose it is. */
  readonly host?: string | null
  /** Heads of this log that were kept elsewhere, in their order; see `headsOfLog`. */
  readonly heads?: readonly Head[]
  /** Whether the host writes this file now; false for a rotated file. */
  readonly isLive?: boolean
}

export interface Verified {
  /** Lines of the file, torn ones included. */
  readonly count: number
  /** The name of the host that wrote it, or null where no line names one. */
  readonly host: string | null
  /** UTC times of the first and last line, or null where there is none. */
  readonly firstAt: string | null
  readonly lastAt: string | null
  /** The hash of the last line: the next file begins with it after a rotation. */
  readonly lastHash: string
  /** Where the chain stood before the first line: not at 0 in a file that follows another. */
  readonly before: Position
  /** Numbers of lines that a killed host or a full disk cut short; the chain covers those before the last. */
  readonly torn: readonly number[]
  /** Events that the host reported as lost while it could not write. */
  readonly lost: number
  /** Whole lines with and without a MAC. */
  readonly sealed: number
  readonly unsealed: number
  /** Findings that the host wrote into the log, each with its line number. */
  readonly findings: readonly string[]
  /** Whether the file was checked against heads that are about it. */
  readonly isHeld: boolean
  /** The first fault, or null. */
  readonly fault: string | null
}

/** @returns the fault of the first line, or null. */
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

const wrongMac =
  'carries a MAC that is not of this key: it was changed, or the key is not that of the host that wrote it'

class Verifier {
  #sealed = 0
  #unsealed = 0
  readonly #findings: string[] = []
  readonly #against: AgainstHeads | null
  #count = 0
  #host: string | null = null
  #firstAt: string | null = null
  #lastAt: string | null = null
  #before: Position = GENESIS
  #position: Position = GENESIS
  readonly #torn: number[] = []
  #lost = 0
  #fault: string | null = null
  #hasLast = false
  readonly #options: VerifyOptions

  constructor(options: VerifyOptions) {
    this.#options = options
    const [first, ...others] = options.heads ?? []
    this.#against = first ? new AgainstHeads([first, ...others], options.isLive ?? true) : null
  }

  take(raw: RawLine): void {
    const line = readLine(raw.bytes)
    const seal = line ? sealOf(raw.bytes, this.#options.key ?? null) : null
    const wrong = line
      ? (this.#judgeHost(line, seal) ?? this.#judge(line) ?? this.#judgeSeal(seal))
      : this.#judgeUnreadable(raw)
    if (line && !raw.isEnded) this.#torn.push(raw.number)
    this.#count += 1
    // Goes on from the line as it stands: only the first fault and the end of the chain matter.
    this.#position = { n: line?.n ?? this.#position.n + 1, hash: hashLine(raw.bytes) }
    const held = this.#against?.judge(this.#position, seal !== 'none') ?? null
    if ((wrong ?? held) !== null) this.#fault ??= `line ${raw.number} ${wrong ?? held}`
    this.#hasLast ||= this.#position.hash === this.#options.last
    if (line) this.#note(line, seal, raw.number)
  }

  #note(line: AuditLine, seal: Seal | null, number: number): void {
    if (seal === 'none') this.#unsealed += 1
    else this.#sealed += 1
    this.#host ??= hostOfLine(line)
    this.#firstAt ??= line.at
    this.#lastAt = line.at
    this.#lost += typeof line.lost === 'number' ? line.lost : 0
    if (line.action === 'log_changed') this.#findings.push(`line ${number}: ${String(line.outcome)}`)
  }

  /** Lines of an older host carry no MAC, and come before all that do. */
  #judgeSeal(seal: Seal | null): string | null {
    if (seal === 'wrong') return wrongMac
    return seal === 'none' && this.#sealed > 0
      ? 'carries no MAC, and lines before it do: it was changed'
      : null
  }

  /** A host may have got its name later: only then do lines without one come first. */
  #judgeHost(line: AuditLine, seal: Seal | null): string | null {
    const host = hostOfLine(line)
    if (seal === 'wrong') return null
    if (host === null) {
      return this.#host && `names no host, and lines before it are of host ${this.#host}`
    }
    const own = this.#options.host ?? this.#host ?? host
    return host === own ? null : `is of host ${host}, and this is the log of ${own}`
  }

  #judge(line: AuditLine): string | null {
    if (this.#count > 0) return judgeNext(line, this.#position)
    this.#before = { n: line.n - 1, hash: line.prev }
    const { after } = this.#options
    return judgeStart(this.#before, after) ?? this.#against?.begin(this.#before, after) ?? null
  }

  #judgeUnreadable({ bytes, number }: RawLine): string | null {
    if (!isTorn(bytes)) return 'cannot be read'
    this.#torn.push(number)
    return this.#count > 0 ? null : (this.#against?.begin(GENESIS, this.#options.after) ?? null)
  }

  end(): Verified {
    const { last } = this.#options
    const cut = this.#count > 0 ? this.#against?.end(this.#position) : this.#against?.endOfNothing()
    if (cut) this.#fault ??= `line ${this.#count + 1} ${cut}`
    if (last !== undefined && !this.#hasLast) {
      this.#fault ??= `no line has the hash ${last}: lines at the end were removed`
    }
    return {
      count: this.#count,
      host: this.#host,
      firstAt: this.#firstAt,
      lastAt: this.#lastAt,
      lastHash: this.#position.hash,
      before: this.#before,
      torn: this.#torn,
      lost: this.#lost,
      sealed: this.#sealed,
      unsealed: this.#unsealed,
      findings: this.#findings,
      isHeld: this.#against !== null && (this.#against.isAbout || this.#count === 0),
      fault: this.#fault,
    }
  }
}

/** Reads the whole file, of any size. @throws OperatorError where it cannot be read. */
export async function verifyLog(file: string, options: VerifyOptions = {}): Promise<Verified> {
  const verifier = new Verifier(options)
  for await (const line of readLines(file)) verifier.take(line)
  return verifier.end()
}
