import { atom, type ReadableAtom } from 'nanostores'

/** Whether the media query matches. It is kept, because to ask the browser may make it style the page at once. */
export function followMedia(query: string): ReadableAtom<boolean> {
  const media = matchMedia(query)
  const matches = atom(media.matches)
  media.addEventListener('change', () => matches.set(media.matches))
  return matches
}
