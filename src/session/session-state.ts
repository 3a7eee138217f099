/** The session, for the whole page. */
import { atom } from 'nanostores'
import { boot } from '../api/boot.ts'
import type { Session } from '../contract/session.ts'

export interface SessionState {
  /** The current session, or the last one if `ended`. */
  readonly session: Session | null
  /** The session ended while the page was open. The page's content stays, behind the sign-in. */
  readonly ended: boolean
}

export const sessionState = atom<SessionState>({ session: boot.session, ended: false })

/** Called when the session's time is over, or a request shows that it has ended. */
export function sessionEnded(): void {
  const { session } = sessionState.get()
  if (session) sessionState.set({ session, ended: true })
}

export function setSession(session: Session | null): void {
  sessionState.set({ session, ended: false })
}

/** The news that a tab or frame sends to the others in this browser. It names no user. */
export type SessionNews = 'signed-in' | 'signed-out'

const channel = new BroadcastChannel('session')

// A channel reaches only its own origin, so it takes no target.
// oxlint-disable-next-line unicorn/require-post-message-target-origin
export const announce = (news: SessionNews): void => channel.postMessage(news)

/** @returns a function that stops listening. */
export function onNews(tell: (news: SessionNews) => void): () => void {
  const hear = ({ data }: MessageEvent<unknown>): void => {
    if (data === 'signed-in' || data === 'signed-out') tell(data)
  }
  channel.addEventListener('message', hear)
  return () => channel.removeEventListener('message', hear)
}
