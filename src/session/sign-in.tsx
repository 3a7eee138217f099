import { useMutation } from '@tanstack/react-query'
import { useEffect, useId, useRef, useState, type SubmitEvent } from 'react'
import { signIn } from '../api/auth.ts'
import { boot } from '../api/boot.ts'
import { asProblem, isRefusal } from '../contract/problems.ts'
import type { DemoAccount, Session } from '../contract/session.ts'
import { useText } from '../text/i18n.ts'
import { sessionText } from '../text/session-text.ts'
import { signInProblems } from '../text/sign-in-problems.ts'
import { Button } from '../ui/button.tsx'
import { TextField } from '../ui/field.tsx'
import { explainWait } from './explain-wait.ts'

interface SignInProps {
  /** The username of the ended session, to fill in. */
  readonly username?: string
  readonly onSignedIn: (session: Session) => void
}

/** Says why the sign-in failed. */
function explain(error: Error): string {
  const t = sessionText.get()
  const problem = asProblem(error)
  const says = signInProblems[problem.code]
  if (says === 'refused') return t.refused({ contact: boot.contact ?? t.administrator })
  return says === 'wait' ? explainWait(problem.retryAfterMs ?? 0) : t[says]
}

/** Names what is not filled in yet, or null. */
function explainMissing(username: string, password: string): string | null {
  const t = sessionText.get()
  if (username !== '') return password === '' ? t.missingPassword : null
  return password === '' ? t.missing : t.missingUsername
}

/** Moves the focus to a field of the form: the first empty one, or the password. */
function useFieldFocus() {
  const form = useRef<HTMLFormElement>(null)
  const focusPassword = (): void => form.current?.querySelector<HTMLElement>('[type=password]')?.focus()
  const focusEmpty = (): void => {
    const inputs = form.current?.querySelectorAll('input') ?? []
    ;[...inputs].find(({ value }) => value.trim() === '')?.focus()
  }
  // Runs after the dialog around the form has given the focus to its first control.
  useEffect(focusEmpty, [])
  return { form, focusEmpty, focusPassword }
}

/** The form, both on its own page and over a page whose session has ended. */
export function SignInForm({ username: known = '', onSignedIn }: SignInProps) {
  const t = useText(sessionText)
  const alertId = useId()
  const [username, setUsername] = useState(known)
  const [password, setPassword] = useState('')
  const [pressed, setPressed] = useState(false)
  const { form, focusEmpty, focusPassword } = useFieldFocus()
  const { mutate, isPending, error } = useMutation({
    mutationFn: () => signIn(username.trim(), password),
    onSuccess: onSignedIn,
    onError() {
      setPressed(false)
      setPassword('')
      focusPassword()
    },
  })
  const missing = explainMissing(username.trim(), password)
  const submit = (event: SubmitEvent): void => {
    event.preventDefault()
    setPressed(true)
    if (missing !== null) focusEmpty()
    else if (!isPending) mutate()
  }
  const isMissing = pressed && missing !== null
  const failure = error && !isPending && !pressed ? error : null
  const isRefused = failure !== null && isRefusal(asProblem(failure).code)
  return (
    <form ref={form} className="flex flex-col gap-4" onSubmit={submit} noValidate>
      <TextField
        label={t.username}
        name="username"
        autoComplete="username"
        autoCapitalize="none"
        required
        value={username}
        invalidBy={isMissing && username.trim() === '' ? alertId : undefined}
        onChange={(event) => setUsername(event.target.value)}
      />
      <TextField
        label={t.password}
        name="password"
        type="password"
        autoComplete="current-password"
        required
        value={password}
        invalidBy={(isMissing && password === '') || isRefused ? alertId : undefined}
        onChange={(event) => setPassword(event.target.value)}
      />
      <p id={alertId} role="alert" className="font-medium text-warn empty:hidden">
        {isMissing ? missing : failure && explain(failure)}
      </p>
      <Button type="submit" look="primary" className="min-h-10" aria-disabled={isPending}>
        {isPending ? t.checking : t.submit}
      </Button>
      <DemoAccounts
        onPick={(account) => {
          setUsername(account.username)
          setPassword(account.password)
        }}
      />
    </form>
  )
}

function DemoAccounts({ onPick }: { readonly onPick: (account: DemoAccount) => void }) {
  const t = useText(sessionText)
  if (boot.demoAccounts.length === 0) return null
  return (
    <section aria-labelledby="demo-accounts" className="rounded-lg border border-line bg-canvas p-3">
      <h2 id="demo-accounts" className="font-semibold">
        {t.demoTitle}
      </h2>
      <p className="mb-2 text-muted">{t.demoHint}</p>
      <ul className="flex flex-col gap-1">
        {boot.demoAccounts.map((account) => (
          <li key={account.username} className="flex items-center gap-2.5">
            <Button className="w-28 shrink-0" onClick={() => onPick(account)}>
              {account.username}
            </Button>
            <span className="text-muted">{t[account.role]}</span>
          </li>
        ))}
      </ul>
    </section>
  )
}

/** The sign-in as its own page. */
export function SignInPage({ onSignedIn }: Pick<SignInProps, 'onSignedIn'>) {
  const t = useText(sessionText)
  return (
    <main className="grid min-h-dvh place-items-center p-4">
      <title>{t.title}</title>
      <div className="w-full max-w-sm rounded-xl border border-line bg-surface p-6 shadow-sm">
        <h1 className="text-xl font-semibold">{t.title}</h1>
        <p className="mb-5 text-muted">{t.lead}</p>
        <SignInForm onSignedIn={onSignedIn} />
      </div>
    </main>
  )
}
