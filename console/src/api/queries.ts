import { HeadwaterError } from '@headwater/client/error.ts'
import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query'

/** Codes of the gateway: the client was revoked, the organisation isn't the token's. */
const LOST_CLIENT: ReadonlySet<string> = new Set(['403003', '403025'])

/** The token or its client is no longer accepted: sign in again. */
export function isSessionOver(error: unknown): boolean {
  return error instanceof HeadwaterError && (error.status === 401 || LOST_CLIENT.has(error.code))
}

/** What was asked is fresh for so long; events have it asked anew before. */
const FRESH_MS = 5_000

/** Keeps what was asked of the API, and says when the session has ended. */
export function createQueries(onSessionOver: () => void): QueryClient {
  const onError = (error: unknown): void => {
    if (isSessionOver(error)) onSessionOver()
  }
  return new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError }),
    // The client tries again by itself what is worth it.
    defaultOptions: { queries: { retry: false, staleTime: FRESH_MS } },
  })
}
