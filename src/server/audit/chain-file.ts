/**
 * The log's file over time. It may be rotated, and an operator's command may add lines; both are followed. Any other
 * change to the file is reported. The chain then continues from where it stood, so that the break stays visible.
 */
import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import type { Position } from './event.ts'
import { sealHead, type Head, type HeadReason } from './head.ts'
import type { AuditKeys } from './keys.ts'
import {
  endsAsLeft,
  findHash,
  followFile,
  followNew,
  hasForeignEnd,
  openToAppend,
  readEnd,
  takeAsItIs,
  type Change,
  type LogFile,
} from './log-file.ts'

/** What was done to the file: while the host ran, or before it started. */
export type Finding = Change | 'replaced' | 'missing' | 'foreign_key'

export interface ChainFileOptions {
  readonly file: string
  readonly keys: AuditKeys
  readonly nowMs: () => number
  /** Told each head, to be kept elsewhere. */
  readonly keep: (head: Head) => void
}

/** The file as it is now. One that is not known yet is to be adopted or released. */
export interface Found extends LogFile {
  readonly origin: 'known' | 'rotated' | 'replaced'
}

/** Holds the file that the host finds at its start against the newest head. */
async function judgeStart(file: LogFile, expected: Head | null, keys: AuditKeys): Promise<Finding | null> {
  if (expected && expected.n > 0) {
    if (file.size === 0) return 'missing'
    const hash = await findHash(file, expected.n)
    if (hash !== expected.hash) return file.position.n < expected.n ? 'shortened' : 'end_changed'
  }
  return (await hasForeignEnd(file, keys.lines)) ? 'foreign_key' : null
}

export class ChainFile {
  /** Stays open until another takes its place: until then no other file can get its number. */
  #known: LogFile
  #finding: Finding | null = null
  #head: Head | null = null
  readonly #options: ChainFileOptions

  private constructor(options: ChainFileOptions, known: LogFile) {
    this.#options = options
    this.#known = known
  }

  /**
   * To be called under the lock.
   * @param handle of the file, opened to append.
   * @param expected the newest head that is kept elsewhere; the chain goes on from it where the file does not hold it.
   * @returns with what is wrong with the file, or null.
   * @throws AuditError where the file holds something else, or the system's error.
   */
  static async open(
    options: ChainFileOptions,
    handle: LogFile['handle'],
    expected: Head | null,
  ): Promise<{ chain: ChainFile; finding: Finding | null }> {
    const file = await readEnd(options.file, handle)
    const finding = await judgeStart(file, expected, options.keys)
    const goesOn = finding !== null && finding !== 'foreign_key' && expected !== null
    const position = goesOn ? { n: expected.n, hash: expected.hash } : file.position
    const chain = new ChainFile(options, goesOn ? await takeAsItIs(handle, position) : file)
    if (goesOn) chain.keep('changed')
    chain.keep('start')
    return { chain, finding }
  }

  get position(): Position {
    return this.#known.position
  }

  /** What was found since the start, or null. */
  get finding(): Finding | null {
    return this.#finding
  }

  /** The newest head. */
  get head(): Head | null {
    return this.#head
  }

  keep(reason: HeadReason): void {
    const { keys, nowMs, file, keep } = this.#options
    const { n, hash } = this.#known.position
    const at = new Date(nowMs()).toISOString()
    this.#head = sealHead(keys.heads, { n, hash, at, reason, file: basename(file) })
    keep(this.#head)
  }

  /** Whether the path leads to the file as the host left it; needs no lock. */
  async isAsLeft(): Promise<boolean> {
    const known = this.#known
    const [there, ours] = await Promise.all([stat(this.#options.file).catch(() => null), known.handle.stat()])
    if (there?.dev !== ours.dev || there.ino !== ours.ino || there.size !== known.size) return false
    return endsAsLeft(known)
  }

  /**
   * Finds the file as it is now, under the lock.
   * @throws AuditError where it holds something else, or the system's error.
   */
  async current(): Promise<Found> {
    if (!(await this.#isOurs())) return this.#openNew()
    const followed = await followFile(this.#known, this.#options.keys.lines)
    if (typeof followed === 'string') this.#tell(followed)
    const isChanged = typeof followed === 'string'
    const { handle, position } = this.#known
    this.#known = isChanged ? await takeAsItIs(handle, position) : followed
    return { ...this.#known, origin: 'known' }
  }

  /** From now on this is the log's file. */
  async adopt({ origin, ...file }: Found): Promise<void> {
    // Where the last file ended, and not where this one is by now.
    if (origin === 'rotated') this.keep('rotation')
    const { handle } = this.#known
    this.#known = file
    if (handle !== file.handle) await handle.close().catch(() => {})
  }

  /** Closes a file that was not adopted. */
  async release({ handle }: Found): Promise<void> {
    if (handle !== this.#known.handle) await handle.close().catch(() => {})
  }

  close(): Promise<void> {
    return this.#known.handle.close().catch(() => {})
  }

  async #isOurs(): Promise<boolean> {
    const ours = await this.#known.handle.stat()
    try {
      const there = await stat(this.#options.file)
      return there.dev === ours.dev && there.ino === ours.ino
    } catch {
      return false
    }
  }

  #tell(finding: Finding): void {
    if (this.#finding !== null) return
    this.#finding = finding
    this.keep('changed')
  }

  /** A rotation leaves no file, or an empty one. What a command has written there since follows the last line. */
  async #openNew(): Promise<Found> {
    const { file, keys } = this.#options
    const { position } = this.#known
    const handle = await openToAppend(file)
    try {
      const followed = await followNew(handle, position, keys.lines)
      if (followed) return { ...followed, origin: 'rotated' }
      this.#tell('replaced')
      // A file that is no audit log at all is not written to.
      await readEnd(file, handle)
      return { ...(await takeAsItIs(handle, position)), origin: 'replaced' }
    } catch (error) {
      await handle.close()
      throw error
    }
  }
}
