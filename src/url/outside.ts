import type { PageQuery } from '../contract/search.ts'
import { usePageQuery, useView } from './navigation.tsx'
import { listPath, recordingPath, type View } from './paths.ts'

const outside = { base: '', flags: '' } as const

/** The absolute address of a view without a portal's frame, to open in a tab of its own or to send on. */
export const outsideUrl = (view: View, query: PageQuery): string =>
  new URL(
    view.name === 'recording' ? recordingPath(outside, view.id, query) : listPath(outside, query),
    location.origin,
  ).href

/** The same for the current view. */
export const useOutsideUrl = (): string => outsideUrl(useView(), usePageQuery())
