import { notifyManager, QueryCache, QueryClient } from '@tanstack/react-query'
import { isSignedOut } from '../contract/problems.ts'
import { retryDelay, shouldRetry } from './retry.ts'

// An answer is rendered at once, and not in a later turn of the browser.
notifyManager.setScheduler(queueMicrotask)

/** @param onSignedOut called when any answer says that the session has ended. */
export function makeQueryClient(onSignedOut: () => void): QueryClient {
  return new QueryClient({
    queryCache: new QueryCache({
      onError(error) {
        if (isSignedOut(error)) onSignedOut()
      },
    }),
    defaultOptions: {
      queries: {
        retry: shouldRetry,
        retryDelay,
        refetchOnWindowFocus: false,
        refetchOnReconnect: (query) => query.state.status === 'error',
        networkMode: 'always',
      },
      mutations: { retry: false, networkMode: 'always' },
    },
  })
}
