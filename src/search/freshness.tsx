import { useQuery, useQueryClient } from '@tanstack/react-query'
import { RefreshCw } from 'lucide-react'
import { useState } from 'react'
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
  const { data, isFetching } = useQuery({ ...listQuery(query), enabled: false })
  const [keptMs, setKeptMs] = useState<number | null>(null)
  if (data && data.asOfMs !== keptMs) setKeptMs(data.asOfMs)
  return (
    <div className="flex items-center gap-1">
      <span className="whitespace-nowrap text-muted">
        {keptMs === null ? null : t.asOf({ time: formatTime(keptMs, clockFor(query).zone, 'minute') })}
      </span>
      <IconButton
        label={t.refresh}
        icon={<RefreshCw size={16} aria-hidden className={isFetching ? 'animate-spin' : ''} />}
        onClick={() => refreshAll(client)}
      />
    </div>
  )
}
