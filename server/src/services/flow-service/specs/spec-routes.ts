import { One, Page, SpecListQuery } from '@headwater/contract/flow-service/lists.ts'
import { Spec, SpecBody, SpecConfigQuery, SpecConfigs } from '@headwater/contract/flow-service/specs.ts'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { FlowServiceDependencies } from '#services/flow-service/dependencies.ts'
import { bodyOf, requireBody } from '#services/flow-service/entities/request-body.ts'
import { listOf } from '#services/flow-service/lists/list-query.ts'
import { collectionSchema, idOf, itemSchema } from '#services/flow-service/route-parts.ts'
import type { Edition } from './built-in/spec.ts'
import { getSpec, listSpecs, type SpecCollection } from './list-specs.ts'
import { refuseSpec } from './refuse-spec.ts'
import { CONNECTION_SPECS, FLOW_SPECS } from './spec-catalogue.ts'

const SPEC_FIELDS = ['id', 'name', 'providerId', 'version', 'type', 'attributes', 'permissionsInfo']

const CONNECTION_SPEC_LISTS: Readonly<Record<Edition, SpecCollection>> = {
  azure: connectionSpecList('azure'),
  aws: connectionSpecList('aws'),
}

function connectionSpecList(edition: Edition): SpecCollection {
  return {
    name: 'connectionSpecs',
    specs: CONNECTION_SPECS[edition],
    filterable: {
      fields: new Set([...SPEC_FIELDS, 'authSpec', 'sourceSpec', 'targetSpec', 'exploreSpec']),
      unknownFieldCode: '1423-400',
    },
  }
}

export const FLOW_SPEC_LIST: SpecCollection = {
  name: 'flowSpecs',
  specs: FLOW_SPECS,
  filterable: {
    fields: new Set([
      ...SPEC_FIELDS,
      'sourceConnectionSpecIds',
      'targetConnectionSpecIds',
      'optionSpec',
      'scheduleSpec',
      'transformationSpecs',
      'runSpec',
    ]),
    unknownFieldCode: '1449-400',
  },
}

type Dependencies = Pick<FlowServiceDependencies, 'config'>

/** What can be connected, and how. */
export function serveSpecRoutes(service: FastifyInstance, deps: Dependencies): void {
  serveConnectionSpecRoutes(service, deps)
  serveFlowSpecRoutes(service)
}

function serveConnectionSpecRoutes(service: FastifyInstance, { config }: Dependencies): void {
  service.get('/connectionSpecs', {
    schema: collectionSchema({
      operationId: 'listConnectionSpecs',
      summary: 'List the kinds of systems that can be connected',
      query: SpecListQuery,
      answer: Page(Spec),
    }),
    handler: async (request) => listSpecs(CONNECTION_SPEC_LISTS[config.edition], propertyOf(request)),
  })
  service.get('/connectionSpecs/:id', {
    schema: itemSchema({
      operationId: 'getConnectionSpec',
      summary: 'Show how a kind of system is connected',
      answer: One(Spec),
    }),
    handler: async (request) => getSpec(CONNECTION_SPEC_LISTS[config.edition], idOf(request)),
  })
  service.get('/connectionSpecs/:id/configs', {
    schema: itemSchema({
      operationId: 'listConnectionSpecConfigs',
      summary: 'List configurations of a kind of system; none has any',
      query: SpecConfigQuery,
      answer: SpecConfigs,
    }),
    handler: async (request) => {
      getSpec(CONNECTION_SPEC_LISTS[config.edition], idOf(request))
      return { items: [], pageInfo: { hasNext: false } }
    },
  })
  serveRefusedSpecRoutes(service, { config })
}

function serveRefusedSpecRoutes(service: FastifyInstance, { config }: Dependencies): void {
  service.post('/connectionSpecs', {
    schema: collectionSchema({
      operationId: 'createConnectionSpec',
      summary: 'Refused: kinds of systems come with the server',
      body: SpecBody,
      status: 201,
      answer: One(Spec),
    }),
    preValidation: requireBody,
    handler: async (request) => refuseSpec(bodyOf(request)),
  })
  service.put('/connectionSpecs/:id', {
    schema: itemSchema({
      operationId: 'replaceConnectionSpec',
      summary: 'Refused: kinds of systems come with the server',
      body: SpecBody,
      answer: One(Spec),
    }),
    preValidation: requireBody,
    handler: async (request) => {
      getSpec(CONNECTION_SPEC_LISTS[config.edition], idOf(request))
      return refuseSpec(bodyOf(request))
    },
  })
}

function serveFlowSpecRoutes(service: FastifyInstance): void {
  service.get('/flowSpecs', {
    schema: collectionSchema({
      operationId: 'listFlowSpecs',
      summary: 'List the kinds of flows',
      query: SpecListQuery,
      answer: Page(Spec),
    }),
    handler: async (request) => listSpecs(FLOW_SPEC_LIST, propertyOf(request)),
  })
  service.get('/flowSpecs/:id', {
    schema: itemSchema({
      operationId: 'getFlowSpec',
      summary: 'Show the parameters of a kind of flow',
      answer: One(Spec),
    }),
    handler: async (request) => getSpec(FLOW_SPEC_LIST, idOf(request)),
  })
}

function propertyOf(request: FastifyRequest): readonly string[] {
  return listOf((request.query as { readonly property?: string | readonly string[] }).property)
}
