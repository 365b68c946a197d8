import { LOGIN_FAILURES } from './failures-login.ts'
import { NETWORK_FAILURES } from './failures-network.ts'
import { SESSION_FAILURES } from './failures-session.ts'
import { CLIENT_CERTIFICATE_FAILURES, TLS_FAILURES } from './failures-tls.ts'

/** Every way in which opening a session is known to fail. The names are part of the API. */
export const FAILURES = Object.freeze({
  ...NETWORK_FAILURES,
  ...TLS_FAILURES,
  ...CLIENT_CERTIFICATE_FAILURES,
  ...LOGIN_FAILURES,
  ...SESSION_FAILURES,
})

export type FailureCode = keyof typeof FAILURES
