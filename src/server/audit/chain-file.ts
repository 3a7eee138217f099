/**
 * The log's file over time. It follows a rotation and the lines that an operator's command adds. It reports any other
 * change to the file. The chain then continues from where it stood, so that the break stays visible.
 */
import { readRecord, writeRecord } from './end-record.ts'
import type { Position } from './event.ts'
import type { Head, HeadReason } from './head.ts'
import { Heads, type HeadsOptions } from './heads.ts'
import { nameOfHost } from './host-name.ts'
import { endsAsLeft, followFile, readEnd, takeAsItIs, type LogFile } from './log-file.ts'
import { judgeStart, type Finding } from './start.ts'
import { followOld, leadsTo, openSuccessor, takeReplacement, type FoundFile } from './successor.ts'
import { OperatorError } from '../platform/operator-error.ts'

export interface ChainFileOptions extends HeadsOptions {
  /** Whether it is a command that adds to the log of a host. */
  readonly isCommand: boolean
  /** Whether a running host has taken the file over: then only its name counts. */
  readonly isTaken: boolean
}

const foreignKey = (file: string): OperatorError =>
  new OperatorError(
    `${file} was written with another key than this command has. Set HOST_KEY or HOST_KEY_FILE, or DATA_DIR, as the host has it.`,
  )

export class ChainFile {
  /** Stays open until another takes its place: no other file can get the inode number of an open one. */
  #known: LogFile
  #finding: Finding | null = null
  readonly #heads: Heads
  readonly #options: ChainFileOptions

  private constructor(options: ChainFileOptions, known: LogFile) {
    this.#options = options
    this.#heads = new Heads(options)
    this.#known = known
  }

  /**
   * To be called under the lock.
   * @param handle of the file, opened to append.
   * @param expected the newest head that is kept elsewhere; see `openAuditLog` for a file that does not hold it.
   * @returns the chain, and what is wrong with the file, or null.
   * @throws OperatorError where the file holds something else or is another host's, or a command has another key than
   * the host, or the system's error. Nothing is written then.
   */
  static async open(
    options: ChainFileOptions,
    handle: LogFile['handle'],
    expected: Head | null,
  ): Promise<{ chain: ChainFile; finding: Finding | null }> {
    const { file: path, keys, isCommand } = options
    const file = await readEnd(path, handle)
    const record = await readRecord(path, keys.heads)
    const kept = { head: expected, recorded: record === 'foreign' ? null : record }
    const { finding, position, rotatedAt } = await judgeStart(path, file, kept, keys)
    // A command with another key would only break the host's log.
    if (isCommand && (record === 'foreign' || finding === 'foreign_key')) throw foreignKey(path)
    const host = await nameOfHost(options, file, kept.recorded)
    const chain = new ChainFile(
      { ...options, host },
      position === file.position ? file : await takeAsItIs(handle, position),
    )
    if (rotatedAt) chain.keep('rotation', rotatedAt)
    if (finding !== null && finding !== 'foreign_key') chain.keep('changed')
    chain.keep('start')
    await chain.#record()
    return { chain, finding }
  }

  /** The host's name in lines and heads, or null. */
  get host(): string | null {
    return this.#options.host
  }

  get position(): Position {
    return this.#known.position
  }

  /** The first finding since the start, or null. */
  get finding(): Finding | null {
    return this.#finding
  }

  get head(): Head | null {
    return this.#heads.newest
  }

  keep(reason: HeadReason, position: Position = this.position): void {
    this.#heads.keep(reason, position)
  }

  /** As `Heads.keepEvery`. */
  keepEvery(everyMs: number): void {
    this.#heads.keepEvery(everyMs, this.position)
  }

  /** Whether the path leads to the file as the host left it; needs no lock. */
  async isAsLeft(): Promise<boolean> {
    const known = this.#known
    if (!(await leadsTo(this.#options.file, known))) return false
    return (await known.handle.stat()).size === known.size && endsAsLeft(known)
  }

  /**
   * Finds the file as it is now, under the lock.
   * @throws OperatorError where it holds something else, or the system's error.
   */
  async current(): Promise<FoundFile> {
    if (!(await leadsTo(this.#options.file, this.#known))) return this.#openSuccessor()
    const followed = await followFile(this.#known, this.#options.keys.lines)
    if (typeof followed === 'string') this.#tell(followed)
    const isChanged = typeof followed === 'string'
    const { handle, position } = this.#known
    this.#known = isChanged ? await takeAsItIs(handle, position) : followed
    return { ...this.#known, origin: 'known' }
  }

  /** Makes this the log's file. */
  async adopt({ origin, ...file }: FoundFile): Promise<void> {
    // The head is of the end of the last file, not of the position in this one.
    if (origin === 'rotated') this.keep('rotation')
    const { handle } = this.#known
    this.#known = file
    await this.#record()
    if (handle !== file.handle) await handle.close().catch(() => {})
  }

  /** Closes a file that was not adopted. */
  async release({ handle }: FoundFile): Promise<void> {
    if (handle !== this.#known.handle) await handle.close().catch(() => {})
  }

  close(): Promise<void> {
    return this.#known.handle.close().catch(() => {})
  }

  #record(): Promise<void> {
    const { file, keys, host } = this.#options
    return writeRecord(file, keys.heads, this.#known, host)
  }

  #tell(finding: Finding): void {
    if (this.#finding !== null) return
    this.#finding = finding
    this.keep('changed')
  }

  async #openSuccessor(): Promise<FoundFile> {
    const { file, keys } = this.#options
    this.#known = await followOld(this.#known, keys)
    const successor = await openSuccessor(file, this.#known, keys)
    this.#known = successor.old
    if (successor.found) return successor.found
    this.#tell('replaced')
    return takeReplacement(file, successor)
  }
}
