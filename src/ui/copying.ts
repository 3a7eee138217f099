import { useEffect, useState } from 'react'
import { useText } from '../text/i18n.ts'
import { copyText } from '../text/shell-text.ts'
import { speak } from './speech.tsx'

const SHOWN_MS = 4000

export type Copied = 'copied' | 'failed'

/**
 * Copies by way of a selection, which needs no secure connection. Browsers call the command outdated, but a page served
 * by http has no other.
 */
function copySelected(text: string): boolean {
  const area = document.createElement('textarea')
  area.value = text
  area.className = 'fixed top-0 opacity-0'
  // Inside an open dialog the rest of the page cannot be selected.
  const place = document.querySelector('dialog:modal') ?? document.body
  const focused = document.activeElement
  place.append(area)
  area.select()
  // oxlint-disable-next-line typescript/no-deprecated
  const copied = document.execCommand('copy')
  area.remove()
  if (focused instanceof HTMLElement) focused.focus()
  return copied
}

async function copyOut(text: string): Promise<Copied> {
  try {
    await navigator.clipboard.writeText(text)
    return 'copied'
  } catch {
    // Without a secure connection there is no clipboard, and some frames may not write to it.
    return copySelected(text) ? 'copied' : 'failed'
  }
}

/** Copies text and reports the outcome for four seconds. Screen readers announce it at once. */
export function useCopying(): {
  readonly outcome: Copied | null
  readonly copy: (text: string) => void
} {
  const t = useText(copyText)
  const [done, setDone] = useState<{ readonly outcome: Copied } | null>(null)
  useEffect(() => {
    if (done === null) return undefined
    const timer = setTimeout(() => setDone(null), SHOWN_MS)
    return () => clearTimeout(timer)
  }, [done])
  const copy = async (text: string): Promise<void> => {
    const outcome = await copyOut(text)
    setDone({ outcome })
    speak(t[outcome])
  }
  return { outcome: done?.outcome ?? null, copy: (text) => void copy(text) }
}
