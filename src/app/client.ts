import { makeQueryClient } from '../api/query-client.ts'
import { sessionEnded } from '../session/session-state.ts'

/** The answers of the host that this page holds. */
export const queryClient = makeQueryClient(sessionEnded)
