import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance, RouteOptions } from 'fastify'
import { buildDocument, documentedRoutes } from './build-document.ts'

/**
 * Serves the document of all routes that are registered after this at `/docs`, for people, and at `/docs/json` and
 * `/docs/yaml`. It is made when the app is ready.
 */
export async function publishDocs(app: FastifyInstance, version: string): Promise<void> {
  const routes: RouteOptions[] = []
  app.addHook('onRoute', (route) => void routes.push(route))
  // The plugin serves this very object, so it can be filled when all routes are known.
  const document: Record<string, unknown> = {}
  app.addHook('onReady', async () => {
    Object.assign(document, buildDocument(documentedRoutes(routes), version))
  })
  await app.register(swagger, { mode: 'static', specification: { document: document as never } })
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    uiConfig: { docExpansion: 'none', filter: true, tryItOutEnabled: false },
    // The bar at the top is another project's advertisement and a field that nobody needs here.
    theme: {
      title: 'Headwater API',
      css: [{ filename: 'headwater.css', content: '.swagger-ui .topbar { display: none }' }],
    },
  })
}
