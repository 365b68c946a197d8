import type { FastifySchema, RouteOptions } from 'fastify'
import type { TSchema } from 'typebox'
import type { Permission } from '#http/permissions.ts'
import { describeAnswers, describeContent } from './answers.ts'
import { describeCallbacks } from './callbacks.ts'
import { Components, type Node } from './components.ts'
import { INFO, SECURITY, SECURITY_SCHEMES, TAGS } from './document-parts.ts'
import { describeParameters } from './parameters.ts'

/** A route as it was registered. */
export interface DocumentedRoute {
  readonly method: string
  /** `/connections/:id` */
  readonly url: string
  readonly schema: FastifySchema
}

/**
 * The OpenAPI document of all routes that are not hidden.
 *
 * @throws Error for two things under one name, and for a route that is neither described nor hidden
 */
export function buildDocument(routes: readonly DocumentedRoute[], version: string): Node {
  const components = new Components()
  const paths: Record<string, Record<string, Node>> = {}
  for (const route of routes) {
    const path = templateOf(route.url)
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: describeOperation(route, components) }
  }
  const usedTags = new Set(routes.flatMap(({ schema }) => schema.tags ?? []))
  return {
    openapi: '3.1.0',
    info: { ...INFO, version },
    servers: [{ url: '/', description: 'The server that this document comes from' }],
    security: SECURITY,
    tags: TAGS.filter(({ name }) => usedTags.has(name)),
    paths,
    components: { ...components.list(), securitySchemes: SECURITY_SCHEMES },
  }
}

/**
 * The routes that belong into the document: not the hidden ones, and not the HEAD that Fastify adds to every GET.
 */
export function documentedRoutes(registered: readonly RouteOptions[]): readonly DocumentedRoute[] {
  const all = registered.flatMap(({ method, url, schema }) =>
    [method].flat().map((each) => ({ method: each, url, schema: schema ?? {} })),
  )
  const named = new Set(all.map(({ method, schema }) => `${method} ${schema.operationId}`))
  return all.filter(
    ({ method, schema }) =>
      schema.hide !== true && !(method === 'HEAD' && named.has(`GET ${schema.operationId}`)),
  )
}

/** `/connections/:id` → `/connections/{id}`, without a slash at the end. */
function templateOf(url: string): string {
  return url.replace(/:(\w+)/g, '{$1}').replace(/(.)\/$/, '$1')
}

function describeOperation({ method, url, schema }: DocumentedRoute, components: Components): Node {
  const { operationId, summary, description, tags, deprecated, security } = schema
  if (operationId === undefined || summary === undefined || tags === undefined)
    throw new Error(`${method} ${url} is not described. Give it operationId, summary and tags, or hide it.`)
  const permission = permissionOf({ method, url, schema })
  const parameters = [
    ...describeParameters('path', schema.params, components),
    ...describeParameters('query', schema.querystring, components),
    ...describeParameters('header', schema.headers, components),
  ]
  const told = Object.entries({
    operationId,
    summary,
    description: [description, permission && `Needs the permission *${permission}*.`]
      .filter((part) => part !== undefined)
      .join('\n\n'),
    tags,
    deprecated,
    security,
    'x-permission': permission,
  })
  return {
    ...Object.fromEntries(told.filter(([, value]) => value !== undefined && value !== '')),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(schema.body === undefined ? {} : { requestBody: describeBody(schema, components) }),
    responses: withoutBodies(method, describeAnswers(schema, components)),
    ...(schema.callbacks === undefined ? {} : { callbacks: describeCallbacks(schema.callbacks, components) }),
  }
}

/** What the operation needs; nothing where every client may come, or everybody. */
function permissionOf({ method, url, schema }: DocumentedRoute): Permission | undefined {
  const { permission, security } = schema
  const isPublic = security?.length === 0
  if (permission === undefined && !isPublic)
    throw new Error(
      `${method} ${url} needs no permission: guard it (guardRoutes), or make it public (security: []).`,
    )
  return permission === 'none' ? undefined : permission
}

function describeBody(schema: FastifySchema, components: Components): Node {
  const content = describeContent(schema.body as TSchema, { components, examples: schema.bodyExamples })
  const types = schema.consumes ?? ['application/json']
  return {
    required: schema.isBodyOptional !== true,
    content: Object.fromEntries(types.map((type) => [type, content])),
  }
}

/** HEAD is answered by headers alone. */
function withoutBodies(method: string, answers: Node): Node {
  if (method !== 'HEAD') return answers
  const entries = Object.entries(answers).map(([status, answer]) => {
    const { content: _, ...rest } = answer as Node
    return [status, rest]
  })
  return Object.fromEntries(entries)
}
