import {
  actionQuery,
  CreateQuery,
  PatchBody,
  PatchQuery,
  StateAction,
} from '@headwater/contract/flow-service/changes.ts'
import { Reference } from '@headwater/contract/flow-service/entities.ts'
import { EntityListQuery, One, Page } from '@headwater/contract/flow-service/lists.ts'
import {
  NewSourceConnection,
  SOURCE_CONNECTION_EXAMPLES,
  SourceConnection,
  SourceConnectionPath,
} from '@headwater/contract/flow-service/source-connections.ts'
import {
  NewTargetConnection,
  TargetConnection,
  TargetConnectionPath,
} from '@headwater/contract/flow-service/target-connections.ts'
import type { FastifyInstance } from 'fastify'
import type { TSchema } from 'typebox'
import type { NamedExamples } from '#http/openapi/route-docs.ts'
import type { Scope } from '#http/scope.ts'
import type { JsonObject } from '#kit/json.ts'
import type { FlowServiceDependencies } from '#services/flow-service/dependencies.ts'
import { actionOf, readAction } from '#services/flow-service/entities/actions.ts'
import type { ChangeRequest } from '#services/flow-service/entities/change-entity.ts'
import {
  type EntityKind,
  SOURCE_CONNECTIONS,
  TARGET_CONNECTIONS,
} from '#services/flow-service/entities/entity-kinds.ts'
import {
  allowObject,
  bodyOf,
  requireBody,
  requireStorable,
} from '#services/flow-service/entities/request-body.ts'
import { getEntity, listEntities } from '#services/flow-service/lists/list-entities.ts'
import type { ListParameters } from '#services/flow-service/lists/list-query.ts'
import type { FlowCode } from '#services/flow-service/problems.ts'
import {
  ACTION_ERRORS,
  CREATE_ERRORS,
  CREATED,
  changeOf,
  collectionSchema,
  DELETE_ERRORS,
  DELETED,
  GET_ERRORS,
  idOf,
  isDraft,
  itemSchema,
  LIST_ERRORS,
  PATCH_ERRORS,
  referenceOf,
  sendCreated,
} from '#services/flow-service/route-parts.ts'
import { createSourceConnection } from './create-source-connection.ts'
import { createTargetConnection } from './create-target-connection.ts'
import { deleteSourceConnection, deleteTargetConnection } from './delete-connected.ts'
import { patchSourceConnection, patchTargetConnection } from './patch-connected.ts'
import { publishSourceConnection, publishTargetConnection } from './publish-connected.ts'

type Operation<Given> = (deps: FlowServiceDependencies, scope: Scope, given: Given) => Promise<JsonObject>

/** The operations of a kind, and how its routes are named. */
interface Connected {
  readonly kind: EntityKind
  /** `SourceConnection`, for operation ids. */
  readonly title: string
  /** `source connection`, for summaries. */
  readonly words: string
  readonly tag: string
  readonly path: unknown
  readonly body: unknown
  readonly bodyExamples?: NamedExamples | undefined
  readonly item: TSchema
  /** With which its checks answer besides. */
  readonly checkErrors: readonly FlowCode[]
  readonly create: (
    deps: FlowServiceDependencies,
    scope: Scope,
    body: JsonObject,
    isDraft: boolean,
  ) => Promise<JsonObject>
  readonly patch: Operation<ChangeRequest>
  readonly publish: Operation<ChangeRequest>
  readonly remove: (deps: FlowServiceDependencies, scope: Scope, request: ChangeRequest) => Promise<void>
}

const SOURCES: Connected = {
  kind: SOURCE_CONNECTIONS,
  title: 'SourceConnection',
  words: 'source connection',
  tag: 'Source connections',
  path: SourceConnectionPath,
  body: NewSourceConnection,
  bodyExamples: SOURCE_CONNECTION_EXAMPLES,
  item: SourceConnection,
  // A row filter is compiled for the relation.
  checkErrors: ['1101-404'],
  create: createSourceConnection,
  patch: patchSourceConnection,
  publish: publishSourceConnection,
  remove: deleteSourceConnection,
}

