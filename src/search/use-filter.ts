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
 * What is being typed, over what the address says. It gives way when the address changes to anything else than
 * what was typed: by a chip, by Back, by another zone.
 * @param source what the address says, as a text that changes with it.
 * @returns the draft or null; its setter; and `expect`, to tell what the address will say because of it.
 */
export function useDraft<T>(source: string): [T | null, (draft: T | null) => void, (source: string) => void] {
  const [draft, setDraft] = useState<T | null>(null)
  const [seen, setSeen] = useState(source)
  const [expected, expect] = useState<string | null>(null)
  if (seen !== source) {
    setSeen(source)
    if (source !== expected) setDraft(null)
  }
  return [draft, setDraft, expect]
}

/**
 * A text that is applied 300 ms after the last key, on Enter, and when the field is left.
 * @param apply gets the text, and a name for this visit to the field that makes its changes one history entry.
 *   It returns the text as the address will say it.
 */
export function useTyping(value: string, apply: (text: string, visit: string) => string) {
  const [draft, setDraft, expect] = useDraft<string>(value)
  const [typed, setTyped] = useState<string | null>(null)
  const visit = useRef('')
  const applyNow = (text: string): string => {
    const applied = apply(text, visit.current)
    expect(applied)
    return applied
  }
  const applyLatest = useEffectEvent(applyNow)
  useEffect(() => {
    if (typed === null) return undefined
    const timer = setTimeout(() => applyLatest(typed), APPLY_AFTER_MS)
    return () => clearTimeout(timer)
  }, [typed])
  const settle = (): void => {
    setTyped(null)
    if (draft !== null) setDraft(applyNow(draft))
  }
  return {
    value: draft ?? value,
    onFocus: () => {
      visit.current = String(performance.timeOrigin + performance.now())
    },
    onChange: (event: { target: { value: string } }) => {
      setDraft(event.target.value)
      setTyped(event.target.value)
    },
    onKeyDown: (event: KeyboardEvent) => {
      if (event.key === 'Enter') settle()
    },
    onBlur: settle,
  }
}
