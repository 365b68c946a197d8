import { EXPLORE_EXAMPLES, EXPLORE_HEADERS, Explored, ExploreQuery } from '@headwater/contract/explore.ts'
import {
  actionQuery,
  CreateQuery,
  PatchBody,
  PatchQuery,
  StateAction,
} from '@headwater/contract/flow-service/changes.ts'
import { TestResult } from '@headwater/contract/flow-service/connection-test.ts'
import {
  CONNECTION_EXAMPLES,
  Connection,
  ConnectionPath,
  NewConnection,
} from '@headwater/contract/flow-service/connections.ts'
import { Reference } from '@headwater/contract/flow-service/entities.ts'
import { ConnectionConfigs } from '@headwater/contract/flow-service/explored-storage.ts'
import { EntityListQuery, One, Page } from '@headwater/contract/flow-service/lists.ts'
import type { FastifyInstance } from 'fastify'
import { clientSignal } from '#http/client-signal.ts'
import { answerWith } from '#http/openapi/route-docs.ts'
import type { FlowServiceDependencies } from '#services/flow-service/dependencies.ts'
import { actionOf, PROVIDER_ACTIONS, readAction } from '#services/flow-service/entities/actions.ts'
import { CONNECTIONS } from '#services/flow-service/entities/entity-kinds.ts'
import { refuseFinalize } from '#services/flow-service/entities/refuse-finalize.ts'
import {
  allowObject,
  bodyOf,
  requireBody,
  requireStorable,
} from '#services/flow-service/entities/request-body.ts'
import {
  type ExploreParameters,
  exploreConnection,
} from '#services/flow-service/explore/explore-connection.ts'
import { sendExplored } from '#services/flow-service/explore/send-explored.ts'
import { getEntity, listEntities } from '#services/flow-service/lists/list-entities.ts'
import type { ListParameters } from '#services/flow-service/lists/list-query.ts'
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
import { createConnection } from './create-connection.ts'
import { deleteConnection } from './delete-connection.ts'
import { listConnectionConfigs } from './list-connection-configs.ts'
import { patchConnection } from './patch-connection.ts'
import { publishAny } from './publish-any.ts'
import { testConnection } from './test-connection.ts'

/** Base connections: credentials, and what can be seen with them. */
export function serveConnectionRoutes(service: FastifyInstance, deps: FlowServiceDependencies): void {
  service.get('/connections', {
    schema: collectionSchema({
      tag: 'Connections',
      operationId: 'listConnections',
      errors: LIST_ERRORS,
      summary: 'List base connections',
      query: EntityListQuery,
      answer: Page(Connection),
    }),
    handler: async ({ scope, query }) => listEntities(deps, scope, CONNECTIONS, query as ListParameters),
  })
  service.post('/connections', {
    schema: collectionSchema({
      tag: 'Connections',
      operationId: 'createConnection',
      errors: [...CREATE_ERRORS, '1415-400'],
      summary: 'Create a base connection',
      query: CreateQuery,
      body: NewConnection,
      bodyExamples: CONNECTION_EXAMPLES,
      description:
        'A session with the source is opened first, so that a connection that is stored works. Secrets are sealed, and never shown again.',
      status: 201,
      answer: CREATED,
    }),
    preValidation: requireBody,
    handler: async (request, reply) => {
      const document = await createConnection(deps, request.scope, bodyOf(request), {
        isDraft: isDraft(request),
        signal: clientSignal(reply),
      })
      return sendCreated(reply, CONNECTIONS.name, document)
    },
  })
  service.get('/connections/:id', {
    schema: itemSchema({
      path: ConnectionPath,
      tag: 'Connections',
      operationId: 'getConnection',
      errors: GET_ERRORS,
      summary: 'Show a base connection, its secrets masked',
      answer: One(Connection),
    }),
    handler: async (request) => getEntity(deps, request.scope, CONNECTIONS, idOf(request)),
  })
  service.patch('/connections/:id', {
    schema: itemSchema({
      path: ConnectionPath,
      tag: 'Connections',
      operationId: 'patchConnection',
      errors: [...PATCH_ERRORS, '1414-400', '1415-400'],
      summary: 'Change a base connection',
      query: PatchQuery,
      body: PatchBody,
      ifMatch: 'needed',
      answer: Reference,
    }),
    preValidation: requireStorable,
    handler: async (request, reply) =>
      referenceOf(await patchConnection(deps, request.scope, changeOf(request, reply))),
  })
  service.delete('/connections/:id', {
    schema: itemSchema({
      path: ConnectionPath,
      tag: 'Connections',
      operationId: 'deleteConnection',
      errors: [...DELETE_ERRORS, '1418-400'],
      summary: 'Delete a base connection that no flow uses',
      query: PatchQuery,
      ifMatch: 'optional',
      status: 204,
      answer: DELETED,
    }),
    handler: async (request, reply) => {
      await deleteConnection(deps, request.scope, changeOf(request, reply))
      return reply.code(204).send()
    },
  })
  serveConnectionUses(service, deps)
}

function serveConnectionUses(service: FastifyInstance, deps: FlowServiceDependencies): void {
  service.get('/connections/:id/test', {
    schema: itemSchema({
      path: ConnectionPath,
      tag: 'Connections',
      operationId: 'testConnection',
      errors: GET_ERRORS,
      summary: 'Try to open a session with the source',
      answer: TestResult,
    }),
    handler: async (request) => testConnection(deps, request.scope, idOf(request), request.signal),
  })
  service.get('/connections/:id/explore', {
    schema: itemSchema({
      path: ConnectionPath,
      tag: 'Connections',
      operationId: 'exploreConnection',
      errors: [...GET_ERRORS, '1101-404', '1452-400'],
      summary: 'List tables and views, or show the columns and first rows of one',
      query: ExploreQuery,
      answer: answerWith(Explored, EXPLORE_HEADERS),
      answerExamples: EXPLORE_EXAMPLES,
    }),
    handler: async (request, reply) => {
      const parameters = request.query as ExploreParameters
      const exploring = { id: idOf(request), parameters, signal: request.signal }
      return sendExplored(reply, exploring.id, await exploreConnection(deps, request.scope, exploring))
    },
  })
  service.get('/connections/:id/configs', {
    schema: itemSchema({
      path: ConnectionPath,
      tag: 'Connections',
      operationId: 'listConnectionConfigs',
      errors: GET_ERRORS,
      summary: 'List columns that all objects have; in a database each has its own',
      answer: ConnectionConfigs,
    }),
    handler: async (request) => listConnectionConfigs(deps, request.scope, idOf(request)),
  })
  service.post('/connections/:id/action', {
    schema: itemSchema({
      path: ConnectionPath,
      tag: 'Connections',
      operationId: 'actOnConnection',
      errors: [...ACTION_ERRORS, '1101-404', '1409-400', '1413-400', '1415-400'],
      summary: 'Publish a draft, of a base, source or target connection',
      query: actionQuery(['publish']),
      body: StateAction,
      isBodyOptional: true,
      ifMatch: 'optional',
      answer: Reference,
    }),
    preValidation: allowObject,
    handler: async (request, reply) => {
      const action = readAction(actionOf(request), ['publish', ...PROVIDER_ACTIONS])
      const change = changeOf(request, reply)
      if (action !== 'publish') return refuseFinalize(deps, request.scope, CONNECTIONS, { ...change, action })
      return referenceOf(await publishAny(deps, request.scope, change))
    },
  })
}
