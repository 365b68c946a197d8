import * as contract from '@headwater/contract/data-prep/language.ts'
import type { FastifyInstance } from 'fastify'
import { describeOnly, requireObjects } from '#http/describe-only.ts'
import { writeErrors } from '#http/error-writer.ts'
import type { FindSchema } from '#http/neighbours.ts'
import { type CommonGateway, guardRoutes } from '#http/plugins/gateway.ts'
import type { Database } from '#store/database.ts'
import { listFunctions } from './list-functions.ts'
import { listOperators } from './list-operators.ts'
import { serveMappingSets } from './mapping-set-routes.ts'
import { MappingSetReader } from './mapping-set-store.ts'
import { DATA_PREP_DENIAL, DATA_PREP_FAMILY, sandboxNotFound } from './problems.ts'
import type { SampleSource } from './source-port.ts'
import { serveTrials } from './trial-routes.ts'
import { validateExpression } from './validate-expression.ts'

export interface DataPrepDependencies {
  readonly gateway: CommonGateway
  readonly db: Database
  readonly now: () => number
  readonly findSchema: FindSchema
  readonly sampleSource: SampleSource
}

const tags = ['Data Prep']

/** Serves `/data/foundation/conversion`: mapping sets and their language. */
export async function registerDataPrep(
  app: FastifyInstance,
  dependencies: DataPrepDependencies,
): Promise<void> {
  await app.register(async (service) => serve(service, dependencies), {
    prefix: '/data/foundation/conversion',
  })
}

function serve(service: FastifyInstance, dependencies: DataPrepDependencies): void {
  describeOnly(service)
  requireObjects(service)
  writeErrors(service, DATA_PREP_FAMILY)
  guardRoutes(service, {
    ...dependencies.gateway,
    sandboxNotFound,
    area: 'Sources',
    denial: DATA_PREP_DENIAL,
  })
  const parts = { ...dependencies, mappingSets: new MappingSetReader(dependencies.db) }
  serveMappingSets(service, parts)
  serveTrials(service, parts)
  serveLanguage(service)
}

function serveLanguage(service: FastifyInstance): void {
  service.get('/languages/el/functions', {
    schema: {
      tags,
      operationId: 'listMappingFunctions',
      permission: 'none',
      summary: 'List the functions of expressions',
      response: { 200: contract.MappingFunctions },
    },
    handler: async () => listFunctions(),
  })
  service.get('/languages/el/operators', {
    schema: {
      tags,
      operationId: 'listMappingOperators',
      permission: 'none',
      summary: 'List the operators of expressions',
      response: { 200: contract.MappingOperators },
    },
    handler: async () => listOperators(),
  })
  service.post('/languages/el/validate', {
    schema: {
      tags,
      operationId: 'validateExpression',
      permission: 'View Sources',
      summary: 'Check an expression',
      body: contract.ExpressionBody,
      response: { 200: contract.ExpressionValidation },
    },
    handler: async ({ body }) => validateExpression(body),
  })
}
