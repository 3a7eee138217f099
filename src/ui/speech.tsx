/** What the page says to assistive technology: one polite status, so that no two messages compete. */
import { useStore } from '@nanostores/react'
import { atom } from 'nanostores'

const spoken = atom('')

/** Says a sentence. The same sentence again is said again. */
export function speak(sentence: string): void {
  // Browsers report only changes of the text, so a repeated sentence gets a space.
  spoken.set(spoken.get() === sentence ? `${sentence} ` : sentence)
}

/** The element that screen readers listen to. The page has one. */
export function Speech() {
  return <output className="sr-only">{useStore(spoken)}</output>
}
