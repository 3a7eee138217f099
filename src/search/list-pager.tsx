import { useQueryClient } from '@tanstack/react-query'
import { memo } from 'react'
import { askAhead } from '../api/queries.ts'
import { isSameSearch, usualPageSizes } from '../contract/search.ts'
import { formatCount } from '../lib/numbers.ts'
import { setRowsPerPage } from '../prefs/prefs.ts'
import { useText } from '../text/i18n.ts'
import { listText } from '../text/list-text.ts'
import { Pager } from '../ui/pager.tsx'
import { usePageQuery, useSearchFor } from '../url/navigation.tsx'
import type { Recordings } from './use-recordings.ts'
import { useTurnTo } from './use-turn-to.ts'

/** Writes which of the matches are in the table: `51–100 of 1,234`. */
function rangeLine({ answer }: Recordings): string {
  const t = listText.get()
  if (!answer) return ''
  const { list, query } = answer
  const first = query.page * query.pageSize
  const total = formatCount(list.totalCount)
  if (first >= list.totalCount) return t.none({ total })
  const last = Math.min(first + query.pageSize, list.totalCount)
  return t.range({ first: formatCount(first + 1), last: formatCount(last), total })
}

/** The line below the table. */
export const ListPager = memo(function ListPager({ recordings }: { readonly recordings: Recordings }) {
  const t = useText(listText)
  const query = usePageQuery()
  const searchFor = useSearchFor()
  const turnTo = useTurnTo(query)
  const client = useQueryClient()
  const { answer } = recordings
  return (
    <div className="list-pager">
      <Pager
        page={query.page}
        pages={answer === null ? null : Math.max(1, Math.ceil(answer.list.totalCount / query.pageSize))}
        isOld={answer !== null && !isSameSearch(answer.query, query)}
        pageSize={query.pageSize}
        pageSizes={usualPageSizes}
        onPage={turnTo}
        onPageSize={(pageSize, visit) => {
          setRowsPerPage(pageSize)
          searchFor({ ...query, pageSize, page: Math.floor((query.page * query.pageSize) / pageSize) }, visit)
        }}
        onNear={(page) => askAhead(client, { ...query, page }, 'prefetch')}
      >
        {/* The page says a whole sentence instead, once for each search. */}
        <output aria-label={t.results} aria-live="off" className="list-range">
          {rangeLine(recordings)}
        </output>
      </Pager>
    </div>
  )
})
