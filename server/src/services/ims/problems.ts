import { TokenError } from '@headwater/contract/ims.ts'
import { type ErrorFamily, UNAVAILABLE, unavailable } from '#http/error-writer.ts'
import { documentErrors, INTERNAL_CAUSE } from '#http/openapi/route-docs.ts'
import { HttpProblem } from '#http/problem.ts'

/** An error of the token endpoint, in the shape of RFC 6749. */
export class TokenProblem extends HttpProblem {
  override readonly name = 'TokenProblem'
  readonly status: number
  readonly error: string

  constructor(error: string, description: string, status = 400) {
    super(description)
    this.status = status
    this.error = error
  }

  body(): Readonly<Record<string, unknown>> {
    return { error: this.error, error_description: this.message }
  }
}

/** Clients match on these two sentences. */
export const invalidClientId = () => new TokenProblem('invalid_client', 'invalid client_id parameter')
export const invalidClientSecret = () => new TokenProblem('invalid_client', 'invalid client_secret parameter')

export const missingParameter = (name: string) =>
  new TokenProblem('invalid_request', `${name} is missing. Send it in the form body or in the query string.`)

export const unsupportedGrant = (grant: string) =>
  new TokenProblem(
    'unsupported_grant_type',
    `The grant type "${grant}" is not supported. Use grant_type=client_credentials.`,
  )

export const invalidScope = (scope: string, granted: readonly string[]) =>
  new TokenProblem(
    'invalid_scope',
    `The scope "${scope}" is not granted to this client. It has: ${granted.join(',')}.`,
  )

const internal = () => new TokenProblem('server_error', 'An internal error occurred. Try again.', 500)

export const TOKEN_ERRORS = documentErrors(TokenError, {
  TokenClientUnknown: ['There is no client with this id, or it was revoked', invalidClientId()],
  TokenSecretWrong: ['The secret is not that of the client', invalidClientSecret()],
  TokenParameterMissing: [
    'A parameter is missing, or the body cannot be read',
    missingParameter('client_id'),
  ],
  TokenGrantUnsupported: [
    'The grant type is another than `client_credentials`',
    unsupportedGrant('password'),
  ],
  TokenScopeRefused: ['A scope is not granted to the client', invalidScope('admin', ['openid', 'session'])],
  TokenInternalError: [INTERNAL_CAUSE, internal()],
})

export const TOKEN_FAMILY: ErrorFamily = {
  invalid: (message) => new TokenProblem('invalid_request', message),
  internal,
  unavailable,
  errors: [TOKEN_ERRORS.TokenInternalError, UNAVAILABLE],
}
