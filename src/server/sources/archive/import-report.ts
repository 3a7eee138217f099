/**
 * A file in DATA_DIR that lists what the last import left out, because the terminal shows only the first few. Its
 * lines hold callers' numbers and names, so only the host's user may read it.
 */
import { closeSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { inDataDir } from '../../files/data-dir.ts'

const MODE = 0o600
const BUFFERED_CHARACTERS = 65_536

export const importReportFile = (dataDir: string): string => inDataDir(dataDir, 'import-report.txt')

/** Writes under another name until the import is committed, so that a failed import keeps the previous report. */
export class ImportReport {
  readonly #file: string
  readonly #unfinished: string
  #handle: number | null = null
  #isNeeded = false
  #isMade = false
  #buffer = ''

  constructor(dataDir: string) {
    this.#file = importReportFile(dataDir)
    this.#unfinished = `${this.#file}.${process.pid}`
  }

  /** @throws the file system's error. */
  add(line: string): void {
    this.#isNeeded = true
    this.#buffer += `${line}\n`
    if (this.#buffer.length >= BUFFERED_CHARACTERS) this.#flush()
  }

  #flush(): void {
    if (this.#buffer === '') return
    this.#handle ??= openSync(this.#unfinished, 'w', MODE)
    this.#isMade = true
    writeSync(this.#handle, this.#buffer)
    this.#buffer = ''
  }

  /** Writes all lines while the import can still fail. @throws the file system's error. */
  finish(): void {
    this.#flush()
    this.#close()
  }

  #close(): void {
    if (this.#handle !== null) closeSync(this.#handle)
    this.#handle = null
  }

  /** Call it once the import is committed. @returns the file, or null if there is nothing to list. */
  keep(): string | null {
    if (!this.#isNeeded) {
      rmSync(this.#file, { force: true })
      return null
    }
    renameSync(this.#unfinished, this.#file)
    return this.#file
  }

  /** Call it if the import failed. */
  undo(): void {
    this.#close()
    // The process of another container may have the same number, and be writing its report.
    if (this.#isMade) rmSync(this.#unfinished, { force: true })
  }
}
