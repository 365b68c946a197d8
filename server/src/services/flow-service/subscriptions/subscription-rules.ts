import type { SubscriptionEvent } from '@headwater/contract/flow-service/subscriptions.ts'
import type { HostRules } from '#kit/host-rules.ts'
import { isUuid } from '#kit/ids.ts'
import type { JsonObject } from '#kit/json.ts'
import { nearestName } from '#kit/nearest.ts'
import { readDescription, readName } from '#services/flow-service/entities/entity-rules.ts'
import { FlowProblem, invalidRequest } from '#services/flow-service/problems.ts'
import { readReceiverUrl } from './receiver-url.ts'

export const EVENTS: readonly SubscriptionEvent[] = ['start', 'success', 'failure']

/** Which of the documented codes the header of an event carries. */
export type EventCodes = 'newer' | 'older'

/** What the body or document of a subscription says, secrets aside, checked in itself. */
export interface SubscriptionParts {
  readonly name: string
  readonly description: string | undefined
  readonly url: string
  /** Empty means all of the sandbox. */
  readonly flowIds: readonly string[]
  readonly events: readonly SubscriptionEvent[]
  readonly eventCodes: EventCodes
}

/** Checks a subscription without asking anybody. @throws {FlowProblem} 1100 naming the member at fault, 1430 */
export function readSubscription(given: JsonObject, hosts: HostRules | undefined): SubscriptionParts {
  return {
    name: readName(given, false) ?? '',
    description: readDescription(given),
    url: readReceiverUrl(given['url'], hosts),
    flowIds: readFlowIds(given['flowIds']),
    events: readEvents(given['events']),
    eventCodes: readEventCodes(given['eventCodes']),
  }
}

/** Members that a client may send, and those of an answer that it may send back. */
const MEMBERS: ReadonlySet<string> = new Set([
  ...['name', 'description', 'url', 'flowIds', 'events', 'eventCodes', 'secret', 'headers'],
  ...['id', 'createdAt', 'updatedAt', 'createdBy', 'updatedBy', 'createdClient', 'updatedClient'],
  ...['sandboxId', 'sandboxName', 'imsOrgId', 'etag', 'version', 'lastOperation', 'previousSecretExpiresAt'],
])

/**
 * Refuses what would have no effect: with `event` for `events`, a subscription would be to everything.
 *
 * @throws {FlowProblem} 1410 for a state, 1100 for a member that there is not
 */
export function assertKnownMembers(body: JsonObject): void {
  if (body['state'] !== undefined) {
    throw new FlowProblem(
      '1410-400',
      'The state is not allowed in a request to create a subscription. Leave it out; use actions later.',
      { field: 'state' },
    )
  }
  const unknown = Object.keys(body).find((name) => !MEMBERS.has(name))
  if (unknown === undefined) return
  const near = nearestName(unknown, MEMBERS)
  const hint = near === undefined ? 'Leave it out.' : `Did you mean ${near}?`
  throw invalidRequest(
    `A subscription has no member ${unknown.slice(0, 100)}. ${hint}`,
    unknown.slice(0, 100),
  )
}

const MAX_FLOWS = 1_000

function readFlowIds(given: unknown): readonly string[] {
  if (given === undefined || given === null) return []
  if (!Array.isArray(given)) throw invalidRequest('flowIds must be an array of ids of flows.', 'flowIds')
  const ids = given.map((id: unknown) => {
    if (typeof id !== 'string') throw invalidRequest('flowIds must be an array of ids of flows.', 'flowIds')
    if (!isUuid(id)) throw unknownFlow(id)
    return id.toLowerCase()
  })
  if (ids.length > MAX_FLOWS) {
    throw invalidRequest(
      `flowIds holds ${ids.length} ids. Send ${MAX_FLOWS} at most, or none to subscribe to all flows.`,
      'flowIds',
    )
  }
  return [...new Set(ids)]
}

/** The problem of an id that is none of a flow of the sandbox. */
export function unknownFlow(id: string): FlowProblem {
  return new FlowProblem(
    '1430-400',
    `The flow ${id.slice(0, 100)} is not found. flowIds takes ids of flows of this sandbox; leave it out to subscribe to all.`,
    { id: id.slice(0, 100) },
  )
}

function readEvents(given: unknown): readonly SubscriptionEvent[] {
  if (given === undefined || given === null) return EVENTS
  if (!Array.isArray(given) || given.length === 0) {
    throw invalidRequest(
      `events must be an array of one or more of ${EVENTS.join(', ')}. Leave it out to be told of all.`,
      'events',
    )
  }
  const wanted = new Set(given.map(readEvent))
  return EVENTS.filter((event) => wanted.has(event))
}

function readEvent(given: unknown): SubscriptionEvent {
  const text = typeof given === 'string' ? given : (JSON.stringify(given) ?? '')
  const found = EVENTS.find((event) => event === text.trim().toLowerCase())
  if (found !== undefined) return found
  throw invalidRequest(`The event ${text.slice(0, 100)} is not known. Use ${EVENTS.join(', ')}.`, 'events')
}

function readEventCodes(given: unknown): EventCodes {
  if (given === undefined || given === null) return 'newer'
  if (given === 'newer' || given === 'older') return given
  throw invalidRequest(
    'eventCodes must be newer (sources_flow_run_info, sources_flow_run_error) or older (sources_flow_run_success, sources_flow_run_failure).',
    'eventCodes',
  )
}
