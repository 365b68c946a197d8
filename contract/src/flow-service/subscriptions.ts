import { type Static, Type } from 'typebox'
import { AnyObject, Filled, OPEN, Uuid, Words } from '../schema-parts.ts'
import { AUDIT, LastOperation } from './entities.ts'
import { SOME_AUDIT } from './ids.ts'
import { RunActivity, RunMetrics, SOME_ACTIVITIES, SOME_METRICS } from './run-metrics.ts'

/**
 * Notifications: who is told what becomes of runs, what is sent, and what became of it. The resource is ours, in the
 * style of the rest of the Flow Service; the event is the platform's, the signature that of Standard Webhooks 1.0.
 */

const MASK = '********'
const ETAG = '"6802064a-0000-0200-0000-6387c6b90000"'
const SUBSCRIPTION_ID = '0b1f6a52-6c1e-4a53-9f0d-3f8e4a6d1c77'
const FLOW_ID = '1c6f1047-dcaf-48fe-af10-47dcaf08feaf'
const RUN_ID = '933cf9f4-cf01-4d75-bcf9-f4cf010d750a'
const DELIVERY_ID = '5d8f0c1e-2b7a-4c0f-8a3e-9e6b1d2f4a10'
const EVENT_ID = 'aec55616-1715-487f-8044-ba648cc8ffee'
const AT = 1_670_444_685_455

const Millis = (description: string) =>
  Type.Integer({ description: `${description}; epoch milliseconds`, examples: [AT] })

export const SubscriptionEvent = Words(['start', 'success', 'failure'], {
  title: 'SubscriptionEvent',
  description:
    'What is told of a run: `start` when it begins to read, `success` when its rows have landed, `failure` when it has ended without',
})

const Events = Type.Array(SubscriptionEvent, {
  minItems: 1,
  description: 'Which events are told; all when absent',
  examples: [['success', 'failure']],
})

const EventCodes = Words(['newer', 'older'], {
  description:
    'Codes in the header of the event: `newer` are `sources_flow_run_info` and `sources_flow_run_error`, `older` are `sources_flow_run_success` and `sources_flow_run_failure`',
})

const Url = Type.String({
  pattern: '^https?://',
  description: 'Where to POST to: http or https, without user and password, which belong into headers',
  examples: ['https://hooks.example.com/flows'],
})

const FlowIds = Type.Array(Type.String({ format: 'uuid' }), {
  description: 'Flows whose runs are told of; all of the sandbox, later ones included, when absent or empty',
  examples: [[FLOW_ID]],
})

export const SubscriptionBody = Type.Object(
  {
    name: Filled('For people', { pattern: '\\S', examples: ['Tell the on-call room'] }),
    description: Type.Optional(Type.String()),
    url: Url,
    flowIds: Type.Optional(FlowIds),
    events: Type.Optional(Events),
    eventCodes: Type.Optional(EventCodes),
    secret: Type.Optional(
      Type.String({
        description:
          '`whsec_` and the Base64 of 24 to 64 random bytes. Without it the server makes one and shows it in this answer, once',
        examples: ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'],
      }),
    ),
    headers: Type.Optional(
      Type.Record(Type.String(), Type.String(), {
        description: 'Sent besides; their values are kept sealed and shown as a mask',
        examples: [{ Authorization: 'Bearer 31415926' }],
      }),
    ),
  },
  {
    ...OPEN,
    title: 'SubscriptionBody',
    description: 'A subscription to be made',
    examples: [
      {
        name: 'Tell the on-call room',
        url: 'https://hooks.example.com/flows',
        flowIds: [FLOW_ID],
        events: ['success', 'failure'],
      },
    ],
  },
)
export type SubscriptionBody = Static<typeof SubscriptionBody>

const Secret = Type.Optional(
  Type.String({
    description: 'The signing secret, if the server has just made it. It is not shown again',
    examples: ['whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oDqGQ4FTbqPrI='],
  }),
)

