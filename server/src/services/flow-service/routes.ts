import type { FastifyInstance } from 'fastify'
import { describeOnly } from '#http/describe-only.ts'
import { writeErrors } from '#http/error-writer.ts'
import { guardRoutes } from '#http/plugins/gateway.ts'
import { serveConnectedRoutes } from './connected/connected-routes.ts'
import { serveConnectionRoutes } from './connections/connection-routes.ts'
import type { FlowServiceDependencies } from './dependencies.ts'
import { serveFlowRoutes } from './flows/flow-routes.ts'
import { FLOW_FAMILY, sandboxNotFound } from './problems.ts'
import { BASE_PATH } from './route-parts.ts'
import { serveRunRoutes } from './runs/run-routes.ts'
import { serveSpecRoutes } from './specs/spec-routes.ts'

/** Serves `/data/foundation/flowservice`: specs, connections, flows and runs. */
export async function registerFlowService(
  app: FastifyInstance,
  deps: FlowServiceDependencies,
): Promise<void> {
  await app.register(async (service) => serve(service, deps), { prefix: BASE_PATH })
}

function serve(service: FastifyInstance, deps: FlowServiceDependencies): void {
  describeOnly(service)
  writeErrors(service, FLOW_FAMILY)
  guardRoutes(service, { ...deps.gateway, sandboxNotFound })
  serveSpecRoutes(service, deps)
  serveConnectionRoutes(service, deps)
  serveConnectedRoutes(service, deps)
  serveFlowRoutes(service, deps)
  serveRunRoutes(service, deps)
}
