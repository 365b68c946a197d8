import { Ajv, type ErrorObject } from 'ajv'
import addFormats from 'ajv-formats'
import type { JsonObject } from '#kit/json.ts'
import { invalidRequest } from '#services/flow-service/problems.ts'

const ajv = new Ajv({ allErrors: false, strict: false })
addFormats.default(ajv)
// Marks a secret; any text is one.
ajv.addFormat('password', true)

/**
 * Checks a value against the JSON Schema of a spec.
 *
 * @param label how a message names the value: `auth.params`
 * @throws {FlowProblem} 1100 with the path of the member at fault; the value itself is never repeated
 */
export function assertMatchesSpec(schema: JsonObject, value: unknown, label: string): void {
  const validate = ajv.compile(schema)
  if (validate(value)) return
  const [error] = validate.errors ?? []
  if (error !== undefined) throw describe(error, label)
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
