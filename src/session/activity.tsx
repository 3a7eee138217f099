import { useEffect, useEffectEvent, useRef, useState } from 'react'
import { fetchSession, reportActivity } from '../api/auth.ts'
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

/** The end of the session, in less than two minutes. */
interface Ending {
  readonly seconds: number
  /** Whether it comes in any case, because no session lasts longer. */
  readonly isFinal: boolean
}

const endOf = ({ idleExpiresMs, expiresMs }: Session): number => Math.min(idleExpiresMs, expiresMs)

/**
 * Asks the host about the session's end before anything is said about it, and once more when it has come: another tab
 * may have moved it.
 * @returns null until two minutes before the session ends, and until the host has confirmed that.
 */
function useEnding(session: Session, active: boolean): Ending | null {
  const [seconds, setSeconds] = useState<number | null>(null)
  /** The end that the host has confirmed, or could not be asked about, ms since the Unix epoch. */
  const [confirmedMs, setConfirmedMs] = useState<number | null>(null)
  const asked = useRef('')
  const endMs = endOf(session)
  const ask = async (isOver: boolean): Promise<void> => {
    const question = `${endMs} ${isOver}`
    if (asked.current === question) return
    asked.current = question
    try {
      const now = await fetchSession()
      setConfirmedMs(endOf(now))
      setSession(now)
      // This machine's clock runs ahead of the host's, so it is asked until it says so too.
      if (isOver && endOf(now) === endMs) asked.current = ''
    } catch (error) {
      setConfirmedMs(endMs)
      if (isOver || isSignedOut(error)) sessionEnded()
    }
  }
  const measure = useEffectEvent(() => {
    const leftMs = endMs - hostNow()
    setSeconds(leftMs < WARN_BEFORE_MS ? Math.max(0, Math.ceil(leftMs / 1000)) : null)
    if (leftMs < WARN_BEFORE_MS) void ask(leftMs <= 0)
  })
  useEffect(() => {
    if (!active) return undefined
    const timer = setInterval(() => measure(), TICK_MS)
    return () => clearInterval(timer)
  }, [active])
  if (!active || seconds === null || confirmedMs !== endMs) return null
  return { seconds, isFinal: session.expiresMs <= session.idleExpiresMs }
}

/** Keeps the session alive while the page is in use, and warns two minutes before it ends. */
export function SessionKeeper({ session, ended }: { readonly session: Session; readonly ended: boolean }) {
  const t = useText(sessionText)
  const ending = useEnding(session, !ended)
  const [failed, setFailed] = useState(false)
  /** The end in any case that the user has read about. */
  const [knownMs, setKnownMs] = useState<number | null>(null)
  const isKnown = ending?.isFinal === true && knownMs === session.expiresMs
  useActivityReports(!ended && (ending === null || isKnown))
  const stay = (): void => {
    setFailed(false)
    reportActivity().then(setSession, (error: unknown) => {
      if (isSignedOut(error)) sessionEnded()
      else setFailed(true)
    })
  }
  if (ending === null || ending.seconds <= 0 || isKnown) return null
  const { seconds, isFinal } = ending
  const close = isFinal ? () => setKnownMs(session.expiresMs) : stay
  const title = isFinal ? t.endTitle : t.warnTitle
  return (
    <Dialog label={title} onClose={close} className="m-auto max-w-sm rounded-xl p-5">
      <h2 className="text-base font-semibold">{title}</h2>
      <p className="my-3 text-muted">{isFinal ? t.endHint({ seconds }) : t.warnHint({ seconds })}</p>
      <p role="alert" className="mb-3 font-medium text-warn empty:hidden">
        {failed ? t.stayFailed : null}
      </p>
      <Button look="primary" onClick={close}>
        {isFinal ? t.endClose : t.stay}
      </Button>
    </Dialog>
  )
}
