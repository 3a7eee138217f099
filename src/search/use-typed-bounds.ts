import { useEffect, useState } from 'react'
import type { PageClock } from '../clock/clock.ts'
import { timeKind, type PageTimeFilter } from '../contract/filter-kinds.ts'
import { useText } from '../text/i18n.ts'
import { filterText } from '../text/list-text.ts'
import { speak } from '../ui/speech.tsx'
import { useDraft } from '../ui/typing.ts'
import { boundTexts, readBounds, type Bound, type BoundTexts, type ReadBounds } from './time-bounds.ts'

/** A sentence about the fields, and the fields that it marks. */
interface Fault {
  readonly message: string
  readonly of: readonly Bound[]
}

const both: readonly Bound[] = ['from', 'to']

interface Settling {
  readonly value: PageTimeFilter | undefined
  readonly clock: PageClock
  /** Why the recorder did not accept the value. */
  readonly rejected: string | undefined
  readonly apply: (value: PageTimeFilter | undefined) => void
}

/**
 * The texts of From and To while they are typed. They are applied together, and stay where the form has to ask back.
 * @returns the texts, their fault, and what to do with them.
 */
export function useTypedBounds({ value, clock, rejected, apply }: Settling) {
  const t = useText(filterText)
  const [draft, setDraft] = useDraft<BoundTexts>(`${clock.zone} ${value ? timeKind.writePage(value) : ''}`)
  const [asked, setAsked] = useState<ReadBounds | null>(null)
  const shown = boundTexts(value, clock)
  const texts = draft ?? shown

  const discard = (): void => {
    setDraft(null)
    setAsked(null)
  }
  const settle = (): void => {
    if (draft === null) return
    if (draft.from === shown.from && draft.to === shown.to) return discard()
    const read = readBounds(draft, clock, value)
    setAsked(read)
    if (read.unread.length > 0 || read.question) return
    discard()
    apply(read.value)
  }
  const faultOf = (): Fault | null => {
    if (draft !== null && asked?.question) {
      const { ask, of } = asked.question
      return { message: ask === 'day' ? t.whichDay : t.future, of }
    }
    if (draft !== null && asked && asked.unread.length > 0) return { message: t.timeUnread, of: asked.unread }
    const reversed = value !== undefined && timeKind.resolve(value, clock) === null
    const message = reversed ? t.reversed : rejected
    return message === undefined ? null : { message, of: both }
  }
  const fault = faultOf()
  const said = fault?.message
  useEffect(() => {
    if (said !== undefined) speak(said)
  }, [said])
  return {
    texts,
    fault,
    /** Whether the fault is of a text that is typed and not applied, not of the value in the address. */
    isUnsettled: draft !== null && fault !== null,
    /** The value as it is typed, or that of the address where it cannot be read yet. */
    typed: draft === null ? value : (readBounds(draft, clock, value).value ?? value),
    edit: (bound: Bound, text: string): void => setDraft({ ...texts, [bound]: text }),
    settle,
    discard,
  }
}
