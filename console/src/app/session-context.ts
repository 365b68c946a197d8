import { createContext, useContext } from 'react'
import type { Session } from '../api/session.ts'

export interface SignedIn {
  readonly session: Session
  /** Signs out. */
  readonly end: () => void
}

export const SessionContext = createContext<SignedIn | undefined>(undefined)

export function useSession(): SignedIn {
  const signedIn = useContext(SessionContext)
  if (signedIn === undefined) throw new Error('nobody is signed in')
  return signedIn
}
