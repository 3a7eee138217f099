import { useEffect, useEffectEvent, useState } from 'react'
import { reportActivity } from '../api/auth.ts'
import { hostNow } from '../api/boot.ts'
import { isSignedOut } from '../contract/problems.ts'
import type { Session } from '../contract/session.ts'
import { useText } from '../text/i18n.ts'
import { sessionText } from '../text/session-text.ts'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { sessionEnded, setSession } from './session-state.ts'

const REPORT_EVERY_MS = 60_000
const WARN_BEFORE_MS = 120_000
const TICK_MS = 1000

/** Reports input or playback to the host, at most once a minute. */
function useActivityReports(active: boolean): void {
  useEffect(() => {
    if (!active) return undefined
    // Each report sets the host's clock, possibly back, so the interval is measured by the steady clock.
    let lastMs = performance.now()
    const report = (): void => {
      if (performance.now() - lastMs < REPORT_EVERY_MS) return
      lastMs = performance.now()
      reportActivity().then(setSession, (error: unknown) => {
        if (isSignedOut(error)) sessionEnded()
      })
    }
    const options = { passive: true, capture: true }
    const events = ['pointerdown', 'keydown', 'wheel', 'timeupdate'] as const
    for (const event of events) document.addEventListener(event, report, options)
    return () => {
      for (const event of events) document.removeEventListener(event, report, options)
    }
  }, [active])
}

/** Seconds until the session ends, without input or in any case; null until two minutes before. */
function useSecondsLeft(session: Session, active: boolean): number | null {
  const [left, setLeft] = useState<number | null>(null)
  const measure = useEffectEvent(() => {
    const leftMs = Math.min(session.idleExpiresMs, session.expiresMs) - hostNow()
    setLeft(leftMs < WARN_BEFORE_MS ? Math.max(0, Math.ceil(leftMs / 1000)) : null)
    if (leftMs <= 0) sessionEnded()
  })
  useEffect(() => {
    if (!active) return undefined
    const timer = setInterval(() => measure(), TICK_MS)
    return () => clearInterval(timer)
  }, [active])
  return active ? left : null
}

/** Keeps the session alive while the page is in use, and warns two minutes before it ends. */
export function SessionKeeper({ session, ended }: { readonly session: Session; readonly ended: boolean }) {
  const t = useText(sessionText)
  const left = useSecondsLeft(session, !ended)
  const [failed, setFailed] = useState(false)
  useActivityReports(!ended && left === null)
  const stay = (): void => {
    setFailed(false)
    reportActivity().then(setSession, (error: unknown) => {
      if (isSignedOut(error)) sessionEnded()
      else setFailed(true)
    })
  }
  if (left === null || left <= 0) return null
  return (
    <Dialog label={t.warnTitle} onClose={stay} className="m-auto max-w-sm rounded-xl p-5">
      <h2 className="text-base font-semibold">{t.warnTitle}</h2>
      <p className="my-3 text-muted">{t.warnHint({ seconds: left })}</p>
      <p role="alert" className="mb-3 font-medium text-warn empty:hidden">
        {failed ? t.stayFailed : null}
      </p>
      <Button look="primary" onClick={stay}>
        {t.stay}
      </Button>
    </Dialog>
  )
}
