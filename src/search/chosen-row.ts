/** The recording whose row the pointer rests on or that has the focus. Its facts are shown beside the list. */
import { atom } from 'nanostores'

/** Its id, or null before the first one. */
export const chosenId = atom<string | null>(null)
