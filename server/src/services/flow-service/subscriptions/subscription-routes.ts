import { actionQuery, PatchBody, PatchQuery, StateAction } from '@headwater/contract/flow-service/changes.ts'
import { EntityListQuery, One, Page } from '@headwater/contract/flow-service/lists.ts'
import { NotificationHeaders } from '@headwater/contract/flow-service/notification-headers.ts'
import * as subscriptions from '@headwater/contract/flow-service/subscriptions.ts'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { answerWith, type DocumentedCallback } from '#http/openapi/route-docs.ts'
import type { FlowServiceDependencies } from '#services/flow-service/dependencies.ts'
import { actionOf, readAction } from '#services/flow-service/entities/actions.ts'
import { SUBSCRIPTIONS } from '#services/flow-service/entities/entity-kinds.ts'
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
  BASE_PATH,
  CREATED,
  changeOf,
  collectionSchema,
  DELETE_ERRORS,
  DELETED,
  GET_ERRORS,
  idOf,
  itemSchema,
  LIST_ERRORS,
  PATCH_ERRORS,
  referenceOf,
} from '#services/flow-service/route-parts.ts'
import { actOnSubscription } from './act-on-subscription.ts'
import { createSubscription, type SavedSubscription } from './create-subscription.ts'
import { deleteSubscription } from './delete-subscription.ts'
import { type DeliveryAddress, getDelivery } from './get-delivery.ts'
import { listDeliveries } from './list-deliveries.ts'
import { patchSubscription } from './patch-subscription.ts'
import { redeliver } from './redeliver.ts'
import { testSubscription } from './test-subscription.ts'

/** What receivers get. */
const NOTIFICATION: DocumentedCallback = {
  url: '{$request.body#/url}',
  operationId: 'flowRunEvent',
  summary: 'A run has started, has landed or has failed',
  headers: NotificationHeaders,
  body: subscriptions.FlowRunEvent,
  answers: {
    '2XX': 'It is delivered',
    '410': 'The subscription is disabled',
    default: 'It is sent again after a while, for a day; not before Retry-After',
  },
}

/** Subscriptions: who is told what becomes of runs. */
export function serveSubscriptionRoutes(service: FastifyInstance, deps: FlowServiceDependencies): void {
  service.get('/subscriptions', {
    schema: collectionSchema({
      tag: 'Subscriptions',
      operationId: 'listSubscriptions',
      errors: LIST_ERRORS,
      summary: 'List subscriptions to what becomes of runs',
      query: EntityListQuery,
      answer: Page(subscriptions.Subscription),
    }),
    handler: async ({ scope, query }) => listEntities(deps, scope, SUBSCRIPTIONS, query as ListParameters),
  })
  service.post('/subscriptions', {
    schema: {
      ...collectionSchema({
        tag: 'Subscriptions',
        operationId: 'createSubscription',
        errors: ['1405-400', '1410-400', '1411-400', '1430-400'],
        summary: 'Subscribe a receiver to the starts, successes and failures of runs',
        body: subscriptions.SubscriptionBody,
        status: 201,
        answer: answerWith(subscriptions.SubscriptionReference, CREATED.headers),
      }),
      callbacks: { flowRunEvent: NOTIFICATION },
    },
    preValidation: requireBody,
    handler: async (request, reply) => {
      const saved = await createSubscription(deps, request.scope, bodyOf(request))
      const { id, etag } = referenceOf(saved.document)
      return reply
        .code(201)
        .header('location', `${BASE_PATH}/${SUBSCRIPTIONS.name}/${id}`)
        .header('etag', etag)
        .send(answerOf(saved))
    },
  })
  service.get('/subscriptions/:id', {
    schema: itemSchema({
      path: subscriptions.SubscriptionPath,
      tag: 'Subscriptions',
      operationId: 'getSubscription',
      errors: GET_ERRORS,
      summary: 'Show a subscription, its secrets masked',
      answer: One(subscriptions.Subscription),
    }),
    handler: async (request) => getEntity(deps, request.scope, SUBSCRIPTIONS, idOf(request)),
  })
  serveSubscriptionChanges(service, deps)
  serveDeliveryRoutes(service, deps)
}

