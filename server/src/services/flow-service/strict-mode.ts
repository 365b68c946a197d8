import type { FastifyInstance, FastifyRequest } from 'fastify'
import { contentTypeProblem, isJsonType } from '#http/body-parsers.ts'
import { isObject } from '#kit/json.ts'
import { FlowProblem } from './problems.ts'

/**
 * Refuses what is forgiven otherwise: bodies that are not called JSON, and query parameters that the operation
 * does not know. `config` may change meanwhile.
 */
export function enforceStrictMode(service: FastifyInstance, config: { readonly strict: boolean }): void {
  service.addHook('onRequest', async (request) => {
    if (config.strict && hasBody(request) && !isJsonType(request.headers['content-type'] ?? ''))
      throw contentTypeProblem()
  })
  service.addHook('preValidation', async (request) => {
    if (config.strict) assertKnownParameters(request)
  })
}

function hasBody({ headers }: FastifyRequest): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}

/** What an operation knows is what its schema says of the query. */
function assertKnownParameters({ routeOptions, query }: FastifyRequest): void {
  const schema: unknown = routeOptions.schema?.querystring
  const properties: unknown = isObject(schema) ? schema['properties'] : undefined
  const known = isObject(properties) ? Object.keys(properties) : []
  const unknown = Object.keys(query as object).find((name) => !known.includes(name))
  if (unknown === undefined) return
  const remedy = known.length === 0 ? 'There are none here.' : `Known are: ${known.join(', ')}.`
  throw new FlowProblem('1451-400', `The query parameter ${unknown} is unknown. ${remedy}`, {
    parameter: unknown,
  })
}
