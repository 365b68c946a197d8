import type { FastifyInstance } from 'fastify'
import { isObject } from '#kit/json.ts'
import { refusePlainText } from './body-parsers.ts'
import { validatorFor } from './validators.ts'

/*
 * The schemas of a route describe what its service takes, for clients. The services check bodies themselves, because
 * wrong values have errors of their own; a schema in front of them would only say less of what is wrong. Tests hold
 * the services to their schemas.
 */

type Check = (value: unknown) => true | { readonly error: Error }

const ACCEPT: Check = () => true

/** Leaves bodies, and what parameters say, to the services. A parameter still comes once, unless it is a list. */
export function describeOnly(app: FastifyInstance): void {
  app.setValidatorCompiler(({ schema, httpPart }) =>
    httpPart === 'querystring' ? checkRepeated(schema as object) : ACCEPT,
  )
}

/** Leaves bodies to the services; the text of parameters becomes what their schema says, or is refused. */
export function describeBodies(app: FastifyInstance): void {
  app.setValidatorCompiler(({ schema, httpPart }) =>
    httpPart === 'querystring' || httpPart === 'params'
      ? validatorFor(httpPart).compile(schema as object)
      : ACCEPT,
  )
}

/**
 * What is left of the check of a body, for services that take it for granted: where an object is described, there is
 * one, and it does not come as plain text.
 */
export function requireObjects(app: FastifyInstance): void {
  refusePlainText(app)
  app.addHook('preHandler', async ({ routeOptions, body }) => {
    const { body: schema, isBodyOptional } = routeOptions.schema ?? {}
    const isAsked = isObject(schema) && schema['type'] === 'object' && isBodyOptional !== true
    if (isAsked && !isObject(body)) throw new NoObjectError()
  })
}

class NoObjectError extends Error {
  override readonly name = 'NoObjectError'
  readonly statusCode = 400

  constructor() {
    super('The request body must be a JSON object.')
  }
}

function checkRepeated(schema: { readonly properties?: unknown }): Check {
  const properties = isObject(schema.properties) ? schema.properties : {}
  const lists = new Set(Object.keys(properties).filter((name) => isList(properties[name])))
  return (query) => {
    const repeated = Object.entries(query as object).find(
      ([name, value]) => Array.isArray(value) && Object.hasOwn(properties, name) && !lists.has(name),
    )
    if (repeated === undefined) return true
    return {
      error: new Error(`The parameter ${repeated[0]} comes ${repeated[1].length} times. Send it once.`),
    }
  }
}

function isList(schema: unknown): boolean {
  return isObject(schema) && schema['type'] === 'array'
}