/** The reference, and the secret if it has just been made. */
function answerOf({ document, newSecret }: SavedSubscription) {
  return { ...referenceOf(document), ...(newSecret === undefined ? {} : { secret: newSecret }) }
}

function serveSubscriptionChanges(service: FastifyInstance, deps: FlowServiceDependencies): void {
  service.patch('/subscriptions/:id', {
    schema: itemSchema({
      path: subscriptions.SubscriptionPath,
      tag: 'Subscriptions',
      operationId: 'patchSubscription',
      errors: [...PATCH_ERRORS, '1411-400', '1430-400'],
      summary: 'Change a subscription, or replace its secret',
      query: PatchQuery,
      body: PatchBody,
      ifMatch: 'needed',
      answer: subscriptions.SubscriptionReference,
    }),
    preValidation: requireStorable,
    handler: async (request, reply) =>
      answerOf(await patchSubscription(deps, request.scope, changeOf(request, reply))),
  })
  service.delete('/subscriptions/:id', {
    schema: itemSchema({
      path: subscriptions.SubscriptionPath,
      tag: 'Subscriptions',
      operationId: 'deleteSubscription',
      errors: DELETE_ERRORS,
      summary: 'Delete a subscription and what was still to be sent for it',
      query: PatchQuery,
      ifMatch: 'optional',
      status: 204,
      answer: DELETED,
    }),
    handler: async (request, reply) => {
      await deleteSubscription(deps, request.scope, changeOf(request, reply))
      return reply.code(204).send()
    },
  })
  service.post('/subscriptions/:id/action', {
    schema: itemSchema({
      path: subscriptions.SubscriptionPath,
      tag: 'Subscriptions',
      operationId: 'actOnSubscription',
      errors: ACTION_ERRORS,
      summary:
        'Enable, disable or test a subscription: a test sends a signed event and tells what the receiver said',
      query: actionQuery(['enable', 'disable', 'test']),
      body: StateAction,
      isBodyOptional: true,
      ifMatch: 'optional',
      answer: subscriptions.SubscriptionActionAnswer,
    }),
    preValidation: allowObject,
    handler: async (request, reply) => {
      const action = readAction(actionOf(request), ['enable', 'disable', 'test'])
      if (action === 'test') return testSubscription(deps, request.scope, changeOf(request, reply))
      return referenceOf(
        await actOnSubscription(deps, request.scope, { ...changeOf(request, reply), action }),
      )
    },
  })
}

function serveDeliveryRoutes(service: FastifyInstance, deps: FlowServiceDependencies): void {
  service.get('/subscriptions/:id/deliveries', {
    schema: itemSchema({
      path: subscriptions.SubscriptionPath,
      tag: 'Subscriptions',
      operationId: 'listDeliveries',
      errors: [...LIST_ERRORS, '1439-404'],
      summary: 'List what is, or was, to be sent for a subscription',
      query: EntityListQuery,
      answer: Page(subscriptions.Delivery),
    }),
    handler: async (request) =>
      listDeliveries(deps, request.scope, idOf(request), request.query as ListParameters),
  })
  service.get('/subscriptions/:id/deliveries/:deliveryId', {
    schema: itemSchema({
      path: subscriptions.DeliveryPath,
      tag: 'Subscriptions',
      operationId: 'getDelivery',
      errors: GET_ERRORS,
      summary: 'Show a delivery with the body that is sent',
      answer: One(subscriptions.DeliveryWithBody),
    }),
    handler: async (request) => getDelivery(deps, request.scope, addressOf(request)),
  })
  service.post('/subscriptions/:id/deliveries/:deliveryId/action', {
    schema: itemSchema({
      path: subscriptions.DeliveryPath,
      tag: 'Subscriptions',
      operationId: 'actOnDelivery',
      errors: ACTION_ERRORS,
      summary: 'Have a delivery sent again, now',
      query: actionQuery(['redeliver']),
      body: StateAction,
      isBodyOptional: true,
      answer: subscriptions.DeliveryReference,
    }),
    preValidation: allowObject,
    handler: async (request) => {
      readAction(actionOf(request), ['redeliver'])
      return redeliver(deps, request.scope, addressOf(request))
    },
  })
}

function addressOf(request: FastifyRequest): DeliveryAddress {
  return request.params as DeliveryAddress
}
