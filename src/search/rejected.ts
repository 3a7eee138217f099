import type { Problem } from '../contract/problems.ts'
import { filterNames, type FilterName } from '../contract/search.ts'

/** A filter that the recorder did not accept, and what it said. */
export interface Rejected {
  readonly name: FilterName
  readonly message: string
}

/** The filter that a 400 of the API names, where it names one. */
export function rejectedFilter(problem: Problem | null): Rejected | null {
  if (problem?.code !== 'invalid_query' || problem.reason !== 0) return null
  const name = filterNames.find((candidate) => problem.message.includes(candidate))
  return name === undefined ? null : { name, message: problem.message }
}
