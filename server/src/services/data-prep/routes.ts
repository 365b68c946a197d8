import * as contract from '@headwater/contract/data-prep.ts'
import type { FastifyInstance } from 'fastify'
import { describeOnly, requireObjects } from '#http/describe-only.ts'
import { writeErrors } from '#http/error-writer.ts'
import type { FindSchema } from '#http/neighbours.ts'
import { type CommonGateway, guardRoutes } from '#http/plugins/gateway.ts'
import type { JsonObject } from '#kit/json.ts'
import type { Database } from '#store/database.ts'
import { createMappingSet } from './create-mapping-set.ts'
import { deleteMappingSet } from './delete-mapping-set.ts'
import { listFunctions } from './list-functions.ts'
import { listOperators } from './list-operators.ts'
import { parseMappingSetListQuery } from './mapping-set-list-query.ts'
import { MappingSetReader } from './mapping-set-store.ts'
import { previewMappingSet } from './preview-mapping-set.ts'
import { DATA_PREP_DENIAL, DATA_PREP_ERRORS, DATA_PREP_FAMILY, sandboxNotFound } from './problems.ts'
import { getMapping, getMappingSet, listMappingSets } from './read-mapping-sets.ts'
import { updateMappingSet } from './update-mapping-set.ts'
import { validateExpression } from './validate-expression.ts'
import { validateMappingSet } from './validate-mapping-set.ts'

export interface DataPrepDependencies {
  readonly gateway: CommonGateway
  readonly db: Database
  readonly now: () => number
  readonly findSchema: FindSchema
}

const tags = ['Data Prep']
const { MappingsInvalid, MappingSetNotFound, MappingNotFound } = DATA_PREP_ERRORS

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
  const mappingSets = new MappingSetReader(dependencies.db)
  serveMappingSets(service, dependencies)
  serveReads(service, { mappingSets, findSchema: dependencies.findSchema })
  serveTrials(service, dependencies)
  serveLanguage(service)
}

function serveMappingSets(service: FastifyInstance, dependencies: DataPrepDependencies): void {
  service.post('/mappingSets', {
    schema: {
      tags,
      operationId: 'createMappingSet',
      errors: [MappingsInvalid],
      summary: 'Create a mapping set',
      body: contract.MappingSetBody,
      response: { 200: contract.CreatedMappingSet },
    },
    handler: async ({ scope, body }, reply) => {
      const { id, version, createdDate, modifiedDate, createdBy, modifiedBy } = await createMappingSet(
        dependencies,
        scope,
        body,
      )
      return reply.code(200).send({ id, version, createdDate, modifiedDate, createdBy, modifiedBy })
    },
  })
  service.put<{ Params: { id: string } }>('/mappingSets/:id', {
    schema: {
      tags,
      operationId: 'updateMappingSet',
      errors: [MappingsInvalid, MappingSetNotFound],
      summary: 'Add a version to a mapping set',
      params: contract.MappingSetPath,
      body: contract.MappingSetBody,
      response: { 200: contract.MappingSet },
    },
    handler: async ({ scope, params, body }) =>
      updateMappingSet(dependencies, scope, { id: params.id, body }),
  })
  service.delete<{ Params: { id: string } }>('/mappingSets/:id', {
    schema: {
      tags,
      operationId: 'deleteMappingSet',
      errors: [MappingSetNotFound],
      summary: 'Delete a mapping set that no flow uses',
      params: contract.MappingSetPath,
      response: { 204: { description: 'It is gone', content: {} } },
    },
    handler: async ({ scope, params }, reply) => {
      await deleteMappingSet(dependencies.db, scope, params.id)
      return reply.code(204).send()
    },
  })
}

type ReadDependencies = Parameters<typeof listMappingSets>[0]

function serveReads(service: FastifyInstance, dependencies: ReadDependencies): void {
  service.get<{ Querystring: Record<string, unknown> }>('/mappingSets', {
    schema: {
      tags,
      operationId: 'listMappingSets',
      summary: 'List mapping sets in their newest versions',
      querystring: contract.MappingSetListQuery,
      response: { 200: contract.MappingSetList },
    },
    handler: async ({ scope, query }) =>
      listMappingSets(dependencies, scope, parseMappingSetListQuery(query)),
  })
  service.get<{ Params: { id: string }; Querystring: Record<string, unknown> }>('/mappingSets/:id', {
    schema: {
      tags,
      operationId: 'getMappingSet',
      errors: [MappingSetNotFound],
      summary: 'Read a mapping set',
      params: contract.MappingSetPath,
      querystring: contract.MappingSetQuery,
      response: { 200: contract.MappingSet },
    },
    handler: async ({ scope, params, query }) => getMappingSet(dependencies, scope, { id: params.id, query }),
  })
  service.get<{ Params: { id: string }; Querystring: Record<string, unknown> }>('/mappingSets/:id/mappings', {
    schema: {
      tags,
      operationId: 'listMappings',
      errors: [MappingSetNotFound],
      summary: 'List the mappings of a set',
      params: contract.MappingSetPath,
      querystring: contract.MappingSetQuery,
      response: { 200: contract.Mappings },
    },
    handler: async ({ scope, params, query }) =>
      (await getMappingSet(dependencies, scope, { id: params.id, query })).mappings,
  })
  service.get<{ Params: { id: string; mappingId: string } }>('/mappingSets/:id/mappings/:mappingId', {
    schema: {
      tags,
      operationId: 'getMapping',
      errors: [MappingSetNotFound, MappingNotFound],
      summary: 'Read one mapping of a set',
      params: contract.MappingPath,
      response: { 200: contract.Mapping },
    },
    handler: async ({ scope, params }) => getMapping(dependencies.mappingSets, scope, params),
  })
}

function serveTrials(service: FastifyInstance, dependencies: DataPrepDependencies): void {
  service.post('/mappingSets/validate', {
    schema: {
      tags,
      operationId: 'validateMappingSet',
      permission: 'View Sources',
      summary: 'Check a mapping set without storing it',
      body: contract.MappingSetBody,
      response: { 200: contract.ValidationResponse },
    },
    handler: async ({ scope, body }) => validateMappingSet(dependencies.findSchema, scope, body),
  })
  service.post<{ Body: JsonObject }>('/mappingSets/preview', {
    schema: {
      tags,
      operationId: 'previewMappingSet',
      permission: 'View Sources',
      errors: [MappingsInvalid],
      summary: 'Map the rows of the request',
      body: contract.PreviewBody,
      response: { 200: contract.PreviewResponse },
    },
    handler: async ({ scope, body }) => previewMappingSet(dependencies, scope, body),
  })
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
