import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv'
import addFormats from 'ajv-formats'
import { isObject, type JsonObject } from '#kit/json.ts'
import { invalidRequest } from '#services/flow-service/problems.ts'

/** Schemas are compiled once, for as long as somebody holds their spec. */
const compiled = new WeakMap<JsonObject, ValidateFunction>()

/** Each schema has a compiler of its own, so that two with the same `$id` don't meet. */
function compile(schema: JsonObject): ValidateFunction {
  const ajv = new Ajv({ allErrors: false, strict: false, logger: false })
  addFormats.default(ajv)
  // Marks a secret; any text is one.
  ajv.addFormat('password', true)
  return ajv.compile(schema)
}

/**
 * Checks a value against the JSON Schema of a spec.
 *
 * @param label how a message names the value: `auth.params`
 * @throws {FlowProblem} 1100 with the path of the member at fault; the value itself is never repeated
 */
export function assertMatchesSpec(schema: JsonObject, value: unknown, label: string): void {
  const validate = compiled.get(schema) ?? compile(schema)
  compiled.set(schema, validate)
  if (validate(value)) return
  const [error] = validate.errors ?? []
  if (error !== undefined) throw describe(error, label)
}

/**
 * Checks that a client's value is a JSON Schema of draft 07 that can be used by itself.
 *
 * @throws {FlowProblem} 1100 with what is wrong with it
 */
export function assertSchema(value: unknown, label: string): void {
  if (!isObject(value)) throw invalidRequest(`${label} must be a JSON Schema, which is an object.`, label)
  try {
    compile(value as JsonObject)
  } catch (error) {
    throw invalidRequest(
      `${label} is not a JSON Schema of draft 07 that stands by itself: ${(error as Error).message}. Correct it, and name no other draft in $schema.`,
      label,
    )
  }
}

function describe(error: ErrorObject, label: string): Error {
  const at = `${label}${error.instancePath.replaceAll('/', '.')}`
  if (error.keyword === 'required') {
    const field = `${at}.${String(error.params['missingProperty'])}`
    return invalidRequest(`${field} is missing.`, field)
  }
  const allowed = error.params['allowedValues']
  const choice = Array.isArray(allowed) ? `: ${allowed.join(', ')}` : ''
  return invalidRequest(`${at} ${error.message ?? 'is not valid'}${choice}.`, at)
}
