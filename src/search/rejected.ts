import type { Problem } from '../contract/problems.ts'
import type { FilterName } from '../contract/search.ts'

/** A filter that the recorder refused, with the recorder's message. */
export interface Rejected {
  readonly name: FilterName
  readonly message: string
}

/** @returns the filter that the API's 400 names, or null where it names none. */
export function rejectedFilter(problem: Problem | null): Rejected | null {
  return problem?.filter === undefined ? null : { name: problem.filter, message: problem.message }
}
