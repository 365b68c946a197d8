import { isObject, type JsonObject } from '#kit/json.ts'
import { FlowProblem, invalidRequest } from '#services/flow-service/problems.ts'
import type { AuthSpec, ConnectionSpec } from '#services/flow-service/specs/built-in/spec.ts'
import { assertMatchesSpec } from '#services/flow-service/specs/spec-schema.ts'
import { AUTH_SPEC_NAMES } from '#source/postgres/params/auth-spec-names.ts'
import { ConnectionParamsError } from '#source/postgres/params/connection-params-error.ts'
import {
  type ConnectionTarget,
  findDestination,
  parseConnectionTarget,
} from '#source/postgres/params/connection-target.ts'
import { nameParams } from '#source/postgres/params/parse-settings.ts'
import { findMask, SECRET_MASK } from './secret-params.ts'

/** The `auth` of a connection with its secrets in clear. Never logged, never shown. */
export interface Auth {
  /** As the client wrote it. */
  readonly specName: string
  readonly params: JsonObject
}

/**
 * Reads the `auth` member of a body. A draft may lack it, or parts of it.
 *
 * @throws {FlowProblem} 1415 for a way of authentication that the spec does not have, 1100 for parameters
 *   that don't fit it
 */
export function readAuth(spec: ConnectionSpec, given: unknown, isDraft: boolean): Auth | undefined {
  if (given === undefined || given === null) {
    if (isDraft || spec.authSpec === undefined) return undefined
    throw invalidRequest('auth is missing. Send auth.specName and auth.params.', 'auth')
  }
  if (!isObject(given)) throw invalidRequest('auth must be an object with specName and params.', 'auth')
  const { specName, params } = given
  const authSpec = requireAuthSpec(spec, specName)
  const auth = { specName: specName as string, params: (params ?? {}) as JsonObject }
  if (!isObject(auth.params)) throw invalidRequest('auth.params must be an object.', 'auth.params')
  assertNoMask(auth.params)
  if (!isDraft) assertComplete(authSpec, auth)
  return auth
}

function requireAuthSpec(spec: ConnectionSpec, specName: unknown): AuthSpec {
  const wanted = foldName(typeof specName === 'string' ? specName : '')
  const found = spec.authSpec?.find((authSpec) => foldName(authSpec.name) === wanted)
  if (found !== undefined) return found
  const names = (spec.authSpec ?? []).map((authSpec) => `"${authSpec.name}"`)
  const shown = shownName(specName)
  const message = `The auth spec ${shown === undefined ? 'of auth.specName' : `"${shown}"`} is not found on the connection spec ${spec.id}. `
  const remedy = names.length === 0 ? 'It takes no auth.' : `Use ${names.join(' or ')}.`
  throw new FlowProblem('1415-400', message + remedy, { specName: shown ?? null, id: spec.id })
}

/** A name as it may be repeated: whoever mixes up the members of auth sends a secret in its place. */
function shownName(specName: unknown): string | undefined {
  return typeof specName === 'string' && /^[\w .()-]{1,80}$/.test(specName) ? specName : undefined
}

/** Exact, then without regard to case and outer blanks; an old name stands for the connection string. */
function foldName(name: string): string {
  const folded = name.trim().toLowerCase()
  const isAlias = folded === AUTH_SPEC_NAMES.connectionStringAlias.toLowerCase()
  return isAlias ? AUTH_SPEC_NAMES.connectionString.toLowerCase() : folded
}

/** Whoever copies a connection from an answer has no secrets in his hands. */
function assertNoMask(params: JsonObject): void {
  const path = findMask(params)
  if (path === undefined) return
  throw maskSent(`auth.params.${path}`)
}

function maskSent(field: string): FlowProblem {
  return invalidRequest(
    `${field} holds the mask that answers show. No secret is stored for it: send the secret.`,
    field,
  )
}

function assertComplete(authSpec: AuthSpec, auth: Auth): void {
  assertMatchesSpec(authSpec.spec, nameParams(auth.params), 'auth.params')
  // In a connection string the mask is a part of a value.
  if (targetOf(auth).password === SECRET_MASK) throw maskSent('auth.params.connectionString')
}

/**
 * Where the connection leads.
 *
 * @throws {FlowProblem} 1100 naming the key that is missing or wrong, never a value
 */
export function targetOf(auth: Auth): ConnectionTarget {
  try {
    return parseConnectionTarget(auth.specName, auth.params)
  } catch (error) {
    if (error instanceof ConnectionParamsError)
      throw invalidRequest(`auth.params: ${error.message}`, error.key)
    throw error
  }
}

/**
 * Refuses to take stored secrets to another server: whoever may change a connection need not know its password,
 * and a server of his own would be told it. `kept` are the paths of the secrets that were sent back masked.
 *
 * @throws {FlowProblem} 1100 naming the secrets that have to be sent again
 */
export function assertSecretsStay(stored: Auth | undefined, next: Auth, kept: readonly string[]): void {
  const [first] = kept
  if (first === undefined) return
  const before = stored && findDestination(stored.specName, stored.params)
  if (before === findDestination(next.specName, next.params)) return
  const names = kept.map((path) => `auth.params.${path}`).join(', ')
  throw invalidRequest(
    `The connection is to lead to another server or port, and stored secrets stay with theirs. Send again: ${names}.`,
    `auth.params.${first}`,
  )
}
