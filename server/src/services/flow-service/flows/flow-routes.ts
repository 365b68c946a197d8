import {
  actionQuery,
  CreateQuery,
  PatchBody,
  PatchQuery,
  StateAction,
} from '@headwater/contract/flow-service/changes.ts'
import { Reference } from '@headwater/contract/flow-service/entities.ts'
import { FLOW_EXAMPLES, Flow, FlowPath, NewFlow } from '@headwater/contract/flow-service/flows.ts'
import { EntityListQuery, One, Page } from '@headwater/contract/flow-service/lists.ts'
import type { FastifyInstance } from 'fastify'
import type { FlowServiceDependencies } from '#services/flow-service/dependencies.ts'
import { actionOf, PROVIDER_ACTIONS, readAction } from '#services/flow-service/entities/actions.ts'
import { FLOWS } from '#services/flow-service/entities/entity-kinds.ts'
import { refuseFinalize } from '#services/flow-service/entities/refuse-finalize.ts'
import {
  allowObject,
  bodyOf,
  requireBody,
  requireStorable,
} from '#services/flow-service/entities/request-body.ts'
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
import { actOnFlow, FLOW_ACTIONS } from './act-on-flow.ts'
import { createFlow } from './create-flow.ts'
import { deleteFlow } from './delete-flow.ts'
import { patchFlow } from './patch-flow.ts'

/** Errors of everything that checks a flow as a whole. */
const CHECK_ERRORS = [
  '1101-404',
  '1411-400',
  '1412-400',
  '1413-400',
  '1419-400',
  '1425-400',
  '1431-400',
  '1439-404',
] as const

/** Flows: standing orders to bring a table into a dataset. */
export function serveFlowRoutes(service: FastifyInstance, deps: FlowServiceDependencies): void {
  service.get('/flows', {
    schema: collectionSchema({
      tag: 'Flows',
      operationId: 'listFlows',
      errors: LIST_ERRORS,
      summary: 'List flows',
      query: EntityListQuery,
      answer: Page(Flow),
    }),
    handler: async ({ scope, query }) => listEntities(deps, scope, FLOWS, query as ListParameters),
  })
  service.post('/flows', {
    schema: collectionSchema({
      tag: 'Flows',
      operationId: 'createFlow',
      errors: [...CREATE_ERRORS, ...CHECK_ERRORS, '1410-400'],
      summary: 'Create a flow; it runs as soon as its schedule says',
      query: CreateQuery,
      body: NewFlow,
      bodyExamples: FLOW_EXAMPLES,
      status: 201,
      answer: CREATED,
    }),
    preValidation: requireBody,
    handler: async (request, reply) => {
      const document = await createFlow(deps, request.scope, bodyOf(request), { isDraft: isDraft(request) })
      return sendCreated(reply, FLOWS.name, document)
    },
  })
  service.get('/flows/:id', {
    schema: itemSchema({
      path: FlowPath,
      tag: 'Flows',
      operationId: 'getFlow',
      errors: GET_ERRORS,
      summary: 'Show a flow',
      answer: One(Flow),
    }),
    handler: async (request) => getEntity(deps, request.scope, FLOWS, idOf(request)),
  })
  serveFlowChanges(service, deps)
}

function serveFlowChanges(service: FastifyInstance, deps: FlowServiceDependencies): void {
  service.patch('/flows/:id', {
    schema: itemSchema({
      path: FlowPath,
      tag: 'Flows',
      operationId: 'patchFlow',
      errors: [...PATCH_ERRORS, ...CHECK_ERRORS],
      summary: 'Change a flow',
      query: PatchQuery,
      body: PatchBody,
      ifMatch: 'needed',
      answer: Reference,
    }),
    preValidation: requireStorable,
    handler: async (request, reply) =>
      referenceOf(await patchFlow(deps, request.scope, changeOf(request, reply))),
  })
  service.delete('/flows/:id', {
    schema: itemSchema({
      path: FlowPath,
      tag: 'Flows',
      operationId: 'deleteFlow',
      errors: DELETE_ERRORS,
      summary: 'Delete a flow; its runs stay listed',
      query: PatchQuery,
      ifMatch: 'optional',
      status: 204,
      answer: DELETED,
    }),
    handler: async (request, reply) => {
      await deleteFlow(deps, request.scope, changeOf(request, reply))
      return reply.code(204).send()
    },
  })
  service.post('/flows/:id/action', {
    schema: itemSchema({
      path: FlowPath,
      tag: 'Flows',
      operationId: 'actOnFlow',
      errors: [...ACTION_ERRORS, ...CHECK_ERRORS, '1409-400'],
      summary: 'Enable, disable or publish a flow',
      query: actionQuery(['enable', 'disable', 'publish']),
      body: StateAction,
      isBodyOptional: true,
      ifMatch: 'optional',
      answer: Reference,
    }),
    preValidation: allowObject,
    handler: async (request, reply) => {
      const action = readAction(actionOf(request), [...FLOW_ACTIONS, ...PROVIDER_ACTIONS])
      const change = changeOf(request, reply)
      if (action === 'finalize' || action === 'finalize-update')
        return refuseFinalize(deps, request.scope, FLOWS, { ...change, action })
      return referenceOf(await actOnFlow(deps, request.scope, { ...change, action }))
    },
  })
}
