import type { Problem } from '../contract/problems.ts'
import { withFilter, type PageQuery } from '../contract/search.ts'
import { formatCount } from '../lib/numbers.ts'
import { useText } from '../text/i18n.ts'
import type { ListAction } from '../text/list-problems.ts'
import { filterText, listStateText } from '../text/list-text.ts'
import { copyText } from '../text/shell-text.ts'
import { Button } from '../ui/button.tsx'
import { useCopying } from '../ui/copying.ts'
import { useSearchFor } from '../url/navigation.tsx'
import type { PageUser } from './page-user.ts'

export interface ListStepsProps {
  readonly names: readonly ListAction[]
  readonly problem: Problem
  readonly account: PageUser
  readonly query: PageQuery
  /** The number of pages in the search's last answer, or null. */
  readonly pages: number | null
  readonly onRetry: () => void
}

interface Step {
  readonly label: string
  readonly run: () => void
}

const lastWeek = { op: 'on', period: 'last-7-days' } as const

/** Copies the request for the right to search, and shows on its button whether that worked. */
function useCopyRequest(user: string): Step {
  const t = useText(listStateText)
  const copied = useText(copyText)
  const { outcome, copy } = useCopying()
  return {
    label: outcome === null ? t.copyRequest : copied[outcome],
    run: () => copy(t.requestText({ user })),
  }
}

/** All steps of the list; null where this problem does not allow the step. */
function useSteps(props: ListStepsProps): Readonly<Record<ListAction, Step | null>> {
  const { problem, account, query, pages, onRetry } = props
  const t = useText(listStateText)
  const label = useText(filterText)
  const searchFor = useSearchFor()
  const copyRequest = useCopyRequest(account.session.username)
  const { filter } = problem
  // The last known page, if it comes before the refused one, else the first page.
  const last = pages !== null && pages - 1 < query.page ? pages - 1 : 0
  return {
    retry: { label: t.again, run: onRetry },
    tryNow: { label: t.tryNow, run: onRetry },
    narrow: {
      label: t.lastWeek,
      run: () => searchFor(withFilter(query, 'startTime', lastWeek)),
    },
    copyRequest,
    signOut: { label: t.signOut, run: account.signOut },
    removeFilter:
      filter === undefined
        ? null
        : {
            label: t.removeFilter({ filter: label[filter] }),
            run: () => searchFor(withFilter(query, filter, undefined)),
          },
    clearFilters: { label: t.clear, run: () => searchFor({ ...query, page: 0, search: {} }) },
    goToPage: {
      label: t.pastGo({ page: formatCount(last + 1) }),
      run: () => searchFor({ ...query, page: last }),
    },
  }
}

/** The next steps of a problem, as buttons. The first is the primary one. */
export function ListSteps(props: ListStepsProps) {
  const steps = useSteps(props)
  const offered = props.names.flatMap((name) => {
    const step = steps[name]
    return step === null ? [] : [{ name, ...step }]
  })
  return offered.map(({ name, label, run }, index) => (
    <Button key={name} look={index === 0 ? 'primary' : 'plain'} onClick={run}>
      {label}
    </Button>
  ))
}
