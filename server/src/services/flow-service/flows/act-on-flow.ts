import type { Scope } from '#http/scope.ts'
import type { JsonObject } from '#kit/json.ts'
import type { FlowServiceDependencies } from '#services/flow-service/dependencies.ts'
import {
  actOnEntity,
  type ChangeRequest,
  type CheckedEntity,
} from '#services/flow-service/entities/change-entity.ts'
import { stateOf, textOf } from '#services/flow-service/entities/entity-document.ts'
import { FLOWS } from '#services/flow-service/entities/entity-kinds.ts'
import { assertDraft } from '#services/flow-service/entities/entity-rules.ts'
import { actionNotApplicable } from '#services/flow-service/problems.ts'
import { checkFlow } from './check-flow.ts'
import { inheritedAttributes, recordTypes } from './flow-document.ts'
import { holdBase } from './hold-base.ts'
import { nextRunAt } from './patch-flow.ts'
import { firstRunAt } from './schedule-params.ts'

export type FlowAction = 'enable' | 'disable' | 'publish'

export const FLOW_ACTIONS: readonly FlowAction[] = ['enable', 'disable', 'publish']

/*
 * draft    --publish--> enabled
 * enabled  --disable--> disabled     a run that runs goes on; no new one is made
 * disabled --enable---> enabled      what was missed meanwhile is one catch-up run
 *
 * An action that leads to the state that the flow is in already changes nothing.
 */
export async function actOnFlow(
  deps: FlowServiceDependencies,
  scope: Scope,
  request: ChangeRequest & { readonly action: FlowAction },
): Promise<JsonObject> {
  const document = await actOnEntity(deps, scope, FLOWS, request, (current) => {
    if (request.action === 'publish') return publish(deps, scope, current, request.signal)
    return setState(deps, scope, current, request.action)
  })
  deps.nudgeScheduler()
  return document
}

async function setState(
  deps: FlowServiceDependencies,
  scope: Scope,
  current: JsonObject,
  action: 'enable' | 'disable',
): Promise<CheckedEntity | undefined> {
  const state = stateOf(current)
  if (state === 'draft') throw actionNotApplicable(action, state, 'Publish the flow first.')
  const wanted = action === 'enable' ? 'enabled' : 'disabled'
  if (state === wanted) return undefined
  const document = { ...current, state: wanted }
  if (wanted === 'disabled') return { document }
  return { document, columns: { next_run_at: await nextRunAt(deps, scope, document) } }
}

async function publish(
  deps: FlowServiceDependencies,
  scope: Scope,
  current: JsonObject,
  signal: AbortSignal | undefined,
): Promise<CheckedEntity> {
  assertDraft(current)
  const { parts, references } = await checkFlow(deps, scope, current, {
    isDraft: false,
    asksSource: true,
    signal,
  })
  const document = {
    ...current,
    state: 'enabled',
    inheritedAttributes: inheritedAttributes(references),
    recordTypes: recordTypes(references),
  }
  const columns = {
    source_connection_id: references.source === undefined ? null : textOf(references.source, 'id'),
    target_connection_id: references.target === undefined ? null : textOf(references.target, 'id'),
    next_run_at: parts.schedule === undefined ? null : firstRunAt(parts.schedule),
  }
  return { document, columns, hold: (tx) => holdBase(tx, references) }
}
