import { Provider } from '@react-spectrum/s2'
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { lazy, Suspense, useMemo, useState } from 'react'
import { createQueries } from '../api/queries.ts'
import { forgetSession, loadSession, type Session, saveSession } from '../api/session.ts'
import { createPageRouter } from './router.tsx'
import { SessionContext } from './session-context.ts'
import { SignInPage } from './sign-in-page.tsx'

/** Nothing is told before something is done. */
const Toasts = lazy(async () => ({ default: (await import('./toasts.tsx')).Toasts }))

/** All of it: who is signed in, what is known, and the page at hand. */
export function App() {
  const [session, setSession] = useState<Session | undefined>(() => loadSession(Date.now()))
  const [reason, setReason] = useState<string>()
  const router = useMemo(() => createPageRouter(), [])
  const queries = useMemo(
    () =>
      createQueries(() => {
        forgetSession()
        setReason('Your session has ended. Sign in again.')
        setSession(undefined)
      }),
    [],
  )
  const begin = (next: Session): void => {
    saveSession(next)
    setReason(undefined)
    setSession(next)
  }
  const end = (): void => {
    forgetSession()
    queries.clear()
    setSession(undefined)
  }
  return (
    <QueryClientProvider client={queries}>
      <Provider background="base" locale="en-GB">
        <Suspense>
          <Toasts placement="bottom end" />
        </Suspense>
        {session === undefined ? (
          <SignInPage reason={reason} onSession={begin} />
        ) : (
          <SessionContext value={{ session, end }}>
            <RouterProvider router={router} />
          </SessionContext>
        )}
      </Provider>
    </QueryClientProvider>
  )
}
