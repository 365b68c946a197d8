import type { FastifyInstance } from 'fastify'
import { describeOnly, requireObjects } from '#http/describe-only.ts'
import { PLAIN_DENIAL, PLAIN_FAMILY, writeErrors } from '#http/error-writer.ts'
import { addErrors } from '#http/openapi/add-docs.ts'
import { guardRoutes } from '#http/plugins/gateway.ts'
import { serveBatches } from './batch-routes.ts'
import type { CatalogDependencies } from './catalog-dependencies.ts'
import { serveDatasets } from './dataset-routes.ts'
import { CATALOG_ERRORS, sandboxNotFound } from './problems.ts'

/** Serves `/data/foundation/catalog`: datasets, batches and their files. */
export async function registerCatalog(
  app: FastifyInstance,
  dependencies: CatalogDependencies,
): Promise<void> {
  await app.register(async (service) => serve(service, dependencies), { prefix: '/data/foundation/catalog' })
}

function serve(service: FastifyInstance, dependencies: CatalogDependencies): void {
  describeOnly(service)
  requireObjects(service)
  writeErrors(service, PLAIN_FAMILY)
  addErrors(service, [CATALOG_ERRORS.SandboxUnknown])
  guardRoutes(service, { ...dependencies.gateway, sandboxNotFound, area: 'Datasets', denial: PLAIN_DENIAL })
  serveDatasets(service, dependencies)
  serveBatches(service, dependencies)
}
