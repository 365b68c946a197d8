import type { HeadwaterClient } from '@headwater/client/client.ts'
import { createContext, useContext } from 'react'
export const ClientContext = createContext<HeadwaterClient | undefined>(undefined)
export function useClient(): HeadwaterClient {
  const client = useContext(ClientContext)
  if (client === undefined) throw new Error('nobody is signed in')
  return client
}
