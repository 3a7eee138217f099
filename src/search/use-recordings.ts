import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { ListAnswer } from '../api/early-list.ts'
import { listQuery } from '../api/queries.ts'
import { asProblem, type Problem } from '../contract/problems.ts'
import { resolveSearch, writePageQuery, type FilterName, type PageQuery } from '../contract/search.ts'
import { clockFor } from './clock-for.ts'

export interface Recordings {
  /** The rows to show: those of this search or, while or because it has no answer, the last ones. */
  readonly answer: ListAnswer | null
  /** Whether the rows are those of this very address. */
  readonly current: boolean
  readonly busy: boolean
  readonly problem: Problem | null
  /** Filters that can be read but cannot be; then nothing was asked. */
  readonly impossible: readonly FilterName[]
  /** Asks anew; pages seen before are asked anew as well, once they are shown again. */
  readonly refresh: () => void
}

/** The rows of the address; rows once shown stay until the next are there, whatever happens in between. */
export function useRecordings(query: PageQuery): Recordings {
  const { impossible } = resolveSearch(query.search, clockFor(query))
  const client = useQueryClient()
  const { data, error, isFetching } = useQuery({
    ...listQuery(query, clockFor),
    enabled: impossible.length === 0,
  })
  const [kept, setKept] = useState<ListAnswer | null>(null)
  if (data && data !== kept) setKept(data)
  const answer = data ?? kept
  return {
    answer,
    current: answer !== null && writePageQuery(answer.query) === writePageQuery(query),
    busy: isFetching,
    problem: error ? asProblem(error) : null,
    impossible,
    refresh: () => void client.invalidateQueries({ queryKey: ['recordings'] }),
  }
}
