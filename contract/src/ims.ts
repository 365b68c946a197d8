import { type Static, Type } from 'typebox'
import { OPEN, Words } from './schema-parts.ts'

/** Tokens for clients, and the keys that verify them. */

const PARAMETERS = {
  grant_type: Words(['client_credentials'], { description: 'How the client proves who it is' }),
  client_id: Type.String({ description: 'Id of the client', examples: ['9f8e7d6c5b4a39281706f5e4d3c2b1a0'] }),
  client_secret: Type.String({ format: 'password', description: 'Its secret' }),
  scope: Type.Optional(
    Type.String({
      description: 'Separated by commas or blanks; all of the client when absent',
      examples: ['openid,AdobeID'],
    }),
  ),
}

/** What a client sends for a token, as a form body or in the query string; a body wins over the query. */
export const TokenRequest = Type.Object(PARAMETERS, {
  ...OPEN,
  title: 'TokenRequest',
  description: 'Who wants a token. A body wins over the query',
  examples: [
    {
      grant_type: 'client_credentials',
      client_id: '9f8e7d6c5b4a39281706f5e4d3c2b1a0',
      client_secret: 's8e-correct-horse',
      scope: 'openid,AdobeID',
    },
  ],
})

/** The same in the query, where all of it may be missing because the body has it. */
export const TokenQuery = Type.Partial(Type.Object(PARAMETERS), OPEN)
export type TokenQuery = Static<typeof TokenQuery>

export const TokenResponse = Type.Object(
  {
    access_token: Type.String({ description: 'A signed JWT' }),
    token_type: Words(['bearer']),
    expires_in: Type.Integer({ description: 'Seconds from now', examples: [86399] }),
  },
  {
    title: 'TokenResponse',
    description: 'A token',
    examples: [{ access_token: 'eyJhbGciOi…', token_type: 'bearer', expires_in: 86399 }],
  },
)
export type TokenResponse = Static<typeof TokenResponse>

/** Errors in the shape of RFC 6749. */
export const TokenError = Type.Object(
  {
    error: Type.String({ description: 'Stable', examples: ['invalid_client'] }),
    error_description: Type.String({ description: 'What is wrong' }),
  },
  { title: 'TokenError', description: 'Why there is no token, as RFC 6749 has it' },
)
export type TokenError = Static<typeof TokenError>

/** The public keys that verify tokens (RFC 7517). */
export const KeySet = Type.Object(
  {
    keys: Type.Array(
      Type.Object(
        { kid: Type.String(), kty: Type.String(), alg: Type.String(), use: Type.String() },
        { ...OPEN, description: 'A JSON Web Key' },
      ),
    ),
  },
  {
    title: 'KeySet',
    description: 'The public keys that verify tokens (RFC 7517)',
    examples: [{ keys: [{ kid: 'k1', kty: 'RSA', alg: 'RS256', use: 'sig', n: '0vx7…', e: 'AQAB' }] }],
  },
)
export type KeySet = Static<typeof KeySet>
