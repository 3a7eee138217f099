import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query'
import { RefreshCw } from 'lucide-react'
import { clockFor } from '../api/clock-for.ts'
import { listQuery, refreshAll } from '../api/queries.ts'
import { formatTime } from '../lib/times.ts'
import { useText } from '../text/i18n.ts'
import { listText } from '../text/list-text.ts'
import { IconButton } from '../ui/button.tsx'
import { usePageQuery } from '../url/navigation.tsx'

/** The time of the rows on screen, and the button that asks for newer ones. */
export function Freshness() {
  const t = useText(listText)
  const query = usePageQuery()
  const client = useQueryClient()
  // It only watches: the list asks.
  const { data, isFetching } = useQuery({
    ...listQuery(query),
    enabled: false,
    placeholderData: keepPreviousData,
  })
  return (
    <div className="flex items-center gap-1">
      <span className="whitespace-nowrap text-muted">
        {data ? t.asOf({ time: formatTime(data.asOfMs, clockFor(query).zone, 'minute') }) : null}
      </span>
      <IconButton
        label={t.refresh}
        icon={<RefreshCw size={16} aria-hidden className={isFetching ? 'animate-spin' : ''} />}
        onClick={() => refreshAll(client)}
      />
    </div>
  )
}
