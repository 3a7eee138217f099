import { useMutation } from '@tanstack/react-query'
import { useRef, useState, type SubmitEvent } from 'react'
import { changePassword } from '../api/auth.ts'
import { asProblem, isSignedOut } from '../contract/problems.ts'
import { MIN_PASSWORD_LENGTH } from '../contract/session.ts'
import { useText } from '../text/i18n.ts'
import { passwordProblems } from '../text/password-problems.ts'
import { passwordText } from '../text/password-text.ts'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { TextField } from '../ui/field.tsx'
import { explainWait } from './explain-wait.ts'
import { sessionEnded, setSession } from './session-state.ts'

/** The host has the same rule. Checking it here finds the commonest mistake without a request. */

const fields = ['current', 'next', 'repeat'] as const
type FieldName = (typeof fields)[number]
type Typed = Readonly<Record<FieldName, string>>
/** The fault of each field. `form` is for faults of no field. */
type Faults = Partial<Record<FieldName | 'form', string>>

const nothing: Typed = { current: '', next: '', repeat: '' }

function faultsOf({ current, next, repeat }: Typed): Faults {
  const t = passwordText.get()
  const isShort = [...next.normalize('NFKC')].length < MIN_PASSWORD_LENGTH
  return {
    ...(current === '' ? { current: t.missing } : {}),
    ...(isShort ? { next: t.tooShort({ length: MIN_PASSWORD_LENGTH }) } : {}),
    ...(!isShort && next !== repeat ? { repeat: t.differs } : {}),
  }
}

/** The host's reason for refusing, under the field that it belongs to. */
function faultsFrom(error: Error): Faults {
  const t = passwordText.get()
  const problem = asProblem(error)
  const { at, says } = passwordProblems[problem.code]
  return { [at]: says === 'wait' ? explainWait(problem.retryAfterMs ?? 0) : t[says] }
}

interface ChangePasswordProps {
  readonly username: string
  readonly onClose: () => void
}

function PasswordForm({ username, onClose, onDone }: ChangePasswordProps & { readonly onDone: () => void }) {
  const t = useText(passwordText)
  const [typed, setTyped] = useState(nothing)
  const [own, setOwn] = useState<Faults>({})
  const form = useRef<HTMLFormElement>(null)
  const focusFirst = (found: Faults): void => {
    const name = fields.find((field) => found[field] !== undefined)
    const field = name === undefined ? null : form.current?.elements.namedItem(name)
    if (field instanceof HTMLElement) field.focus()
  }
  const { mutate, isPending, error } = useMutation({
    mutationFn: () => changePassword(typed.current, typed.next),
    onSuccess(session) {
      setSession(session)
      onDone()
    },
    onError(failure) {
      focusFirst(faultsFrom(failure))
      if (isSignedOut(failure)) sessionEnded()
    },
  })
  const submit = (event: SubmitEvent): void => {
    event.preventDefault()
    if (isPending) return
    const found = faultsOf(typed)
    setOwn(found)
    focusFirst(found)
    if (Object.keys(found).length === 0) mutate()
  }
  const hasOwn = Object.keys(own).length > 0
  const faults = hasOwn || !error || isPending ? own : faultsFrom(error)
  return (
    <form ref={form} className="flex flex-col gap-4" onSubmit={submit} noValidate>
      {/* Password managers save the new password under this name. */}
      <input name="username" autoComplete="username" value={username} readOnly hidden />
      {fields.map((name) => (
        <TextField
          key={name}
          label={t[name]}
          name={name}
          type="password"
          autoComplete={name === 'current' ? 'current-password' : 'new-password'}
          required
          value={typed[name]}
          error={faults[name]}
          onChange={(event) => setTyped({ ...typed, [name]: event.target.value })}
        />
      ))}
      <p className="text-muted">{t.rule({ length: MIN_PASSWORD_LENGTH })}</p>
      <p role="alert" className="font-medium text-warn empty:hidden">
        {faults.form}
      </p>
      <div className="flex gap-2">
        <Button type="submit" look="primary" aria-disabled={isPending}>
          {isPending ? t.saving : t.submit}
        </Button>
        <Button onClick={onClose}>{t.cancel}</Button>
      </div>
    </form>
  )
}

/** Lets users change their own password, where the source keeps passwords. */
export function ChangePassword({ username, onClose }: ChangePasswordProps) {
  const t = useText(passwordText)
  const [isDone, setDone] = useState(false)
  return (
    <Dialog label={t.title} onClose={onClose} className="m-auto w-full max-w-sm rounded-xl p-6">
      <h2 className="text-lg font-semibold">{t.title}</h2>
      <output className="block empty:hidden">{isDone ? t.changed : null}</output>
      <p className="mb-4 text-muted">{t.hint}</p>
      {isDone ? (
        <Button look="primary" onClick={onClose}>
          {t.close}
        </Button>
      ) : (
        <PasswordForm username={username} onClose={onClose} onDone={() => setDone(true)} />
      )}
    </Dialog>
  )
}
