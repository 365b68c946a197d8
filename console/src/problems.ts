import { type HeadwaterError, UNREACHABLE } from '@headwater/client/error.ts'

/** Failures of the API in words for who looks at the page. */

/** Codes of the gateway: the client was revoked, the organisation isn't the token's. */
const LOST_CLIENT = ['403003', '403025']

/** The token or its client is no longer accepted: sign in again. */
export function isSessionOver({ status, code }: HeadwaterError): boolean {
  return status === 401 || LOST_CLIENT.includes(code)
}

export const SESSION_OVER = 'Your session has ended. Sign in again.'

export function reasonOf({ code, status, message, requestId }: HeadwaterError): string {
  if (code === UNREACHABLE) return 'The server does not answer.'
  if (status < 500) return message
  const hint = requestId === undefined ? '' : ` Its log has the reason under request id ${requestId}.`
  return `The server failed to answer (status ${status}).${hint}`
}

/** The token service speaks to programs. */
const REFUSALS: Readonly<Record<string, string>> = {
  'invalid client_id parameter':
    'The server knows no client with this id. Was it made for another data folder?',
  'invalid client_secret parameter': 'The secret does not belong to this client id.',
}

/** Why somebody could not sign in. */
export function signInReasonOf(error: HeadwaterError): string {
  return REFUSALS[error.message] ?? reasonOf(error)
}
