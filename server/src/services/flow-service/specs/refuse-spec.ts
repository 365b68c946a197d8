import type { JsonObject } from '#kit/json.ts'
import { FlowProblem, invalidRequest } from '#services/flow-service/problems.ts'

/** Refuses a new or changed connection spec: nothing would be connected by it. @throws {FlowProblem} always */
export function refuseSpec(body: JsonObject): never {
  for (const field of ['name', 'providerId']) {
    const value = body[field]
    if (typeof value === 'string' && value.trim() !== '') continue
    throw invalidRequest(`${field} is missing. Send a text that is not blank.`, field)
  }
  throw new FlowProblem(
    '1426-400',
    'Connection specs cannot be created or changed. They come with the server; GET /connectionSpecs lists them.',
  )
}
