import * as contract from '@headwater/contract/query.ts'
import type { FastifyInstance } from 'fastify'
import { describeOnly, requireObjects } from '#http/describe-only.ts'
import { PLAIN_DENIAL, PLAIN_FAMILY, writeErrors } from '#http/error-writer.ts'
import { type CommonGateway, guardRoutes } from '#http/plugins/gateway.ts'
import type { JsonObject } from '#kit/json.ts'
import { QUERY_ERRORS, sandboxNotFound } from './problems.ts'
import { type RunStatementDependencies, runStatement } from './run-statement.ts'

export interface QueryDependencies extends RunStatementDependencies {
  readonly gateway: CommonGateway
}

/** Serves `POST /query`: ad-hoc SQL over the datasets of the sandbox. */
export async function registerQuery(app: FastifyInstance, dependencies: QueryDependencies): Promise<void> {
  await app.register(async (service) => serve(service, dependencies), { prefix: '/query' })
}

function serve(service: FastifyInstance, dependencies: QueryDependencies): void {
  describeOnly(service)
  requireObjects(service)
  writeErrors(service, PLAIN_FAMILY)
  guardRoutes(service, { ...dependencies.gateway, sandboxNotFound, area: 'Datasets', denial: PLAIN_DENIAL })
  service.post<{ Body: JsonObject }>('/', {
    schema: {
      tags: ['Query'],
      operationId: 'runQuery',
      permission: 'View Datasets',
      errors: [QUERY_ERRORS.SandboxUnknown],
      summary: 'Run a SELECT statement over the datasets of the sandbox',
      body: contract.QueryBody,
      response: { 200: contract.QueryResult },
    },
    // The signal ends the statement when the client goes away.
    handler: async (request) =>
      runStatement(dependencies, request.scope, { body: request.body, signal: request.signal }),
  })
}
