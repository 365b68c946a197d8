import { isObject, type JsonObject } from '#kit/json.ts'
import { AUTH_SPEC_NAMES } from '#source/postgres/connect/auth-spec-names.ts'
import { ConnectionParamsError } from '#source/postgres/connect/connection-params-error.ts'
import { type ConnectionTarget, parseConnectionTarget } from '#source/postgres/connect/connection-target.ts'
import { FlowProblem, invalidRequest } from './problems.ts'
import { assertMatchesSpec } from './spec-schema.ts'
import type { AuthSpec, ConnectionSpec } from './specs/spec.ts'

/** What is shown in the place of a secret. Sent back, it means: keep the secret that is stored. */
export const SECRET_MASK = '********'

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
  if (!isDraft) assertComplete(authSpec, auth)
  return auth
}

function requireAuthSpec(spec: ConnectionSpec, specName: unknown): AuthSpec {
  const wanted = foldName(typeof specName === 'string' ? specName : '')
  const found = spec.authSpec?.find((authSpec) => foldName(authSpec.name) === wanted)
  if (found !== undefined) return found
  const names = (spec.authSpec ?? []).map((authSpec) => `"${authSpec.name}"`)
  const message = `The auth spec ${JSON.stringify(specName ?? null)} is not found on the connection spec ${spec.id}. `
  const remedy = names.length === 0 ? 'It takes no auth.' : `Use ${names.join(' or ')}.`
  throw new FlowProblem('1415-400', message + remedy, { specName: String(specName), id: spec.id })
}

/** Exact, then without regard to case and outer blanks; an old name stands for the connection string. */
function foldName(name: string): string {
  const folded = name.trim().toLowerCase()
  const isAlias = folded === AUTH_SPEC_NAMES.connectionStringAlias.toLowerCase()
  return isAlias ? AUTH_SPEC_NAMES.connectionString.toLowerCase() : folded
}

function assertComplete(authSpec: AuthSpec, auth: Auth): void {
  assertMatchesSpec(authSpec.spec, auth.params, 'auth.params')
  targetOf(auth)
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

/** The same object with every secret replaced by the mask; all keys stay. */
export function maskParams(spec: ConnectionSpec, params: JsonObject): JsonObject {
  const names = Object.entries(params)
  return Object.fromEntries(names.map(([name, value]) => [name, isSecret(spec, name) ? SECRET_MASK : value]))
}

/** The parameters of a change, in which a mask that was sent back stands for the stored secret. */
export function unmaskParams(params: JsonObject, stored: JsonObject | undefined): JsonObject {
  const names = Object.entries(params)
  return Object.fromEntries(
    names.map(([name, value]) => [
      name,
      value === SECRET_MASK && stored?.[name] !== undefined ? stored[name] : value,
    ]),
  )
}

/** Keys that a schema marks, and any other whose name says that it is one: clients send extra keys. */
function isSecret(spec: ConnectionSpec, name: string): boolean {
  if (/pass(word|wd|phrase)?$|pwd|secret|token|connection_?string|private_?key/i.test(name)) return true
  return (spec.authSpec ?? []).some((authSpec) => {
    const properties = authSpec.spec['properties']
    const property = isObject(properties) ? properties[name] : undefined
    return isObject(property) && property['format'] === 'password'
  })
}

/** A patch's value for a path below `/auth`, with its secrets masked. */
export function maskPatchValue(spec: ConnectionSpec, path: string, value: unknown): unknown {
  const [, first, second, name] = path.split('/')
  if (first !== 'auth') return value
  if (name !== undefined) return isSecret(spec, name) ? SECRET_MASK : value
  if (!isObject(value)) return value
  if (second === 'params') return maskParams(spec, value as JsonObject)
  const { params } = value
  return isObject(params) ? { ...value, params: maskParams(spec, params as JsonObject) } : value
}
