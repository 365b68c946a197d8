import type { Scope } from '#http/scope.ts'
import { isObject, type JsonObject } from '#kit/json.ts'
import { askSource } from '#services/flow-service/connections/check-source.ts'
import type { FlowServiceDependencies } from '#services/flow-service/dependencies.ts'
import { changed, doneOperation, textOf } from '#services/flow-service/entities/entity-document.ts'
import { FLOWS } from '#services/flow-service/entities/entity-kinds.ts'
import { assertNoPath } from '#services/flow-service/entities/entity-rules.ts'
import { replaceEntity } from '#services/flow-service/entities/entity-store.ts'
import { assertDeltaColumn } from '#services/flow-service/flows/flow-columns.ts'
import { type DeltaColumn, deltaColumnOf, readDeltaColumn } from '#services/flow-service/flows/flow-parts.ts'
import { findFlowRow } from '#services/flow-service/flows/flow-reader.ts'
import { loadFlowPlanInputs } from '#services/flow-service/flows/plan-inputs.ts'
import { actionNotApplicable, FlowProblem, invalidRequest } from '#services/flow-service/problems.ts'
import { type Tx, transact } from '#store/database.ts'
import type { FlowRow, Run } from './run.ts'
import { insertRun } from './run-store.ts'
import { readRunTimes } from './run-window.ts'

/**
 * Runs a flow once, now, besides its schedule. The first such run may name the delta column of a flow that has
 * none; it then belongs to the flow.
 *
 * @throws {FlowProblem} 1446 without a flow id, 1430 for a flow that does not exist, 1422 for one that is not
 *   enabled, 1100 for times or a delta column that don't fit
 */
export async function createRun(deps: FlowServiceDependencies, scope: Scope, body: JsonObject): Promise<Run> {
  const flow = await requireFlow(deps, scope, body['flowId'])
  if (flow.state !== 'enabled') throw actionNotApplicable('run', flow.state)
  const params = body['params'] ?? undefined
  const deltaColumn = readWantedColumn(params)
  const newColumn = deltaColumn && (await checkColumn(deps, flow, deltaColumn))
  const nowMs = deps.now()
  const times = readRunTimes(params, { nowMs, deliveredToMs: flow.watermark_at })
  return await transact(deps.db, async (tx) => {
    if (newColumn !== undefined) await adoptColumn(tx, scope, flow, { column: newColumn, nowMs })
    const run = await insertRun(tx, {
      flow,
      origin: 'request',
      scheduledFor: times.startAtMs,
      window: times.window,
      params: (params ?? {}) as JsonObject,
      actor: scope,
      nowMs,
    })
    if (run === undefined) throw unknownFlow(flow.id)
    if (run.state === 'queued') await deps.submitRun(tx, run)
    return run
  })
}

async function requireFlow({ db }: FlowServiceDependencies, scope: Scope, id: unknown): Promise<FlowRow> {
  if (typeof id !== 'string' || id.trim() === '') {
    throw new FlowProblem('1446-400', 'The flow id is null or empty. Send flowId.', { field: 'flowId' })
  }
  assertNoPath(id, 'flowId')
  const flow = await findFlowRow(db, scope, id.trim())
  if (flow === undefined) throw unknownFlow(id)
  return flow
}

function unknownFlow(id: string): FlowProblem {
  return new FlowProblem('1430-400', `The flow ${id} is not found.`, { id })
}

function readWantedColumn(params: unknown): DeltaColumn | undefined {
  const given: unknown = isObject(params) ? params['deltaColumn'] : undefined
  if (given === undefined || given === null) return undefined
  const column = readDeltaColumn(given)
  if (column === undefined)
    throw invalidRequest('params.deltaColumn.name is missing.', 'params.deltaColumn.name')
  return column
}

/** The column when the flow has to learn it; a flow that knows another one keeps it. */
async function checkColumn(
  deps: FlowServiceDependencies,
  flow: FlowRow,
  column: DeltaColumn,
): Promise<DeltaColumn | undefined> {
  const known = deltaColumnOf(flow.document['transformations'])
  if (known?.name === column.name) return undefined
  if (known !== undefined) {
    throw invalidRequest(
      `The delta column of the flow is ${known.name} and cannot be changed to ${column.name}.`,
      'params.deltaColumn',
    )
  }
  const { target, tableName } = await loadFlowPlanInputs(deps, flow.id)
  await askSource(undefined, async (signal) => {
    const { columns } = await deps.source.describeRelation(target, tableName, { signal })
    assertDeltaColumn({ columns, tableName }, column)
  })
  return column
}

async function adoptColumn(
  tx: Tx,
  scope: Scope,
  flow: FlowRow,
  { column, nowMs }: { readonly column: DeltaColumn; readonly nowMs: number },
): Promise<void> {
  const given = flow.document['transformations']
  const copy: JsonObject = { name: 'Copy', params: { deltaColumn: { ...column } } }
  const transformations = [copy, ...(Array.isArray(given) ? given : [])] as readonly JsonObject[]
  const document = changed(
    { ...flow.document, transformations },
    scope,
    nowMs,
    doneOperation('update', nowMs),
  )
  await replaceEntity(tx, scope, FLOWS, { id: flow.id, expected: textOf(flow.document, 'etag'), document })
}
