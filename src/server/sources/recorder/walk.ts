/** All recordings that match, page by page, because one answer with all of them may have any size. */
import { MAX_PAGE_SIZE, type Paging } from '../../../contract/search.ts'
import type { Page, WholeList } from '../source.ts'
import { recorderMismatch } from './failures.ts'

const idOf = (row: unknown): unknown =>
  typeof row === 'object' && row !== null && 'id' in row ? String(row.id).toLowerCase() : row

/**
 * @param ask gets one page, checked against the search.
 * @returns as many rows as the first page's total says. Recordings that arrive meanwhile push others onto the next
 * page, where these are left out. Missing rows are a failure, because an answer must not be shorter than it says.
 */
export async function walkPages(ask: (paging: Paging) => Promise<Page>): Promise<WholeList> {
  const first = await ask({ page: 0, pageSize: MAX_PAGE_SIZE })
  async function* rows(): AsyncGenerator<unknown> {
    let left = first.totalCount
    let before = new Set<unknown>()
    for (let page = 0; left > 0; page += 1) {
      const { recordings } = page === 0 ? first : await ask({ page, pageSize: MAX_PAGE_SIZE })
      const fresh = recordings.filter((row) => !before.has(idOf(row))).slice(0, left)
      if (fresh.length === 0) throw recorderMismatch(`${left} recordings fewer than counted`)
      yield* fresh
      left -= fresh.length
      before = new Set(recordings.map(idOf))
    }
  }
  return { totalCount: first.totalCount, recordings: rows() }
}
