import type { Problem } from '../contract/problems.ts'
import type { FilterName } from '../contract/search.ts'

/** A filter that the recorder did not accept, and its own words about it. */
export interface Rejected {
  readonly name: FilterName
  readonly message: string
}

/** The filter that a 400 of the API names; null where it names none. */
export function rejectedFilter(problem: Problem | null): Rejected | null {
  return problem?.filter === undefined ? null : { name: problem.filter, message: problem.message }
}
