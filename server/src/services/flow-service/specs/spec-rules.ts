import type { JsonObject } from '#kit/json.ts'
import { invalidRequest } from '#services/flow-service/problems.ts'
import type { SpecKind } from './built-in/spec.ts'
import {
  anyObject,
  listOf,
  namedParts,
  objectOf,
  part,
  permissionsInfo,
  type ReadMember,
  schema,
  text,
} from './spec-members.ts'

/** Room for the largest spec of the platform many times over. */
const MAX_SPEC_BYTES = 2 ** 20

const COMMON_MEMBERS: Readonly<Record<string, ReadMember>> = {
  type: text,
  attributes: anyObject,
  permissionsInfo,
  entitlementInfo: listOf(anyObject),
  policy: anyObject,
}

/** The members of a spec besides name, provider and version. What is not here is not stored. */
const MEMBERS: Readonly<Record<SpecKind, Readonly<Record<string, ReadMember>>>> = {
  connectionSpecs: {
    ...COMMON_MEMBERS,
    settings: anyObject,
    authSpec: namedParts,
    encryptionSpecs: namedParts,
    sourceSpec: part,
    targetSpec: part,
    exploreSpec: objectOf({ name: text, type: text, requestSpec: schema, responseSpec: schema }),
  },
  flowSpecs: {
    ...COMMON_MEMBERS,
    sourceConnectionSpecIds: listOf(text),
    targetConnectionSpecIds: listOf(text),
    optionSpec: part,
    scheduleSpec: part,
    transformationSpecs: namedParts,
    runSpec: part,
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
  for (const [name, read] of Object.entries(MEMBERS[kind])) {
    const value = given[name] ?? undefined
    if (value !== undefined) members[name] = read(value, name)
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
