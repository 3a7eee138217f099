import { useEffect } from 'react'
import { fetchSession } from '../api/auth.ts'
import { useText } from '../text/i18n.ts'
import { sessionText } from '../text/session-text.ts'
import { buttonClass } from '../ui/button.tsx'
import { Message } from '../ui/message.tsx'
import { usePageQuery } from '../url/navigation.tsx'
import { outsideUrl } from '../url/outside.ts'
import { reloadPage } from '../url/reload.ts'
import { onNews } from './session-state.ts'

/**
 * The signed-out page inside a portal. A framed page never has a password field: users sign in where they see the
 * address bar, at the same search outside the frame, and the frame loads again afterwards.
 */
export function FramedSignIn() {
  const t = useText(sessionText)
  const outside = outsideUrl({ name: 'list' }, usePageQuery())
  useEffect(
    () =>
      onNews((news) => {
        if (news === 'signed-in') reloadPage()
      }),
    [],
  )
  useEffect(() => {
    // Who returns here may be signed in already, and then nobody announces it.
    const look = (): void => {
      if (!document.hidden) fetchSession().then(reloadPage, () => {})
    }
    document.addEventListener('visibilitychange', look)
    addEventListener('focus', look)
    return () => {
      document.removeEventListener('visibilitychange', look)
      removeEventListener('focus', look)
    }
  }, [])
  return (
    <main className="grid min-h-dvh place-items-center">
      <title>{t.title}</title>
      <Message
        title={t.framed}
        actions={
          <>
            <a className={buttonClass('primary')} href={outside} target="_blank" rel="opener">
              {t.submit}
            </a>
            <a className={buttonClass('plain')} href={outside} target="_blank" rel="noreferrer">
              {t.openTab}
            </a>
          </>
        }
      />
    </main>
  )
}
