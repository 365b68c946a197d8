import type { FastifyRequest } from 'fastify'
import { isObject, type JsonObject } from '#kit/json.ts'
import { emptyBody, invalidRequest } from '#services/flow-service/problems.ts'

/** JSON's escapes for what PostgreSQL's JSON can't hold: NUL, and half of a surrogate pair. */
const UNSTORABLE = /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f][0-9a-f]{2})/

/**
 * Looks at a body before its schema does, because an empty one has a code of its own.
 *
 * @throws {FlowProblem} 1405 for an empty body, 1100 for text that can't be stored
 */
export async function requireBody(request: FastifyRequest): Promise<void> {
  if (request.body === undefined || request.body === null) throw emptyBody()
  await requireStorable(request)
}

/** As {@link requireBody}, for requests whose empty body comes after other checks. */
export async function requireStorable(request: FastifyRequest): Promise<void> {
  if (request.body === undefined || request.body === null) return
  if (UNSTORABLE.test(JSON.stringify(request.body))) {
    throw invalidRequest('The request body holds a NUL character or half of a surrogate pair. Leave it out.')
  }
}

/** As {@link requireStorable}, for requests that may have no body. @throws {FlowProblem} 1100 for another one */
export async function allowObject(request: FastifyRequest): Promise<void> {
  const { body } = request
  if (body !== undefined && body !== null && !isObject(body))
    throw invalidRequest('The request body must be a JSON object, or be left out.')
  await requireStorable(request)
}

/** The body of a create, which its schema found to be an object. */
export function bodyOf(request: FastifyRequest): JsonObject {
  if (!isObject(request.body)) throw invalidRequest('The request body must be a JSON object.')
  return request.body as JsonObject
}
