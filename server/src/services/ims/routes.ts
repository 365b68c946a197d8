import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import { KeySet, TokenQuery, TokenRequest, TokenResponse } from '@headwater/contract/ims.ts'
import type { FastifyInstance, FastifySchema } from 'fastify'
import { describeOnly } from '#http/describe-only.ts'
import { writeErrors } from '#http/error-writer.ts'
import { isObject } from '#kit/json.ts'
import { type CreateTokenDependencies, createToken, type TokenParameters } from './create-token.ts'
import { acceptForms } from './form-body.ts'
import { TOKEN_ERRORS, TOKEN_FAMILY, unsupportedGrant } from './problems.ts'

export type ImsDependencies = CreateTokenDependencies

/** `/ims`: tokens for clients, and the keys that verify them. */
export async function registerIms(app: FastifyInstance, deps: ImsDependencies): Promise<void> {
  await app.register(
    async (plugin) => {
      describeOnly(plugin)
      writeErrors(plugin, TOKEN_FAMILY)
      acceptForms(plugin)
      const ims = plugin.withTypeProvider<TypeBoxTypeProvider>()
      for (const version of ['v1', 'v2', 'v3']) {
        ims.post(`/token/${version}`, { schema: tokenSchema(version) }, async (request, reply) => {
          reply.header('cache-control', 'no-store')
          return createToken(deps, readRequest(request.query, request.body))
        })
      }
      ims.post('/exchange/jwt', { schema: JWT_SCHEMA }, async () => {
        throw unsupportedGrant('urn:ietf:params:oauth:grant-type:jwt-bearer')
      })
      ims.get('/keys', { schema: KEYS_SCHEMA }, async () => ({ keys: await deps.issuer.listPublicKeys() }))
    },
    { prefix: '/ims' },
  )
  await registerEngineTokens(app, deps)
}

/** Where engines that know an Iceberg catalog, and nothing else of this server, ask for a token. */
async function registerEngineTokens(app: FastifyInstance, deps: ImsDependencies): Promise<void> {
  await app.register(
    async (plugin) => {
      describeOnly(plugin)
      writeErrors(plugin, TOKEN_FAMILY)
      acceptForms(plugin)
      plugin.post('/oauth/tokens', { schema: ENGINE_TOKEN_SCHEMA }, async ({ body }, reply) => {
        reply.header('cache-control', 'no-store')
        // Scopes of catalogs are none of the platform's.
        return createToken(deps, { ...texts(body), scope: undefined })
      })
    },
    { prefix: '/iceberg/v1' },
  )
}

/** Parameters may come either way; a body wins. A parameter sent twice counts once. */
function readRequest(query: unknown, body: unknown): TokenParameters {
  return { ...texts(query), ...texts(body) }
}

function texts(source: unknown): Record<string, string> {
  if (!isObject(source)) return {}
  const entries = Object.entries(source).map(([name, value]) => [
    name,
    Array.isArray(value) ? value[0] : value,
  ])
  return Object.fromEntries(entries.filter(([, value]) => typeof value === 'string'))
}

const PUBLIC = { tags: ['IMS'], security: [] }

const tokenSchema = (version: string) =>
  ({
    ...PUBLIC,
    summary: 'Get an access token',
    operationId: `createToken_${version}`,
    description: 'Send the parameters as a form body or in the query string.',
    consumes: ['application/x-www-form-urlencoded', 'application/json'],
    querystring: TokenQuery,
    body: TokenRequest,
    isBodyOptional: true,
    response: { 200: TokenResponse },
    errors: [
      TOKEN_ERRORS.TokenClientUnknown,
      TOKEN_ERRORS.TokenSecretWrong,
      TOKEN_ERRORS.TokenParameterMissing,
      TOKEN_ERRORS.TokenGrantUnsupported,
      TOKEN_ERRORS.TokenScopeRefused,
    ],
  }) satisfies FastifySchema

const ENGINE_TOKEN_SCHEMA = {
  ...PUBLIC,
  tags: ['Iceberg'],
  summary: 'Get an access token, as engines ask for it',
  operationId: 'createIcebergToken',
  description: 'The same token as everywhere; scopes are not looked at.',
  consumes: ['application/x-www-form-urlencoded', 'application/json'],
  body: TokenRequest,
  response: { 200: TokenResponse },
  errors: [
    TOKEN_ERRORS.TokenClientUnknown,
    TOKEN_ERRORS.TokenSecretWrong,
    TOKEN_ERRORS.TokenParameterMissing,
    TOKEN_ERRORS.TokenGrantUnsupported,
  ],
} satisfies FastifySchema

const JWT_SCHEMA = {
  ...PUBLIC,
  summary: 'Exchange a JWT (not supported)',
  operationId: 'exchangeJwt',
  deprecated: true,
  errors: [TOKEN_ERRORS.TokenGrantUnsupported],
} satisfies FastifySchema

const KEYS_SCHEMA = {
  ...PUBLIC,
  summary: 'List the public keys that verify tokens',
  operationId: 'listTokenKeys',
  response: { 200: KeySet },
} satisfies FastifySchema
