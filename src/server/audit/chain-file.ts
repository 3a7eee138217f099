/**
 * The log's file over time. It may be rotated, and an operator's command may add lines; both are followed. Any other
 * change to the file is reported. The chain then continues from where it stood, so that the break stays visible.
 */
import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { inodeOf, readRecord, writeRecord, type RecordedEnd } from './end-record.ts'
import type { Position } from './event.ts'
import { sealHead, type Head, type HeadReason } from './head.ts'
import type { AuditKeys } from './keys.ts'
import {
  endsAsLeft,
  followFile,
  followNew,
  openToAppend,
  readEnd,
  takeAsItIs,
  type LogFile,
} from './log-file.ts'
import { judgeStart, type Finding } from './start.ts'
import { OperatorError } from '../platform/operator-error.ts'

export interface ChainFileOptions {
  readonly file: string
  readonly keys: AuditKeys
  readonly nowMs: () => number
  /** Told each head, to be kept elsewhere. */
  readonly keep: (head: Head) => void
  /** Whether it is a command that adds to the log of a host. */
  readonly isCommand: boolean
}

const foreignKey = (file: string): OperatorError =>
  new OperatorError(
    `${file} was written with another key than this command has. Set HOST_KEY or HOST_KEY_FILE, or DATA_DIR, as the host has it.`,
  )

/** The file as it is now. One that is not known yet is to be adopted or released. */
export interface FoundFile extends LogFile {
  readonly origin: 'known' | 'rotated' | 'replaced'
}

async function leadsTo(path: string, { handle }: LogFile): Promise<boolean> {
  const [there, known] = await Promise.all([stat(path).catch(() => null), handle.stat()])
  return there !== null && inodeOf(there) === inodeOf(known)
}

/** What another process has written since, or null. */
async function newerRecord(path: string, keys: AuditKeys, { n }: Position): Promise<RecordedEnd | null> {
  const record = await readRecord(path, keys.heads)
  return record !== null && record !== 'foreign' && record.n > n ? record : null
}

/** The file from its record on, or null where another file was recorded. */
async function followTaken(
  handle: LogFile['handle'],
  { n, hash, size, inode }: RecordedEnd,
  keys: AuditKeys,
): Promise<LogFile | null> {
  if (inode !== inodeOf(await handle.stat())) return null
  const followed = await followFile(await takeAsItIs(handle, { n, hash }, size), keys.lines)
  return typeof followed === 'string' ? null : followed
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
   * @throws OperatorError where the file holds something else, or a command has another key than the host: nothing is left
   * of it then. Or the system's error.
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
    // It would only break the host's log.
    if (isCommand && (record === 'foreign' || finding === 'foreign_key')) throw foreignKey(path)
    const chain = new ChainFile(
      options,
      position === file.position ? file : await takeAsItIs(handle, position),
    )
    if (rotatedAt) chain.keep('rotation', rotatedAt)
    if (finding !== null && finding !== 'foreign_key') chain.keep('changed')
    chain.keep('start')
    await chain.#record()
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

  keep(reason: HeadReason, { n, hash }: Position = this.position): void {
    const { keys, nowMs, file, keep } = this.#options
    const at = new Date(nowMs()).toISOString()
    this.#head = sealHead(keys.heads, { n, hash, at, reason, file: basename(file) })
    keep(this.#head)
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
    if (!(await leadsTo(this.#options.file, this.#known))) return this.#openNew()
    const followed = await followFile(this.#known, this.#options.keys.lines)
    if (typeof followed === 'string') this.#tell(followed)
    const isChanged = typeof followed === 'string'
    const { handle, position } = this.#known
    this.#known = isChanged ? await takeAsItIs(handle, position) : followed
    return { ...this.#known, origin: 'known' }
  }

  /** From now on this is the log's file. */
  async adopt({ origin, ...file }: FoundFile): Promise<void> {
    // Where the last file ended, and not where this one is by now.
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
    return writeRecord(this.#options.file, this.#options.keys.heads, this.#known)
  }

  #tell(finding: Finding): void {
    if (this.#finding !== null) return
    this.#finding = finding
    this.keep('changed')
  }

  /** A rotation leaves no file, or an empty one. What a command has written there since follows the last line. */
  async #openNew(): Promise<FoundFile> {
    const { file, keys } = this.#options
    // A command may have written to the old one. What else was done to it since shows against its last head.
    const old = await followFile(this.#known, keys.lines)
    if (typeof old !== 'string') this.#known = old
    const handle = await openToAppend(file)
    try {
      // A device would swallow lines, and a pipe pass them to somebody else.
      if (!(await handle.stat()).isFile() && (await this.#known.handle.stat()).isFile()) {
        throw new OperatorError(`${file} was a file, and is none any more.`, { code: 'not_a_file' })
      }
      const record = await newerRecord(file, keys, this.position)
      const taken = record && (await followTaken(handle, record, keys))
      if (taken) return { ...taken, origin: 'known' }
      // It was written to the old file, and is gone from there by now.
      if (record) {
        this.#known = { ...this.#known, position: { n: record.n, hash: record.hash }, lastLength: null }
      }
      const { position } = this
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
