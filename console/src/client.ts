import { HeadwaterClient } from '@headwater/client/client.ts'
import type { Session } from './session.ts'

/** The server that the page is from. */
export const HERE = ''

/** The API in one sandbox, on behalf of one session. */
export function clientOf({ token, clientId, orgId }: Session, sandbox?: string | undefined): HeadwaterClient {
  // The page looks again by itself, so that one more try is enough.
  return new HeadwaterClient({ baseUrl: HERE, credentials: { token, clientId, orgId }, sandbox, attempts: 2 })
}
