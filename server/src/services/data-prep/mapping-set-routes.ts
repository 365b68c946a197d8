import * as contract from '@headwater/contract/data-prep/mapping-sets.ts'
import type { FastifyInstance } from 'fastify'
import { createMapping, deleteMapping, replaceMapping } from './change-mapping.ts'
import { createMappingSet, type WriteDependencies } from './create-mapping-set.ts'
import { deleteMappingSet } from './delete-mapping-set.ts'
import { parseMappingSetListQuery } from './mapping-set-list-query.ts'
import { DATA_PREP_ERRORS } from './problems.ts'
import { getMapping, getMappingSet, listMappingSets, type ReadDependencies } from './read-mapping-sets.ts'
import { updateMappingSet } from './update-mapping-set.ts'

const tags = ['Data Prep']
const { MappingsInvalid, MappingSetNotFound, MappingNotFound } = DATA_PREP_ERRORS

interface ById {
  readonly Params: { readonly id: string }
}

interface ByMapping {
  readonly Params: { readonly id: string; readonly mappingId: string }
}

/** Mapping sets, and the mappings in them one by one. */
export function serveMappingSets(
  service: FastifyInstance,
  dependencies: WriteDependencies & ReadDependencies,
): void {
  serveChanges(service, dependencies)
  serveMappingChanges(service, dependencies)
  serveReads(service, dependencies)
}

function serveChanges(service: FastifyInstance, dependencies: WriteDependencies): void {
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

function serveMappingChanges(service: FastifyInstance, dependencies: WriteDependencies): void {
  service.post<ById>('/mappingSets/:id/mappings', {
    schema: {
      tags,
      operationId: 'createMapping',
      errors: [MappingsInvalid, MappingSetNotFound],
      summary: 'Add a mapping to a set, which gets its next version',
      params: contract.MappingSetPath,
      body: contract.MappingBody,
      response: { 200: contract.Mapping },
    },
    handler: async ({ scope, params, body }) => createMapping(dependencies, scope, { ...params, body }),
  })
  service.put<ByMapping>('/mappingSets/:id/mappings/:mappingId', {
    schema: {
      tags,
      operationId: 'replaceMapping',
      errors: [MappingsInvalid, MappingSetNotFound, MappingNotFound],
      summary: 'Replace a mapping of a set, which gets its next version',
      params: contract.MappingPath,
      body: contract.MappingBody,
      response: { 200: contract.Mapping },
    },
    handler: async ({ scope, params, body }) => replaceMapping(dependencies, scope, { ...params, body }),
  })
  service.delete<ByMapping>('/mappingSets/:id/mappings/:mappingId', {
    schema: {
      tags,
      operationId: 'deleteMapping',
      errors: [MappingsInvalid, MappingSetNotFound, MappingNotFound],
      summary: 'Take a mapping out of a set, which gets its next version',
      params: contract.MappingPath,
      response: { 204: { description: 'The newest version is without it', content: {} } },
    },
    handler: async ({ scope, params }, reply) => {
      await deleteMapping(dependencies, scope, params)
      return reply.code(204).send()
    },
  })
}

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
