import type { FastifyInstance } from 'fastify'
import { describeOnly } from '#http/describe-only.ts'
import { writeErrors } from '#http/error-writer.ts'
import { guardRoutes } from '#http/plugins/gateway.ts'
import { serveConnectedRoutes } from './connected/connected-routes.ts'
import { serveConnectionRoutes } from './connections/connection-routes.ts'
import type { FlowServiceDependencies } from './dependencies.ts'
import { serveFlowRoutes } from './flows/flow-routes.ts'
import { headerRules, sandboxNotFound } from './header-rules.ts'
import { FLOW_DENIAL, FLOW_FAMILY } from './problems.ts'
import { BASE_PATH } from './route-parts.ts'
import { serveRunRoutes } from './runs/run-routes.ts'
import { serveSearchRoutes } from './search-routes.ts'
import { serveSpecRoutes } from './specs/spec-routes.ts'
import { enforceStrictMode } from './strict-mode.ts'
import { serveSubscriptionRoutes } from './subscriptions/subscription-routes.ts'

/** Serves `/data/foundation/flowservice`: specs, connections, flows, runs and subscriptions to them. */
export async function registerFlowService(
  app: FastifyInstance,
  deps: FlowServiceDependencies,
): Promise<void> {
  await app.register(async (service) => serve(service, deps), { prefix: BASE_PATH })
}

function serve(service: FastifyInstance, deps: FlowServiceDependencies): void {
  describeOnly(service)
  writeErrors(service, FLOW_FAMILY)
  guardRoutes(service, {
    ...deps.gateway,
    sandboxNotFound,
    rules: headerRules(deps.config),
    area: 'Sources',
    denial: FLOW_DENIAL,
  })
  enforceStrictMode(service, deps.config)
  serveSpecRoutes(service, deps)
  serveConnectionRoutes(service, deps)
  serveConnectedRoutes(service, deps)
  serveFlowRoutes(service, deps)
  serveRunRoutes(service, deps)
  serveSearchRoutes(service, deps)
  serveSubscriptionRoutes(service, deps)
}
