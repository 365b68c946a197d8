import { One, SpecListQuery, WholeList } from '@headwater/contract/flow-service/lists.ts'
import {
  ConnectionSpec,
  ConnectionSpecPath,
  FlowSpec,
  FlowSpecPath,
  SpecBody,
  SpecConfigQuery,
  SpecConfigs,
} from '@headwater/contract/flow-service/specs.ts'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { FlowServiceDependencies } from '#services/flow-service/dependencies.ts'
import { bodyOf, requireBody } from '#services/flow-service/entities/request-body.ts'
import { listOf } from '#services/flow-service/lists/list-query.ts'
import { collectionSchema, GET_ERRORS, idOf, itemSchema } from '#services/flow-service/route-parts.ts'
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

/** Specs have few fields to ask for, and come on one page. */
const SPEC_LIST_ERRORS = [
  '1440-400',
  '1443-400',
  '1448-400',
  '1449-400',
  '1450-400',
  '1452-400',
  '1453-400',
] as const
const CONNECTION_SPEC_LIST_ERRORS = [...SPEC_LIST_ERRORS, '1423-400'] as const

type Dependencies = Pick<FlowServiceDependencies, 'config'>

/** What can be connected, and how. */
export function serveSpecRoutes(service: FastifyInstance, deps: Dependencies): void {
  serveConnectionSpecRoutes(service, deps)
  serveFlowSpecRoutes(service)
}

function serveConnectionSpecRoutes(service: FastifyInstance, { config }: Dependencies): void {
  service.get('/connectionSpecs', {
    schema: collectionSchema({
      tag: 'Connection specs',
      operationId: 'listConnectionSpecs',
      errors: CONNECTION_SPEC_LIST_ERRORS,
      summary: 'List the kinds of systems that can be connected',
      query: SpecListQuery,
      answer: WholeList(ConnectionSpec),
    }),
    handler: async (request) => listSpecs(CONNECTION_SPEC_LISTS[config.edition], propertyOf(request)),
  })
  service.get('/connectionSpecs/:id', {
    schema: itemSchema({
      path: ConnectionSpecPath,
      tag: 'Connection specs',
      operationId: 'getConnectionSpec',
      errors: GET_ERRORS,
      summary: 'Show how a kind of system is connected',
      answer: One(ConnectionSpec),
    }),
    handler: async (request) => getSpec(CONNECTION_SPEC_LISTS[config.edition], idOf(request)),
  })
  service.get('/connectionSpecs/:id/configs', {
    schema: itemSchema({
      path: ConnectionSpecPath,
      tag: 'Connection specs',
      operationId: 'listConnectionSpecConfigs',
      errors: GET_ERRORS,
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
      tag: 'Connection specs',
      operationId: 'createConnectionSpec',
      errors: ['1405-400', '1426-400'],
      summary: 'Refused: kinds of systems come with the server',
      body: SpecBody,
      status: 201,
      answer: One(ConnectionSpec),
    }),
    preValidation: requireBody,
    handler: async (request) => refuseSpec(bodyOf(request)),
  })
  service.put('/connectionSpecs/:id', {
    schema: itemSchema({
      path: ConnectionSpecPath,
      tag: 'Connection specs',
      operationId: 'replaceConnectionSpec',
      errors: ['1405-400', '1426-400', '1439-404'],
      summary: 'Refused: kinds of systems come with the server',
      body: SpecBody,
      answer: One(ConnectionSpec),
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
      tag: 'Flow specs',
      operationId: 'listFlowSpecs',
      errors: SPEC_LIST_ERRORS,
      summary: 'List the kinds of flows',
      query: SpecListQuery,
      answer: WholeList(FlowSpec),
    }),
    handler: async (request) => listSpecs(FLOW_SPEC_LIST, propertyOf(request)),
  })
  service.get('/flowSpecs/:id', {
    schema: itemSchema({
      path: FlowSpecPath,
      tag: 'Flow specs',
      operationId: 'getFlowSpec',
      errors: GET_ERRORS,
      summary: 'Show the parameters of a kind of flow',
      answer: One(FlowSpec),
    }),
    handler: async (request) => getSpec(FLOW_SPEC_LIST, idOf(request)),
  })
}

function propertyOf(request: FastifyRequest): readonly string[] {
  return listOf((request.query as { readonly property?: string | readonly string[] }).property)
}
