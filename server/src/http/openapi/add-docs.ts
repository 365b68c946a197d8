import type { FastifyInstance, FastifySchema, RouteOptions } from 'fastify'
import type { DocumentedError } from './route-docs.ts'

/** Adds to the documentation of every route that is registered on `app` after this, or of those that take a body. */
export function addErrors(
  app: FastifyInstance,
  errors: readonly DocumentedError[],
  { ofBodies = false }: { readonly ofBodies?: boolean | undefined } = {},
): void {
  changeDocs(app, (schema) =>
    ofBodies && schema.body === undefined
      ? schema
      : { ...schema, errors: [...(schema.errors ?? []), ...errors] },
  )
}

/** Adds headers that every route of `app` reads; those of the route itself win. */
export function addHeaders(app: FastifyInstance, properties: Readonly<Record<string, unknown>>): void {
  changeDocs(app, (schema) => {
    const own = (schema.headers ?? {}) as { readonly properties?: object }
    return {
      ...schema,
      headers: { type: 'object', ...own, properties: { ...own.properties, ...properties } },
    }
  })
}

/** Changes what every route of `app` that is registered after this tells of itself. */
export function changeDocs(
  app: FastifyInstance,
  change: (schema: FastifySchema, route: RouteOptions) => FastifySchema,
): void {
  app.addHook('onRoute', (route) => {
    // A new object: routes share what they are declared with.
    route.schema = change(route.schema ?? {}, route)
  })
}
