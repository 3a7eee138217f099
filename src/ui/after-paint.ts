import { startTransition, useEffect, useState } from 'react'

/** A timer without a delay would run before what is waiting already, such as the next press. In ms. */
const BEHIND_OTHERS_MS = 1

/** Runs it once the browser has painted what was just changed. @returns a function that cancels it. */
export function afterPaint(run: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined
  const frame = requestAnimationFrame(() => {
    timer = setTimeout(run, BEHIND_OTHERS_MS)
  })
  return () => {
    cancelAnimationFrame(frame)
    clearTimeout(timer)
  }
}

/** Whether the component has been painted once. What waits for it costs the first paint nothing. */
export function usePainted(): boolean {
  const [painted, setPainted] = useState(false)
  // As a transition, it gives way every few milliseconds, so a press is not kept waiting.
  useEffect(() => afterPaint(() => startTransition(() => setPainted(true))), [])
  return painted
}