const TARGETS: Connected = {
  kind: TARGET_CONNECTIONS,
  title: 'TargetConnection',
  words: 'target connection',
  tag: 'Target connections',
  path: TargetConnectionPath,
  body: NewTargetConnection,
  item: TargetConnection,
  checkErrors: [],
  create: createTargetConnection,
  patch: patchTargetConnection,
  publish: publishTargetConnection,
  remove: deleteTargetConnection,
}

/** Source connections and target connections: what a flow reads, and where it lands. */
export function serveConnectedRoutes(service: FastifyInstance, deps: FlowServiceDependencies): void {
  for (const connected of [SOURCES, TARGETS]) {
    serveReads(service, deps, connected)
    serveChanges(service, deps, connected)
  }
}

function serveReads(service: FastifyInstance, deps: FlowServiceDependencies, connected: Connected): void {
  const { kind, title, words, item } = connected
  service.get(`/${kind.name}`, {
    schema: collectionSchema({
      tag: connected.tag,
      operationId: `list${title}s`,
      errors: LIST_ERRORS,
      summary: `List ${words}s`,
      query: EntityListQuery,
      answer: Page(item),
    }),
    handler: async ({ scope, query }) => listEntities(deps, scope, kind, query as ListParameters),
  })
  service.get(`/${kind.name}/:id`, {
    schema: itemSchema({
      path: connected.path,
      tag: connected.tag,
      operationId: `get${title}`,
      errors: GET_ERRORS,
      summary: `Show a ${words}`,
      answer: One(item),
    }),
    handler: async (request) => getEntity(deps, request.scope, kind, idOf(request)),
  })
}

function serveChanges(service: FastifyInstance, deps: FlowServiceDependencies, connected: Connected): void {
  const { kind, title, words } = connected
  service.post(`/${kind.name}`, {
    schema: collectionSchema({
      tag: connected.tag,
      operationId: `create${title}`,
      errors: [...CREATE_ERRORS, ...connected.checkErrors, '1411-400', '1439-404'],
      summary: `Create a ${words}`,
      query: CreateQuery,
      body: connected.body,
      bodyExamples: connected.bodyExamples,
      status: 201,
      answer: CREATED,
    }),
    preValidation: requireBody,
    handler: async (request, reply) =>
      sendCreated(
        reply,
        kind.name,
        await connected.create(deps, request.scope, bodyOf(request), isDraft(request)),
      ),
  })
  service.patch(`/${kind.name}/:id`, {
    schema: itemSchema({
      path: connected.path,
      tag: connected.tag,
      operationId: `patch${title}`,
      errors: [...PATCH_ERRORS, ...connected.checkErrors, '1411-400', '1413-400'],
      summary: `Change a ${words}; its flows follow from their next run on`,
      query: PatchQuery,
      body: PatchBody,
      ifMatch: 'needed',
      answer: Reference,
    }),
    preValidation: requireStorable,
    handler: async (request, reply) =>
      referenceOf(await connected.patch(deps, request.scope, changeOf(request, reply))),
  })
  service.delete(`/${kind.name}/:id`, {
    schema: itemSchema({
      path: connected.path,
      tag: connected.tag,
      operationId: `delete${title}`,
      errors: [...DELETE_ERRORS, '1447-400'],
      summary: `Delete a ${words} that no flow uses`,
      query: PatchQuery,
      ifMatch: 'optional',
      status: 204,
      answer: DELETED,
    }),
    handler: async (request, reply) => {
      await connected.remove(deps, request.scope, changeOf(request, reply))
      return reply.code(204).send()
    },
  })
  service.post(`/${kind.name}/:id/action`, {
    schema: itemSchema({
      path: connected.path,
      tag: connected.tag,
      operationId: `actOn${title}`,
      errors: [...ACTION_ERRORS, ...connected.checkErrors, '1411-400', '1413-400'],
      summary: 'Publish a draft',
      query: actionQuery(['publish']),
      body: StateAction,
      isBodyOptional: true,
      ifMatch: 'optional',
      answer: Reference,
    }),
    preValidation: allowObject,
    handler: async (request, reply) => {
      readAction(actionOf(request), ['publish'])
      return referenceOf(await connected.publish(deps, request.scope, changeOf(request, reply)))
    },
  })
}
