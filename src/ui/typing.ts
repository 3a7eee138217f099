/** Input that is not applied at every key: what is typed, and choices that arrow keys walk over. */
import {
  useEffect,
  useEffectEvent,
  useRef,
  useState,
  type FocusEvent,
  type KeyboardEvent,
  type SyntheticEvent,
} from 'react'
import { atom } from 'nanostores'

const APPLY_AFTER_MS = 300

/**
 * The user's unfinished input, shown instead of the address's value. It belongs to the address at the time of typing,
 * so any other change discards it: a removed chip, Back, another zone.
 * @param source the address's value as text, which changes with it.
 * @returns the draft or null, and its setter; `over` is the source after the draft's own change.
 */
export function useDraft<T>(source: string): [T | null, (draft: T | null, over?: string) => void] {
  const [held, setHeld] = useState<{ readonly draft: T; readonly over: string } | null>(null)
  const setDraft = (draft: T | null, over = source): void => setHeld(draft === null ? null : { draft, over })
  return [held?.over === source ? held.draft : null, setDraft]
}

/** The visit to the field that has the focus, among those that apply what is typed; null elsewhere. */
export const openVisit = atom<string | null>(null)

/**
 * A text that is applied 300 ms after the last key, on Enter, and when the field loses focus.
 * @param apply gets the text, and a name for this visit to the field, so that its changes make one history entry.
 *   It returns the text as the address will have it.
 */
export function useTyping(value: string, apply: (text: string, visit: string) => string) {
  const [draft, setDraft] = useDraft<string>(value)
  const [typed, setTyped] = useState<string | null>(null)
  const visit = useRef('')
  const applyTyped = useEffectEvent((text: string) => {
    // Without a draft, another change (such as Back) has discarded the typed text.
    if (draft !== null) setDraft(text, apply(text, visit.current))
  })
  // A field that disappears, as in a drawer that closes, may not lose its focus first.
  useEffect(
    () => () => {
      if (openVisit.get() === visit.current) openVisit.set(null)
    },
    [],
  )
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
      openVisit.set(visit.current)
    },
    onChange: (event: { target: { value: string } }) => {
      setDraft(event.target.value)
      setTyped(event.target.value)
    },
    onKeyDown: (event: KeyboardEvent) => {
      if (event.key === 'Enter') settle()
    },
    onBlur: () => {
      settle()
      openVisit.set(null)
    },
  }
}

/** The text once it has not changed for that long. An empty text needs no pause. */
export function usePause(text: string, pauseMs: number): string {
  const [paused, setPaused] = useState(text)
  useEffect(() => {
    const timer = setTimeout(() => setPaused(text), pauseMs)
    return () => clearTimeout(timer)
  }, [text, pauseMs])
  return text === '' ? '' : paused
}

/** Whether the focus comes from outside the element that has the handler, or goes there. */
const crossesEdge = ({ currentTarget, relatedTarget }: FocusEvent): boolean =>
  !currentTarget.contains(relatedTarget as Node | null)

/**
 * A choice of a select or a radio group. Arrow keys walk over choices that nobody wants, so a choice by key is like
 * typing: it is applied 300 ms after the last key, and a visit makes one history entry. A press applies at once.
 * @param apply gets the choice, and the name of the visit where it was made by key.
 * @returns the choice to show, its setter, and handlers for the select or for the group.
 */
export function useChoice(value: string, apply: (choice: string, visit?: string) => void) {
  const byKey = useRef(false)
  const typing = useTyping(value, (choice, visit) => {
    if (choice !== value) apply(choice, visit)
    return choice
  })
  return {
    value: typing.value,
    pick: (choice: string): void => {
      if (byKey.current) typing.onChange({ target: { value: choice } })
      else apply(choice)
    },
    handlers: {
      onFocus: (event: FocusEvent) => crossesEdge(event) && typing.onFocus(),
      onBlur: (event: FocusEvent) => crossesEdge(event) && typing.onBlur(),
      onKeyDown: (event: KeyboardEvent) => {
        byKey.current = true
        typing.onKeyDown(event)
      },
      onPointerDown: () => {
        byKey.current = false
      },
    },
  }
}

type FieldEvent = SyntheticEvent<HTMLInputElement>

/** Handlers that select the text of a field as it gets the focus, by key or by press, so that typing replaces it. */
export function useSelectOnFocus() {
  const entering = useRef(false)
  return {
    onPointerDown: ({ currentTarget }: FieldEvent): void => {
      entering.current = document.activeElement !== currentTarget
    },
    onFocus: ({ currentTarget }: FieldEvent): void => currentTarget.select(),
    // A press gives the focus first and then sets the caret. A part that was dragged over stays selected.
    onClick: ({ currentTarget }: FieldEvent): void => {
      if (entering.current && currentTarget.selectionStart === currentTarget.selectionEnd)
        currentTarget.select()
      entering.current = false
    },
  }
}
