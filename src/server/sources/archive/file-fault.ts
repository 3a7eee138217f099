/** A fault of an imported file as a whole. The import adds the file's name and tells the operator. */
export class FileFault extends Error {
  override readonly name = 'FileFault'
  /** What to do, as a sentence. */
  readonly remedy: string

  /** @param problem a clause without its full stop, such as "the file is empty". */
  constructor(problem: string, remedy: string, options?: ErrorOptions) {
    super(problem, options)
    this.remedy = remedy
  }
}

export const emptyFile = (): FileFault =>
  new FileFault('the file is empty', 'Export the recordings again, or name another file.')
