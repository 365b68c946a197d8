import type { SubscriptionEvent } from '@headwater/contract/flow-service/subscriptions.ts'
import type { JsonObject } from '#kit/json.ts'
import type { EventCodes } from './subscription-rules.ts'

/*
 * What is sent is the platform's notification of a flow run: `{event_id, event}`, where the event is the run as the
 * API shows it, the name of its flow and a header.
 */

const PROVIDER = 'aep_observability_catalog_events'

/** The start has but one documented code. */
const CODES: Readonly<Record<EventCodes, Readonly<Record<SubscriptionEvent, string>>>> = {
  newer: {
    start: 'sources_flow_run_info',
    success: 'sources_flow_run_info',
    failure: 'sources_flow_run_error',
  },
  older: {
    start: 'sources_flow_run_info',
    success: 'sources_flow_run_success',
    failure: 'sources_flow_run_failure',
  },
}

/** What has become of a run. */
export interface RunEvent {
  /** Of the event, whoever it is told to. */
  readonly id: string
  readonly event: SubscriptionEvent
  /** As the API shows it. */
  readonly run: JsonObject
  readonly flowName: string | undefined
}

/** The text of a notification. */
export function formatRunEvent({ id, event, run, flowName }: RunEvent, codes: EventCodes): string {
  return format(id, { ...run, flowName }, CODES[codes][event])
}

/** The text of a test. */
export function formatPing(id: string, subscription: JsonObject, nowMs: number): string {
  const { id: subscriptionId, name, sandboxId, sandboxName, imsOrgId } = subscription
  return format(id, { subscriptionId, name, createdAt: nowMs, sandboxId, sandboxName, imsOrgId }, 'ping')
}

function format(id: string, event: JsonObject, eventCode: string): string {
  const header = { _adobeio: { imsOrgId: event['imsOrgId'], providerMetadata: PROVIDER, eventCode } }
  return JSON.stringify({ event_id: id, event: { ...event, header } })
}
