/**
 * Takes the recordings out of the API's answer `{ totalCount, recordings: […] }`, or out of a list alone, while it
 * arrives: a file with all recordings of an archive is too large to be parsed whole.
 */
import { OperatorError } from '../../platform/operator-error.ts'

/** The level of nesting at which the answer's fields stand. */
const IN_ANSWER = 1

const OPENING = /["{}[\],]/g

export class AnswerSplitter {
  /** What has arrived and is still needed: from the current element's first character on. */
  #text = ''
  /** Where scanning goes on in `text`. */
  #position = 0
  #depth = 0
  #lastName = ''
  /** The level of the list's elements: 2 in an answer, 1 in a list alone; null outside the list. */
  #listDepth: number | null = null
  #elementStart = 0
  #found = false

  /** @returns the texts of the elements that are complete with this piece. */
  push(piece: string): string[] {
    this.#text += piece
    const elements: string[] = []
    while (this.#step(elements));
    const keepFrom = this.#listDepth === null ? this.#position : this.#elementStart
    this.#text = this.#text.slice(keepFrom)
    this.#position -= keepFrom
    this.#elementStart -= keepFrom
    return elements
  }

  /** Call it when nothing more arrives. @throws OperatorError where the answer was cut off or is none. */
  end(): void {
    if (this.#depth !== 0)
      throw new OperatorError('the file ends in the middle of the answer: it was cut off')
    if (!this.#found) throw new OperatorError('the file has no list named “recordings”')
  }

  /** Goes on to the next character that has a meaning. @returns false where more text is needed. */
  #step(elements: string[]): boolean {
    OPENING.lastIndex = this.#position
    const match = OPENING.exec(this.#text)
    if (!match) {
      this.#position = this.#text.length
      return false
    }
    const { index } = match
    if (match[0] === '"') return this.#skipString(index)
    this.#position = index + 1
    this.#bracket(match[0], index, elements)
    return true
  }

  #skipString(opening: number): boolean {
    let closing = opening
    do {
      closing = this.#text.indexOf('"', closing + 1)
      if (closing === -1) {
        // The rest of the string is still to come: start at its beginning again then.
        this.#position = opening
        return false
      }
    } while (this.#isEscaped(closing))
    if (this.#depth === IN_ANSWER) this.#lastName = this.#text.slice(opening + 1, closing)
    this.#position = closing + 1
    return true
  }

  #isEscaped(index: number): boolean {
    let backslashes = 0
    while (this.#text[index - 1 - backslashes] === '\\') backslashes += 1
    return backslashes % 2 === 1
  }

  #bracket(character: string, index: number, elements: string[]): void {
    const isOfList = this.#depth === this.#listDepth
    if (character === ',') {
      if (isOfList) this.#take(index, elements)
    } else if (character === '{' || character === '[') {
      if (character === '[' && this.#isListNext()) {
        this.#listDepth = this.#depth + 1
        this.#found = true
        this.#elementStart = index + 1
      }
      this.#depth += 1
    } else {
      if (isOfList) {
        // An empty list, or a comma too many: nothing stands before the bracket.
        if (this.#text.slice(this.#elementStart, index).trim() !== '') this.#take(index, elements)
        this.#listDepth = null
      }
      this.#depth -= 1
    }
  }

  #isListNext(): boolean {
    if (this.#listDepth !== null) return false
    return this.#depth === 0 || (this.#depth === IN_ANSWER && this.#lastName === 'recordings')
  }

  #take(end: number, elements: string[]): void {
    elements.push(this.#text.slice(this.#elementStart, end))
    this.#elementStart = end + 1
  }
}
