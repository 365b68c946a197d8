import { HeadwaterClient } from '@headwater/client/client.ts'
import { createContext, useContext } from 'react'
import type { Session } from './session.ts'

/** The server that the page is from. */
export const HERE = ''

/** The API in one sandbox, on behalf of one session. */
export function clientOf({ token, clientId, orgId }: Session, sandbox?: string | undefined): HeadwaterClient {
  return new HeadwaterClient({ baseUrl: HERE, credentials: { token, clientId, orgId }, sandbox, attempts: 2 })
}

export const ClientContext = createContext<HeadwaterClient | undefined>(undefined)

/** The API on behalf of who is signed in, in the sandbox that is chosen. */
export function useClient(): HeadwaterClient {
  const client = useContext(ClientContext)
  if (client === undefined) throw new Error('nobody is signed in')
  return client
}
