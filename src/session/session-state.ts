/** Who is signed in, for the whole page. */
import { atom } from 'nanostores'
import { boot } from '../api/boot.ts'
import type { Session } from '../contract/session.ts'

export interface SessionState {
  /** Who is, or was until it ended, signed in. */
  readonly session: Session | null
  /** The session ended while the page was open: what is on it stays, behind the sign-in. */
  readonly ended: boolean
}

export const sessionState = atom<SessionState>({ session: boot.session, ended: false })

/** An answer said that nobody is signed in. */
export function sessionEnded(): void {
  const { session } = sessionState.get()
  if (session) sessionState.set({ session, ended: true })
}

export function setSession(session: Session | null): void {
  sessionState.set({ session, ended: false })
}

/** What one tab or frame tells the others of this browser; never who. */
export type SessionNews = 'signed-in' | 'signed-out'

const channel = new BroadcastChannel('session')

// A channel reaches its own origin only, so there is no target to name.
// oxlint-disable-next-line unicorn/require-post-message-target-origin
export const announce = (news: SessionNews): void => channel.postMessage(news)

/** @returns how to stop listening. */
export function onNews(tell: (news: SessionNews) => void): () => void {
  const hear = ({ data }: MessageEvent<unknown>): void => {
    if (data === 'signed-in' || data === 'signed-out') tell(data)
  }
  channel.addEventListener('message', hear)
  return () => channel.removeEventListener('message', hear)
}
