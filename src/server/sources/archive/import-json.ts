/**
 * Takes the recordings out of the API's answer `{ totalCount, recordings: […] }`, or out of a bare list, as the text
 * arrives. A file with a whole archive is too large to parse at once.
 */
import { FileFault } from './file-fault.ts'

/** The nesting level of the answer's fields. */
const IN_ANSWER = 1

const OPENING = /["{}[\],]/g

export class AnswerSplitter {
  /** The text that is still needed. Within the list it begins with the current element. */
  #text = ''
  /** Where scanning continues in `#text`. */
  #position = 0
  #depth = 0
  #lastName = ''
  /** The level of the list's elements: 2 in an answer, 1 in a bare list; null outside the list. */
  #listDepth: number | null = null
  #elementStart = 0
  #found = false

  /** @returns the texts of the elements that this piece completes. */
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

  /** Call it at the end of the text. @throws FileFault if the answer was cut off or has no list. */
  end(): void {
    if (this.#depth !== 0) {
      throw new FileFault(
        'the file ends in the middle of the answer: it was cut off',
        'Export the recordings again, and import the whole file.',
      )
    }
    if (!this.#found) {
      throw new FileFault(
        'the file has no list named “recordings”',
        'Give the API’s answer to a search, or a bare list of recordings.',
      )
    }
  }

  /** Goes to the next significant character. @returns false if more text is needed. */
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
        // The string is not complete yet. The next step begins at its start again.
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
        // Nothing stands before the bracket in an empty list or after a trailing comma.
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
