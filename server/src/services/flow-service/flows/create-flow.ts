import type { Scope } from '#http/scope.ts'
import type { JsonObject } from '#kit/json.ts'
import type { CreateOptions } from '#services/flow-service/connections/create-connection.ts'
import type { FlowServiceDependencies } from '#services/flow-service/dependencies.ts'
import {
  compact,
  createOperation,
  newEntity,
  textOf,
} from '#services/flow-service/entities/entity-document.ts'
import { FLOWS } from '#services/flow-service/entities/entity-kinds.ts'
import { assertDraftMode } from '#services/flow-service/entities/entity-rules.ts'
import { insertEntity } from '#services/flow-service/entities/entity-store.ts'
import { transact } from '#store/database.ts'
import { checkFlow } from './check-flow.ts'
import { inheritedAttributes, recordTypes, runsLink } from './flow-document.ts'
import { assertStateless } from './flow-rules.ts'
import { holdBase } from './hold-base.ts'
import { firstRunAt } from './schedule-params.ts'

/** Stores a standing order to bring a table into a dataset, and wakes the scheduler. */
export async function createFlow(
  deps: FlowServiceDependencies,
  scope: Scope,
  body: JsonObject,
  { isDraft, signal }: CreateOptions,
): Promise<JsonObject> {
  assertStateless(body)
  const { spec, parts, references } = await checkFlow(deps, scope, body, {
    isDraft,
    asksSource: true,
    signal,
  })
  if (isDraft) assertDraftMode(spec)
  const nowMs = deps.now()
  const entity = newEntity(scope, nowMs)
  const document = compact({
    ...entity,
    name: parts.name,
    description: parts.description,
    attributes: parts.attributes,
    flowSpec: { id: spec.id, version: spec.version },
    state: isDraft ? 'draft' : 'enabled',
    version: entity.etag,
    sourceConnectionIds: given(body, 'sourceConnectionIds') ?? [],
    targetConnectionIds: given(body, 'targetConnectionIds') ?? [],
    inheritedAttributes: inheritedAttributes(references),
    options: given(body, 'options'),
    scheduleParams: given(body, 'scheduleParams'),
    transformations: parts.transformations,
    policy: given(body, 'policy'),
    runs: runsLink(entity.id),
    // The provider's own name of the flow: here it has no other.
    providerRefId: entity.id,
    lastOperation: createOperation(nowMs, isDraft),
    labels: given(body, 'labels') ?? [],
    recordTypes: recordTypes(references),
  })
  const columns = {
    flow_spec_id: spec.id,
    source_connection_id: references.source === undefined ? null : textOf(references.source, 'id'),
    target_connection_id: references.target === undefined ? null : textOf(references.target, 'id'),
    next_run_at: isDraft || parts.schedule === undefined ? null : firstRunAt(parts.schedule),
  }
  await transact(deps.db, async (tx) => {
    await holdBase(tx, references)
    await insertEntity(tx, scope, FLOWS, { document, columns })
  })
  if (!isDraft) deps.nudgeScheduler()
  return document
}

/** A member as the client sent it; null is as good as absent. */
function given(body: JsonObject, name: string): JsonObject[string] {
  return body[name] ?? undefined
}
