import { useEffect, useEffectEvent, useRef, useState, type KeyboardEvent } from 'react'
import {
  withFilter,
  writePageQuery,
  type FilterName,
  type PageQuery,
  type PageSearch,
} from '../contract/search.ts'
import { usePageQuery, useSearchFor } from '../url/navigation.tsx'

type Change<Name extends FilterName> = (value: PageSearch[Name] | undefined, typing?: string) => void

/** One filter of the address, and how to change it. Setting what is set already changes nothing. */
export function useFilter<Name extends FilterName>(name: Name): [PageSearch[Name] | undefined, Change<Name>] {
  const query = usePageQuery()
  const searchFor = useSearchFor()
  const change: Change<Name> = (value, typing) => {
    const next = withFilter(query, name, value)
    if (!sameSearch(next, query)) searchFor(next, typing)
  }
  return [query.search[name], change]
}

const sameSearch = (a: PageQuery, b: PageQuery): boolean =>
  writePageQuery({ ...a, page: 0 }) === writePageQuery({ ...b, page: 0 })

const APPLY_AFTER_MS = 300

/**
 * What is being typed, until it is applied: 300 ms after the last key, on Enter, and when the field is left.
 * Between focus and blur the field shows the typed text, otherwise what the address says.
 * @param apply gets the text, and a name for this visit to the field that makes its changes one history entry.
 */
export function useTyping(value: string, apply: (text: string, typing: string) => void) {
  const [draft, setDraft] = useState<string | null>(null)
  const visit = useRef('')
  const applyLatest = useEffectEvent((text: string) => apply(text, visit.current))
  useEffect(() => {
    if (draft === null) return undefined
    const timer = setTimeout(() => applyLatest(draft), APPLY_AFTER_MS)
    return () => clearTimeout(timer)
  }, [draft])
  const settle = (): void => {
    if (draft !== null) apply(draft, visit.current)
  }
  return {
    value: draft ?? value,
    onFocus: () => {
      visit.current = String(performance.timeOrigin + performance.now())
    },
    onChange: (event: { target: { value: string } }) => setDraft(event.target.value),
    onKeyDown: (event: KeyboardEvent) => {
      if (event.key === 'Enter') settle()
    },
    onBlur: () => {
      settle()
      setDraft(null)
    },
  }
}
