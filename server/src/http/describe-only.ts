import type { FastifyInstance } from 'fastify'
import { isObject } from '#kit/json.ts'

type Check = (value: unknown) => true | { readonly error: Error }

const ACCEPT: Check = () => true

/**
 * Makes the schemas of the encapsulated routes documentation alone: the service itself checks bodies and what
 * parameters say, because wrong values have errors of their own. What is left to check here is that a parameter
 * comes once, unless it is a list. Tests hold the service to its schemas.
 */
export function describeOnly(app: FastifyInstance): void {
  app.setValidatorCompiler(({ schema, httpPart }) =>
    httpPart === 'querystring' ? checkRepeated(schema as object) : ACCEPT,
  )
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
  return isObject(schema) && (schema['type'] === 'array' || Array.isArray(schema['anyOf']))
}
