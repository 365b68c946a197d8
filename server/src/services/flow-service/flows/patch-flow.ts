import type { Scope } from '#http/scope.ts'
import type { JsonObject } from '#kit/json.ts'
import { isObject } from '#kit/json.ts'
import type { FlowServiceDependencies } from '#services/flow-service/dependencies.ts'
import {
  type ChangeRequest,
  type CheckedEntity,
  patchEntity,
} from '#services/flow-service/entities/change-entity.ts'
import { stateOf, textOf } from '#services/flow-service/entities/entity-document.ts'
import { FLOWS } from '#services/flow-service/entities/entity-kinds.ts'
import { FlowProblem, invalidRequest } from '#services/flow-service/problems.ts'
import type { Tx } from '#store/database.ts'
import { checkFlow } from './check-flow.ts'
import { inheritedAttributes, recordTypes } from './flow-document.ts'
import { findFlowRow } from './flow-reader.ts'
import { nextTickOf } from './flow-store.ts'
import { holdBase } from './hold-base.ts'
import { parseTime } from './schedule-params.ts'

const PATCHABLE = [
  'name',
  'description',
  'scheduleParams',
  'transformations',
  'options',
  'labels',
  'policy',
  'attributes',
]
/** A draft may still be completed. */
const RULES = {
  patchable: new Set([...PATCHABLE, 'sourceConnectionIds', 'targetConnectionIds']),
  refused: { state: stateRefused },
}

function stateRefused(): FlowProblem {
  const message =
    'The patch instruction failed validation: /state cannot be changed. Use the actions enable and disable.'
  return new FlowProblem('1455-400', message, { path: '/state' })
}

/** Changes a flow; the result is checked as on create, and the schedule starts anew from where the flow stands. */
export async function patchFlow(
  deps: FlowServiceDependencies,
  scope: Scope,
  request: ChangeRequest,
): Promise<JsonObject> {
  const document = await patchEntity(
    deps,
    scope,
    FLOWS,
    { ...request, rules: RULES },
    (next, current, paths) => checkPatched(deps, scope, { next, current, paths, signal: request.signal }),
  )
  deps.nudgeScheduler()
  return document
}

interface PatchedFlow {
  readonly next: JsonObject
  readonly current: JsonObject
  readonly paths: readonly string[]
  readonly signal: AbortSignal | undefined
}

async function checkPatched(
  deps: FlowServiceDependencies,
  scope: Scope,
  { next, current, paths, signal }: PatchedFlow,
): Promise<CheckedEntity> {
  const isDraft = stateOf(current) === 'draft'
  const touched = new Set(paths.map((path) => path.split('/')[1]))
  if (!isDraft) assertSameConnections(touched)
  if (touched.has('scheduleParams')) assertStartTime(next, current, deps.now(), isDraft)
  const { references } = await checkFlow(deps, scope, next, {
    isDraft,
    asksSource: touched.has('transformations'),
    signal,
  })
  const hold = (tx: Tx): Promise<void> => holdBase(tx, references)
  const document = {
    ...next,
    inheritedAttributes: inheritedAttributes(references),
    recordTypes: recordTypes(references),
  }
  const connections = {
    source_connection_id: references.source === undefined ? null : textOf(references.source, 'id'),
    target_connection_id: references.target === undefined ? null : textOf(references.target, 'id'),
  }
  if (isDraft || !touched.has('scheduleParams')) return { document, columns: connections, hold }
  const columns = { ...connections, next_run_at: await nextRunAt(deps, scope, document) }
  return { document, columns, hold }
}

function assertSameConnections(touched: ReadonlySet<string | undefined>): void {
  for (const field of ['sourceConnectionIds', 'targetConnectionIds']) {
    if (touched.has(field)) {
      throw new FlowProblem(
        '1455-400',
        `The patch instruction failed validation: /${field} cannot be changed. Make a new flow.`,
        { path: `/${field}` },
      )
    }
  }
}

/** The start cannot move once it lies behind, whether the flow is enabled or not. */
function assertStartTime(next: JsonObject, current: JsonObject, nowMs: number, isDraft: boolean): void {
  const before = startTimeOf(current)
  if (isDraft || before === undefined || before > nowMs || startTimeOf(next) === before) return
  throw invalidRequest(
    'scheduleParams.startTime cannot be changed any more: the original start time has passed.',
    'scheduleParams.startTime',
  )
}

function startTimeOf({ scheduleParams }: JsonObject): number | undefined {
  const startTime: unknown = isObject(scheduleParams) ? scheduleParams['startTime'] : undefined
  return startTime === undefined ? undefined : parseTime(startTime, 'scheduleParams.startTime')
}

/** When the flow is due by its new schedule. */
export async function nextRunAt(
  { db, now }: Pick<FlowServiceDependencies, 'db' | 'now'>,
  scope: Scope,
  document: JsonObject,
): Promise<number | null> {
  const row = await findFlowRow(db, scope, textOf(document, 'id'))
  if (row === undefined) return null
  const tick = await nextTickOf(db, { ...row, document }, now())
  return tick?.at ?? null
}
