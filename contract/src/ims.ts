import { type Static, Type } from 'typebox'

/** What a client sends for a token, as a form body or in the query string; a body wins over the query. */
export const TokenRequest = Type.Object(
  {
    grant_type: Type.Optional(Type.String({ description: '`client_credentials`' })),
    client_id: Type.Optional(Type.String()),
    client_secret: Type.Optional(Type.String()),
    scope: Type.Optional(
      Type.String({ description: 'Separated by commas or spaces; all of the client when absent' }),
    ),
  },
  { additionalProperties: true },
)
export type TokenRequest = Static<typeof TokenRequest>

export const TokenResponse = Type.Object({
  access_token: Type.String({ description: 'A signed JWT' }),
  token_type: Type.Literal('bearer'),
  expires_in: Type.Integer({ description: 'Seconds from now' }),
})
export type TokenResponse = Static<typeof TokenResponse>

/** Errors in the shape of RFC 6749. */
export const TokenError = Type.Object(
  {
    error: Type.String(),
    error_description: Type.String(),
  },
  { title: 'TokenError', additionalProperties: false },
)
export type TokenError = Static<typeof TokenError>

/** The public keys that verify tokens (RFC 7517). */
export const KeySet = Type.Object({
  keys: Type.Array(
    Type.Object(
      { kid: Type.String(), kty: Type.String(), alg: Type.String(), use: Type.String() },
      { additionalProperties: true },
    ),
  ),
})
