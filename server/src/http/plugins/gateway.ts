import { GatewayError } from '@headwater/contract/errors.ts'
import { GatewayHeaders } from '@headwater/contract/gateway.ts'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { TSchema } from 'typebox'
import { addErrors, addHeaders, changeDocs } from '#http/openapi/add-docs.ts'
import { type DocumentedError, documentError } from '#http/openapi/route-docs.ts'
import {
  type Area,
  type Grant,
  holds,
  type Permission,
  type Place,
  permissionFor,
} from '#http/permissions.ts'
import { GatewayProblem, type HttpProblem } from '#http/problem.ts'
import { ADMIN_SCOPE, type Scope } from '#http/scope.ts'
import { auditRoutes, type RecordChange } from './audit.ts'

/** What the gateway asks of the services; boot connects it. */
export interface GatewayDependencies {
  /** The claims of a valid token; `undefined` when it is forged, expired or not ours. */
  readonly verifyToken: (token: string) => Promise<TokenClaims | undefined>
  /** The client with this id, unless it was revoked. */
  readonly findClient: (clientId: string) => Promise<GatewayClient | undefined>
  /** The active sandbox of that name or id (the organisation's default when both are absent). */
  readonly findSandbox: (orgId: string, wanted: WantedSandbox) => Promise<Scope['sandbox'] | undefined>
  /** Renders "no such sandbox" in the family's own shape. */
  readonly sandboxNotFound: (name: string, wanted: WantedSandbox) => Error
  readonly rules?: HeaderRules | undefined
  readonly refusals?: RefusalWords | undefined
  /** What the routes are about: it decides which permission each of them needs that does not say so itself. */
  readonly area: Area
  readonly denial: Denial
  /**
   * For clients that know nothing of the platform's headers: the token says who calls, and this names the sandbox.
   * Headers that are sent all the same have to fit.
   */
  readonly sandboxOf?: ((request: FastifyRequest) => string | undefined) | undefined
  /** Remembers what was changed and by whom; nothing is remembered when absent. */
  readonly recordChange?: RecordChange | undefined
  /** Where the permission has to hold; in the sandbox of the request when absent. */
  readonly placeOf?: ((request: FastifyRequest, scope: Scope) => Promise<Place>) | undefined
}

/** What is the same for all families. */
export type CommonGateway = Pick<
  GatewayDependencies,
  'verifyToken' | 'findClient' | 'findSandbox' | 'recordChange'
>

/** How a family says that a permission is missing. */
export interface Denial {
  /** `where` goes on with the sentence: `in the sandbox prod`. */
  readonly problem: (permission: Permission, where: string) => HttpProblem
  readonly error: DocumentedError
}

/** What a family has to say about headers beyond what all families do. */
export interface HeaderRules {
  /** The header of the organisation is there, but blank; without this rule it counts as missing. */
  readonly emptyOrganization: () => Error
  /** Throws what is wrong with the headers of the sandbox, whatever sandboxes there are. */
  readonly assertSandboxHeaders: (wanted: WantedSandbox, isAdmin: boolean) => void
}

export interface TokenClaims {
  readonly clientId: string
  readonly orgId: string
}

export interface GatewayClient {
  readonly id: string
  readonly orgId: string
  readonly tenantId: string
  readonly userId: string
  /** What its tokens may say. */
  readonly scopes: readonly string[]
  readonly grants: readonly Grant[]
}

export interface WantedSandbox {
  readonly name?: string | undefined
  readonly id?: string | undefined
}

const tokenMissing = () => new GatewayProblem(403, '403010', 'Oauth token is missing.')
const tokenInvalid = () => new GatewayProblem(401, '401013', 'Oauth token is not valid')
const keyMissing = () => new GatewayProblem(403, '403000', 'Api Key is required')
const keyInvalid = () => new GatewayProblem(403, '403003', 'Api Key is invalid')
const orgMissing = () => new GatewayProblem(400, '400003', 'Missing header')
const profileInvalid = () => new GatewayProblem(403, '403025', 'Profile is not valid')

const REFUSALS: readonly (readonly [when: string, problem: GatewayProblem])[] = [
  ['The header `x-gw-ims-org-id` is missing', orgMissing()],
  ['The token has expired or is none of this server', tokenInvalid()],
  ['The header `x-api-key` is missing', keyMissing()],
  ['There is no client with this id, or it was revoked', keyInvalid()],
  ['The header `Authorization` has no bearer token', tokenMissing()],
  ['Token, client and organization do not belong together', profileInvalid()],
]

/** How a family words what the gateway refuses; in the gateway's own shape when it says nothing. */
export interface RefusalWords {
  /** Before the codes in the document. */
  readonly prefix: string
  readonly schema: TSchema
  readonly problem: (refused: GatewayProblem) => HttpProblem
}

const GATEWAY_WORDS: RefusalWords = {
  prefix: 'Gateway',
  schema: GatewayError,
  problem: (refused) => refused,
}

function documentRefusals({ prefix, schema, problem }: RefusalWords): readonly DocumentedError[] {
  return REFUSALS.map(([when, refused]) =>
    documentError(problem(refused), { name: `${prefix}-${refused.code}`, when, schema }),
  )
}

/**
 * Checks the headers of every request of the encapsulated family, in the order in which the platform does:
 * Authorization, api key, organisation, validity of the token, organisation of the token, sandbox; and after them
 * the permission that the route needs.
 */
