import { useEffect, useState } from 'react'

const LATE_AFTER_MS = 200

/** Whether that has been so for 200 ms. What a quick answer ends is never shown, and costs no render. */
export function useLate(waits: boolean): boolean {
  const [isLate, setLate] = useState(false)
  useEffect(() => {
    if (!waits) return undefined
    const timer = setTimeout(() => setLate(true), LATE_AFTER_MS)
    return () => {
      clearTimeout(timer)
      setLate(false)
    }
  }, [waits])
  return waits && isLate
}
