import { isObject, type JsonObject } from '#kit/json.ts'
import { invalidRequest } from '#services/flow-service/problems.ts'
import type { SpecKind } from './built-in/spec.ts'
import { assertSchema } from './spec-schema.ts'

/** Throws unless a member of a spec is what it should be; `label` is how a message names it. */
type Check = (value: unknown, label: string) => void

/** Room for the largest spec of the platform many times over. */
const MAX_SPEC_BYTES = 2 ** 20

const COMMON_MEMBERS: Readonly<Record<string, Check>> = {
  type: assertText,
  attributes: assertObject,
  permissionsInfo: assertObject,
  entitlementInfo: (value, label) => assertEach(value, label, assertObject),
  policy: assertObject,
}

/** The members of a spec besides name, provider and version. What is not here is not stored. */
const MEMBERS: Readonly<Record<SpecKind, Readonly<Record<string, Check>>>> = {
  connectionSpecs: {
    ...COMMON_MEMBERS,
    settings: assertObject,
    authSpec: assertNamedSchemas,
    encryptionSpecs: assertNamedSchemas,
    sourceSpec: withSchemas('spec'),
    targetSpec: withSchemas('spec'),
    exploreSpec: withSchemas('requestSpec', 'responseSpec'),
  },
  flowSpecs: {
    ...COMMON_MEMBERS,
    sourceConnectionSpecIds: (value, label) => assertEach(value, label, assertText),
    targetConnectionSpecIds: (value, label) => assertEach(value, label, assertText),
    optionSpec: withSchemas('spec'),
    scheduleSpec: withSchemas('spec'),
    transformationSpecs: assertNamedSchemas,
    runSpec: withSchemas('spec'),
  },
}

/** What clients read without looking whether it is there. */
const DEFAULTS: Readonly<Record<SpecKind, JsonObject>> = {
  connectionSpecs: { attributes: {} },
  flowSpecs: {
    attributes: {},
    sourceConnectionSpecIds: [],
    targetConnectionSpecIds: [],
    transformationSpecs: [],
  },
}

/** Three documents call it by three names. */
const TRANSFORMATION_NAMES = ['transformationSpecs', 'transformationSpec', 'transformationSpecDTOS']

/**
 * The members of a spec that a client sent, checked; null counts as absent.
 *
 * @throws {FlowProblem} 1100 naming the member that is missing or wrong
 */
export function readSpec(kind: SpecKind, body: JsonObject): JsonObject {
  if (JSON.stringify(body).length > MAX_SPEC_BYTES)
    throw invalidRequest(`The spec is larger than ${MAX_SPEC_BYTES} bytes. Shorten it.`)
  const given = kind === 'flowSpecs' ? withOneName(body) : body
  const members: Record<string, JsonObject[string]> = { ...DEFAULTS[kind] }
  for (const [name, check] of Object.entries(MEMBERS[kind])) {
    const value = given[name] ?? undefined
    if (value === undefined) continue
    check(value, name)
    members[name] = value
  }
  const name = readRequired(body, 'name')
  return { name, providerId: readRequired(body, 'providerId'), version: readVersion(body), ...members }
}

function withOneName(body: JsonObject): JsonObject {
  const [name, second] = TRANSFORMATION_NAMES.filter(
    (candidate) => (body[candidate] ?? undefined) !== undefined,
  )
  if (name === undefined) return body
  if (second !== undefined)
    throw invalidRequest(`${name} and ${second} are the same member. Send one of them.`, second)
  return { ...body, transformationSpecs: body[name] }
}

function readRequired(body: JsonObject, field: string): string {
  const value = body[field]
  if (typeof value === 'string' && value.trim() !== '') return value.trim()
  throw invalidRequest(`${field} is missing. Send a text that is not blank.`, field)
}

function readVersion({ version }: JsonObject): string {
  if (version === undefined || version === null) return '1.0'
  if (typeof version === 'string' && /^\d{1,9}\.\d{1,9}$/.test(version)) return version
  throw invalidRequest(`version ${JSON.stringify(version)} is not one. Send a text such as "1.0".`, 'version')
}

function assertText(value: unknown, label: string): void {
  if (typeof value !== 'string' || value.trim() === '')
    throw invalidRequest(`${label} must be a text that is not blank.`, label)
}

function assertObject(value: unknown, label: string): asserts value is Record<string, unknown> {
  if (!isObject(value)) throw invalidRequest(`${label} must be an object.`, label)
}

function assertEach(value: unknown, label: string, check: Check): asserts value is readonly unknown[] {
  if (!Array.isArray(value)) throw invalidRequest(`${label} must be an array.`, label)
  for (const [index, item] of value.entries()) check(item, `${label}.${index}`)
}

/** An object that may hold a JSON Schema under each of these names. */
function withSchemas(...names: readonly string[]): Check {
  return (value, label) => {
    assertObject(value, label)
    for (const name of names) {
      if ((value[name] ?? undefined) !== undefined) assertSchema(value[name], `${label}.${name}`)
    }
  }
}

/** A list of objects, each with a name of its own and perhaps a JSON Schema. */
function assertNamedSchemas(value: unknown, label: string): void {
  const seen = new Set<unknown>()
  assertEach(value, label, (item, at) => {
    withSchemas('spec')(item, at)
    const { name, type } = item as Record<string, unknown>
    assertText(name, `${at}.name`)
    if (type !== undefined && type !== null) assertText(type, `${at}.type`)
    if (seen.has(name)) throw invalidRequest(`${at}.name ${String(name)} is there twice.`, `${at}.name`)
    seen.add(name)
  })
}
