import { Inbox } from 'lucide-react'
import type { Problem } from '../contract/problems.ts'
import { withFilter, type PageQuery } from '../contract/search.ts'
import { formatCount } from '../lib/numbers.ts'
import { useText } from '../text/i18n.ts'
import { filterText, listStateText } from '../text/list-text.ts'
import { Button } from '../ui/button.tsx'
import { Message } from '../ui/message.tsx'
import { useSearchFor } from '../url/navigation.tsx'
import { rejectedFilter } from './rejected.ts'

interface InvalidProps {
  readonly problem: Problem
  readonly query: PageQuery
  /** How many pages the search had when it last had an answer, or null. */
  readonly pages: number | null
}

/** The recorder refused the search itself: the page of it, or one of its filters. */
export function Invalid({ problem, query, pages }: InvalidProps) {
  return problem.reason === 1 ? (
    <InvalidPage problem={problem} query={query} pages={pages} />
  ) : (
    <InvalidFilter problem={problem} query={query} />
  )
}

function InvalidPage({ problem, query, pages }: InvalidProps) {
  const t = useText(listStateText)
  const searchFor = useSearchFor()
  // The last page where it is known, unless that is the one that was refused.
  const last = pages !== null && pages - 1 < query.page ? pages - 1 : 0
  return (
    <Message
      icon={<Inbox size={32} aria-hidden />}
      title={t.invalidPaging}
      actions={
        <Button look="primary" onClick={() => searchFor({ ...query, page: last })}>
          {t.pastGo({ page: formatCount(last + 1) })}
        </Button>
      }
    >
      {problem.message}
    </Message>
  )
}

function InvalidFilter({ problem, query }: Omit<InvalidProps, 'pages'>) {
  const t = useText(listStateText)
  const label = useText(filterText)
  const searchFor = useSearchFor()
  const rejected = rejectedFilter(problem)
  return (
    <Message
      icon={<Inbox size={32} aria-hidden />}
      title={t.invalidTitle}
      actions={
        <>
          {rejected ? (
            <Button look="primary" onClick={() => searchFor(withFilter(query, rejected.name, undefined))}>
              {t.removeFilter({ filter: label[rejected.name] })}
            </Button>
          ) : null}
          <Button onClick={() => searchFor({ ...query, page: 0, search: {} })}>{t.clear}</Button>
        </>
      }
    >
      {problem.message}
    </Message>
  )
}
