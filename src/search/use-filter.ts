import { useEffect, useEffectEvent, useRef, useState, type KeyboardEvent } from 'react'
import { isSameSearch, withFilter, type FilterName, type PageSearch } from '../contract/search.ts'
import { usePageQuery, useSearchFor } from '../url/navigation.tsx'

type Change<Name extends FilterName> = (value: PageSearch[Name] | undefined, typing?: string) => void

/** One filter of the address, and how to change it. Setting what is set already changes nothing. */
export function useFilter<Name extends FilterName>(name: Name): [PageSearch[Name] | undefined, Change<Name>] {
  const query = usePageQuery()
  const searchFor = useSearchFor()
  const change: Change<Name> = (value, typing) => {
    const next = withFilter(query, name, value)
    if (!isSameSearch(next, query)) searchFor(next, typing)
  }
  return [query.search[name], change]
}

const APPLY_AFTER_MS = 300

/**
 * What is being typed, over what the address says. It holds only over the address that it was typed over, and so
 * gives way to any change that it did not cause: by a chip, by Back, by another zone.
 * @param source what the address says, as a text that changes with it.
 * @returns the draft or null, and its setter; `over` is the source that its own change leads to.
 */
export function useDraft<T>(source: string): [T | null, (draft: T | null, over?: string) => void] {
  const [held, setHeld] = useState<{ readonly draft: T; readonly over: string } | null>(null)
  const setDraft = (draft: T | null, over = source): void => setHeld(draft === null ? null : { draft, over })
  return [held?.over === source ? held.draft : null, setDraft]
}

/**
 * A text that is applied 300 ms after the last key, on Enter, and when the field is left.
 * @param apply gets the text, and a name for this visit to the field that makes its changes one history entry.
 *   It returns the text as the address will say it.
 */
export function useTyping(value: string, apply: (text: string, visit: string) => string) {
  const [draft, setDraft] = useDraft<string>(value)
  const [typed, setTyped] = useState<string | null>(null)
  const visit = useRef('')
  const applyTyped = useEffectEvent((text: string) => {
    // What was typed has given way meanwhile, to Back for one.
    if (draft !== null) setDraft(text, apply(text, visit.current))
  })
  useEffect(() => {
    if (typed === null) return undefined
    const timer = setTimeout(() => applyTyped(typed), APPLY_AFTER_MS)
    return () => clearTimeout(timer)
  }, [typed])
  const settle = (): void => {
    setTyped(null)
    if (draft !== null) apply(draft, visit.current)
    setDraft(null)
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
