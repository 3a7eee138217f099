import type { ReactNode } from 'react'
import type { Problem } from '../contract/problems.ts'
import { detailProblems, type DetailAction, type DetailProblemWords } from '../text/detail-problems.ts'
import { detailText } from '../text/detail-text.ts'
import { useText } from '../text/i18n.ts'
import { listStateText } from '../text/list-text.ts'
import { Button, buttonClass, type ButtonLook } from '../ui/button.tsx'
import { Message } from '../ui/message.tsx'
import { neighbourHref, type Neighbour } from './neighbours.ts'

interface DetailFailedProps {
  readonly problem: Problem
  readonly back: string
  readonly next: Neighbour
  readonly onRetry: () => void
}

/** Says why this recording cannot be shown, with the next steps. The first is the primary one. */
export function DetailFailed({ problem, back, next, onRetry }: DetailFailedProps) {
  const t = useText(detailText)
  const states = useText(listStateText)
  const { title, hint, hasRequestId, actions }: DetailProblemWords = detailProblems[problem.code]
  const step = (name: DetailAction, look: ButtonLook): ReactNode => {
    if (name === 'retry') {
      return (
        <Button key={name} look={look} onClick={onRetry}>
          {t.again}
        </Button>
      )
    }
    const href = name === 'back' ? back : neighbourHref(next)
    return href === undefined ? null : (
      <a key={name} className={buttonClass(look)} href={href}>
        {t[name]}
      </a>
    )
  }
  return (
    <Message title={t[title]} actions={actions.map((name, at) => step(name, at === 0 ? 'primary' : 'plain'))}>
      {hint === 'message' ? problem.message : hint === null ? null : states[hint]}
      {hasRequestId && problem.requestId !== undefined ? (
        <p>{states.requestId({ id: problem.requestId })}</p>
      ) : null}
    </Message>
  )
}