export function guardRoutes(app: FastifyInstance, dependencies: GatewayDependencies): void {
  const words = dependencies.refusals ?? GATEWAY_WORDS
  addErrors(app, documentRefusals(words))
  addHeaders(app, GatewayHeaders.properties)
  changeDocs(app, (schema, { method }) => {
    const { permission = permissionFor(dependencies.area, method) } = schema
    const errors = permission === 'none' ? [] : [dependencies.denial.error]
    return { ...schema, permission, errors: [...(schema.errors ?? []), ...errors] }
  })
  app.addHook('onRequest', async (request) => {
    request.scope = await readScope(request, dependencies).catch((error: unknown) => {
      throw error instanceof GatewayProblem ? words.problem(error) : error
    })
    await assertPermitted(request, dependencies)
  })
  if (dependencies.recordChange !== undefined) auditRoutes(app, dependencies.area, dependencies.recordChange)
}

/** The one place where permissions are checked. */
async function assertPermitted(request: FastifyRequest, dependencies: GatewayDependencies): Promise<void> {
  const { scope, routeOptions } = request
  const { permission, alsoNeeds = [] } = routeOptions.schema ?? {}
  if (permission === undefined) throw new Error(`${routeOptions.url} has no permission`)
  if (permission === 'none') return
  const { placeOf = async () => ({ sandboxId: scope.sandbox.id }), denial } = dependencies
  const place = await placeOf(request, scope)
  const missing = [permission, ...alsoNeeds].find((each) => !holds(scope.grants, each, place))
  if (missing === undefined) return
  request.isDenied = true
  throw denial.problem(missing, whereOf(place, scope))
}

function whereOf(place: Place, { sandbox }: Scope): string {
  if (place === 'everywhere') return 'in all sandboxes'
  if (place === 'anywhere') return 'in any sandbox'
  return place.sandboxId === sandbox.id ? `in the sandbox ${sandbox.name}` : 'in that sandbox'
}

async function readScope(request: FastifyRequest, dependencies: GatewayDependencies): Promise<Scope> {
  const token = readToken(request)
  const told = await readToldByToken(token, dependencies)
  const client = await readClient(request, dependencies, told)
  const orgId = told === undefined ? readOrg(request, dependencies) : orgOf(request, told)
  const claims = told ?? (await dependencies.verifyToken(token))
  if (claims === undefined) throw tokenInvalid()
  if (claims.orgId !== orgId || claims.clientId !== client.id || client.orgId !== orgId) {
    throw profileInvalid()
  }
  const wanted = wantedSandbox(request, dependencies)
  const isAdmin = client.scopes.includes(ADMIN_SCOPE)
  dependencies.rules?.assertSandboxHeaders(wanted, isAdmin)
  const sandbox = await dependencies.findSandbox(orgId, wanted)
  if (sandbox === undefined) throw dependencies.sandboxNotFound(wanted.name ?? wanted.id ?? 'prod', wanted)
  const { id: clientId, tenantId, userId, grants } = client
  return { orgId, tenantId, sandbox, clientId, userId, isAdmin, grants }
}

/** What headers would say otherwise; `undefined` where the family wants the headers. */
async function readToldByToken(
  token: string,
  { sandboxOf, verifyToken }: GatewayDependencies,
): Promise<TokenClaims | undefined> {
  if (sandboxOf === undefined) return undefined
  const claims = await verifyToken(token)
  if (claims === undefined) throw tokenInvalid()
  return claims
}

function orgOf(request: FastifyRequest, { orgId }: TokenClaims): string {
  return header(request, 'x-gw-ims-org-id') ?? orgId
}

function wantedSandbox(request: FastifyRequest, { sandboxOf }: GatewayDependencies): WantedSandbox {
  const wanted = { name: header(request, 'x-sandbox-name'), id: header(request, 'x-sandbox-id') }
  if (wanted.name !== undefined || wanted.id !== undefined || sandboxOf === undefined) return wanted
  return { name: sandboxOf(request) }
}

function readToken(request: FastifyRequest): string {
  const match = /^bearer\s+(\S+)$/i.exec(header(request, 'authorization') ?? '')
  if (match?.[1] === undefined) throw tokenMissing()
  return match[1]
}

async function readClient(
  request: FastifyRequest,
  dependencies: GatewayDependencies,
  told: TokenClaims | undefined,
): Promise<GatewayClient> {
  const apiKey = header(request, 'x-api-key') ?? told?.clientId
  if (apiKey === undefined) throw keyMissing()
  const client = await dependencies.findClient(apiKey)
  if (client === undefined) throw keyInvalid()
  return client
}

function readOrg(request: FastifyRequest, { rules }: GatewayDependencies): string {
  const orgId = header(request, 'x-gw-ims-org-id')
  if (orgId !== undefined) return orgId
  const isBlank = request.headers['x-gw-ims-org-id'] !== undefined
  if (isBlank && rules !== undefined) throw rules.emptyOrganization()
  throw orgMissing()
}

/** A header's value; absent and blank are the same. */
function header(request: FastifyRequest, name: string): string | undefined {
  const value = request.headers[name]
  const text = (Array.isArray(value) ? value[0] : value)?.trim()
  return text === '' ? undefined : text
}
