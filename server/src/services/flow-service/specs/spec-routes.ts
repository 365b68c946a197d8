import { PatchQuery } from '@headwater/contract/flow-service/changes.ts'
import {
  ExploredStorage,
  SpecExploreQuery,
  STORAGE_EXAMPLES,
} from '@headwater/contract/flow-service/explored-storage.ts'
import { One, SpecListQuery, WholeList } from '@headwater/contract/flow-service/lists.ts'
import { ConnectionSpecBody, FlowSpecBody } from '@headwater/contract/flow-service/spec-bodies.ts'
import {
  ConnectionSpec,
  ConnectionSpecPath,
  FlowSpec,
  FlowSpecPath,
  SpecConfigQuery,
  SpecConfigs,
} from '@headwater/contract/flow-service/specs.ts'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { TSchema } from 'typebox'
import { answerWith } from '#http/openapi/route-docs.ts'
import type { FlowServiceDependencies } from '#services/flow-service/dependencies.ts'
import { textOf } from '#services/flow-service/entities/entity-document.ts'
import { bodyOf, requireBody } from '#services/flow-service/entities/request-body.ts'
import { exploreSpec, type SpecExploreParameters } from '#services/flow-service/explore/explore-spec.ts'
import { listOf } from '#services/flow-service/lists/list-query.ts'
import type { FlowCode } from '#services/flow-service/problems.ts'
import {
  BASE_PATH,
  CREATED,
  changeOf,
  collectionSchema,
  GET_ERRORS,
  idOf,
  itemSchema,
} from '#services/flow-service/route-parts.ts'
import type { SpecKind } from './built-in/spec.ts'
import { createSpec } from './create-spec.ts'
import { listSpecConfigs, type SpecConfigParameters } from './list-spec-configs.ts'
import { getSpec, listSpecs } from './list-specs.ts'
import { replaceSpec } from './replace-spec.ts'
import { readSpecs } from './spec-collections.ts'

/** How the routes of a kind of specs are named, and what it is. */
interface SpecRoutes {
  readonly kind: SpecKind
  /** `ConnectionSpec`, for operation ids. */
  readonly title: string
  /** `kind of system`, for summaries. */
  readonly words: string
  readonly tag: string
  readonly path: unknown
  readonly body: unknown
  readonly item: TSchema
  readonly listErrors: readonly FlowCode[]
}

/** Specs have few fields to ask for, and come on one page. */
const LIST_ERRORS = ['1440-400', '1443-400', '1448-400', '1450-400', '1452-400', '1453-400'] as const

const ROUTES: readonly SpecRoutes[] = [
  {
    kind: 'connectionSpecs',
    title: 'ConnectionSpec',
    words: 'kind of system',
    tag: 'Connection specs',
    path: ConnectionSpecPath,
    body: ConnectionSpecBody,
    item: ConnectionSpec,
    listErrors: [...LIST_ERRORS, '1423-400'],
  },
  {
    kind: 'flowSpecs',
    title: 'FlowSpec',
    words: 'kind of flow',
    tag: 'Flow specs',
    path: FlowSpecPath,
    body: FlowSpecBody,
    item: FlowSpec,
    listErrors: [...LIST_ERRORS, '1449-400'],
  },
]

/** What can be connected, how, and to what flows. */
export function serveSpecRoutes(service: FastifyInstance, deps: FlowServiceDependencies): void {
  for (const routes of ROUTES) {
    serveReads(service, deps, routes)
    serveWrites(service, deps, routes)
  }
  serveStorage(service, deps)
}

function serveReads(
  service: FastifyInstance,
  deps: FlowServiceDependencies,
  { kind, title, words, listErrors, tag, path, item }: SpecRoutes,
): void {
  service.get(`/${kind}`, {
    schema: collectionSchema({
      tag,
      operationId: `list${title}s`,
      errors: listErrors,
      summary: `List the ${words.replace('kind', 'kinds')}s that there are`,
      query: SpecListQuery,
      answer: WholeList(item),
    }),
    handler: async (request) => listSpecs(await readSpecs(deps, request.scope, kind), propertyOf(request)),
  })
  service.get(`/${kind}/:id`, {
    schema: itemSchema({
      path,
      tag,
      operationId: `get${title}`,
      errors: GET_ERRORS,
      summary: `Show a ${words} and its parameters`,
      answer: One(item),
    }),
    handler: async (request) => ({
      items: [getSpec(await readSpecs(deps, request.scope, kind), idOf(request))],
    }),
  })
}

function serveWrites(
  service: FastifyInstance,
  deps: FlowServiceDependencies,
  { kind, title, words, body, tag, path, item }: SpecRoutes,
): void {
  service.post(`/${kind}`, {
    schema: collectionSchema({
      tag,
      operationId: `create${title}`,
      errors: ['1405-400', '1426-400'],
      summary: `Register a ${words}, as an administrator`,
      body,
      status: 201,
      answer: answerWith(item, { location: CREATED.headers.location }),
    }),
    preValidation: requireBody,
    handler: async (request, reply) => {
      const document = await createSpec(deps, request.scope, kind, bodyOf(request))
      const location = `${BASE_PATH}/${kind}/${textOf(document, 'id')}`
      return reply.code(201).header('location', location).send(document)
    },
  })
  service.put(`/${kind}/:id`, {
    schema: itemSchema({
      path,
      tag,
      operationId: `replace${title}`,
      errors: ['1404-412', '1405-400', '1426-400', '1439-404'],
      summary: `Replace a registered ${words}, as an administrator`,
      query: PatchQuery,
      body,
      ifMatch: 'optional',
      answer: item,
    }),
    preValidation: requireBody,
    handler: async (request) =>
      replaceSpec(deps, request.scope, kind, { ...changeOf(request), body: bodyOf(request) }),
  })
}

function serveStorage(service: FastifyInstance, deps: FlowServiceDependencies): void {
  service.get('/connectionSpecs/:id/explore', {
    schema: itemSchema({
      path: ConnectionSpecPath,
      tag: 'Connection specs',
      operationId: 'exploreConnectionSpec',
      permission: 'View Datasets',
      errors: [...GET_ERRORS, '1101-404', '1452-400'],
      summary: 'List the datasets of the lake, or show the fields and first rows of one',
      query: SpecExploreQuery,
      answer: ExploredStorage,
      answerExamples: STORAGE_EXAMPLES,
    }),
    handler: async (request) =>
      exploreSpec(deps, request.scope, {
        id: idOf(request),
        parameters: request.query as SpecExploreParameters,
        signal: request.signal,
      }),
  })
  service.get('/connectionSpecs/:id/configs', {
    schema: itemSchema({
      path: ConnectionSpecPath,
      tag: 'Connection specs',
      operationId: 'listConnectionSpecConfigs',
      permission: 'View Datasets',
      errors: [...GET_ERRORS, '1452-400'],
      summary: 'List what can be chosen for a kind of system: the datasets of the lake',
      query: SpecConfigQuery,
      answer: SpecConfigs,
    }),
    handler: async (request) =>
      listSpecConfigs(deps, request.scope, idOf(request), request.query as SpecConfigParameters),
  })
}

function propertyOf(request: FastifyRequest): readonly string[] {
  return listOf((request.query as { readonly property?: string | readonly string[] }).property)
}