export const SubscriptionReference = Type.Object(
  {
    id: Uuid('Id of the subscription', SUBSCRIPTION_ID),
    etag: Type.String({ examples: [ETAG] }),
    secret: Secret,
  },
  {
    title: 'SubscriptionReference',
    description: 'What was made or changed, in its new version',
    examples: [
      { id: SUBSCRIPTION_ID, etag: ETAG, secret: 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oDqGQ4FTbqPrI=' },
    ],
  },
)
export type SubscriptionReference = Static<typeof SubscriptionReference>

export const Subscription = Type.Object(
  {
    ...AUDIT,
    version: Type.String({ description: 'The same as etag', examples: [ETAG] }),
    name: Type.String({ examples: ['Tell the on-call room'] }),
    description: Type.Optional(Type.String()),
    state: Words(['enabled', 'disabled'], {
      description: 'A receiver that answers 410 disables its subscription; `lastOperation` says so',
    }),
    url: Url,
    flowIds: FlowIds,
    events: Events,
    eventCodes: EventCodes,
    secret: Type.String({ description: 'A mask', examples: [MASK] }),
    previousSecretExpiresAt: Type.Optional(
      Millis('Until then the secret before the current one signs as well, so that receivers can change over'),
    ),
    headers: Type.Record(Type.String(), Type.String(), {
      description: 'Values masked',
      examples: [{ Authorization: MASK }],
    }),
    lastOperation: LastOperation,
  },
  {
    title: 'Subscription',
    description: 'Who is told what becomes of runs',
    examples: [
      {
        id: SUBSCRIPTION_ID,
        ...SOME_AUDIT,
        version: SOME_AUDIT.etag,
        name: 'Tell the on-call room',
        state: 'enabled',
        url: 'https://hooks.example.com/flows',
        flowIds: [FLOW_ID],
        events: ['success', 'failure'],
        eventCodes: 'newer',
        secret: MASK,
        headers: { Authorization: MASK },
        lastOperation: { started: AT, updated: 0, operation: 'create' },
      },
    ],
  },
)
export type Subscription = Static<typeof Subscription>

const STATUS_CODE = Type.Optional(
  Type.Integer({ description: 'HTTP status of the newest answer; absent without one', examples: [503] }),
)
const ERROR = Type.Optional(
  Type.String({
    description: 'Why the newest attempt failed',
    examples: ['The receiver answered 503.', 'connect ECONNREFUSED 10.0.0.7:8443'],
  }),
)
const RESPONSE = Type.Optional(
  Type.String({ description: 'The first bytes of the newest answer', examples: ['try again later'] }),
)

const DELIVERY = {
  id: Uuid('Id of the delivery', DELIVERY_ID),
  subscriptionId: Uuid('Id of the subscription', SUBSCRIPTION_ID),
  eventId: Uuid('`event_id` of the body and `webhook-id` of every attempt', EVENT_ID),
  event: SubscriptionEvent,
  flowId: Uuid('Id of the flow', FLOW_ID),
  runId: Uuid('Id of the run', RUN_ID),
  state: Words(['pending', 'delivered', 'failed'], {
    description: '`pending` until the receiver has answered 2xx, or until there is no attempt left',
  }),
  attempts: Type.Integer({ description: 'Attempts so far', examples: [3] }),
  createdAt: Millis('When it happened'),
  updatedAt: Millis('When this was last changed'),
  lastAttemptAt: Type.Optional(Millis('When the newest attempt began')),
  nextAttemptAt: Type.Optional(Millis('When the next attempt is due; absent when there is none')),
  statusCode: STATUS_CODE,
  error: ERROR,
  response: RESPONSE,
}

const SOME_DELIVERY = {
  id: DELIVERY_ID,
  subscriptionId: SUBSCRIPTION_ID,
  eventId: EVENT_ID,
  event: 'failure',
  flowId: FLOW_ID,
  runId: RUN_ID,
  state: 'pending',
  attempts: 3,
  createdAt: AT,
  updatedAt: AT + 65_000,
  lastAttemptAt: AT + 64_000,
  nextAttemptAt: AT + 365_000,
  statusCode: 503,
  error: 'The receiver answered 503.',
  response: 'try again later',
} as const

export const Delivery = Type.Object(DELIVERY, {
  title: 'Delivery',
  description: 'What is, or was, to be sent for a subscription',
  examples: [SOME_DELIVERY],
})
export type Delivery = Static<typeof Delivery>

export const DeliveryWithBody = Type.Object(
  { ...DELIVERY, body: AnyObject('What is sent') },
  {
    title: 'DeliveryWithBody',
    description: 'The same with what is sent',
    examples: [{ ...SOME_DELIVERY, body: { event_id: EVENT_ID, event: { id: RUN_ID, flowId: FLOW_ID } } }],
  },
)
export type DeliveryWithBody = Static<typeof DeliveryWithBody>

export const SubscriptionPath = Type.Object({ id: Uuid('Id of the subscription', SUBSCRIPTION_ID) })

export const DeliveryPath = Type.Object({
  id: Uuid('Id of the subscription', SUBSCRIPTION_ID),
  deliveryId: Uuid('Id of the delivery', DELIVERY_ID),
})

export const DeliveryReference = Type.Object(
  { id: Uuid('Id of the delivery', DELIVERY_ID), state: Words(['pending']) },
  { title: 'DeliveryReference', examples: [{ id: DELIVERY_ID, state: 'pending' }] },
)
export type DeliveryReference = Static<typeof DeliveryReference>

/** What the receiver of a test said. A receiver that fails is an answer and no error. */
export const WebhookTest = Type.Object(
  {
    result: Type.Boolean({ description: 'True when the receiver answered 2xx' }),
    eventId: Uuid('`webhook-id` of what was sent', EVENT_ID),
    statusCode: STATUS_CODE,
    error: ERROR,
    response: RESPONSE,
    elapsedMs: Type.Integer({ description: 'How long it took', examples: [23] }),
  },
  { title: 'WebhookTest', description: 'What the receiver of a test said' },
)
export type WebhookTest = Static<typeof WebhookTest>

/** The answer of an action: the reference, or, for `test`, what the receiver said. */
export const SubscriptionActionAnswer = Type.Union([SubscriptionReference, WebhookTest], {
  title: 'SubscriptionActionAnswer',
  description: 'The reference, or, for `test`, what the receiver said',
  examples: [
    { id: SUBSCRIPTION_ID, etag: ETAG },
    { result: true, eventId: EVENT_ID, statusCode: 204, elapsedMs: 23 },
  ],
})
export type SubscriptionActionAnswer = Static<typeof SubscriptionActionAnswer>

/** The body of a notification: the run as the API shows it, the name of its flow, and the header of the event. */
export const FlowRunEvent = Type.Object(
  {
    event_id: Uuid('The same as the header `webhook-id`, in every attempt', EVENT_ID),
    event: Type.Object(
      {
        id: Uuid('Id of the run', RUN_ID),
        flowId: Uuid('Id of the flow', FLOW_ID),
        flowName: Type.Optional(Type.String({ examples: ['Orders to lake'] })),
        sandboxName: Type.String({ examples: ['prod'] }),
        imsOrgId: Type.String(),
        metrics: Type.Optional(RunMetrics),
        activities: Type.Optional(Type.Array(RunActivity)),
        header: Type.Object({
          _adobeio: Type.Object({
            imsOrgId: Type.String(),
            providerMetadata: Words(['aep_observability_catalog_events']),
            eventCode: Words([
              'sources_flow_run_info',
              'sources_flow_run_error',
              'sources_flow_run_success',
              'sources_flow_run_failure',
              'ping',
            ]),
          }),
        }),
      },
      { ...OPEN, description: 'The run, and besides it `flowName` and `header`' },
    ),
  },
  {
    title: 'FlowRunEvent',
    description: 'What is sent to a receiver',
    examples: [
      {
        event_id: EVENT_ID,
        event: {
          id: RUN_ID,
          flowId: FLOW_ID,
          flowName: 'Orders',
          sandboxName: 'prod',
          imsOrgId: SOME_AUDIT.imsOrgId,
          metrics: SOME_METRICS,
          activities: SOME_ACTIVITIES,
          header: {
            _adobeio: {
              imsOrgId: SOME_AUDIT.imsOrgId,
              providerMetadata: 'aep_observability_catalog_events',
              eventCode: 'sources_flow_run_info',
            },
          },
        },
      },
    ],
  },
)
export type FlowRunEvent = Static<typeof FlowRunEvent>

export type SubscriptionEvent = Static<typeof SubscriptionEvent>
