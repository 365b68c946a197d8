import type { Scope } from '#http/scope.ts'
import { isObject, type JsonObject } from '#kit/json.ts'
import { askSource } from '#services/flow-service/connections/check-source.ts'
import type { FlowServiceDependencies } from '#services/flow-service/dependencies.ts'
import { changed, compact, doneOperation, textOf } from '#services/flow-service/entities/entity-document.ts'
import { FLOWS } from '#services/flow-service/entities/entity-kinds.ts'
import { assertNoPath } from '#services/flow-service/entities/entity-rules.ts'
import { replaceEntity } from '#services/flow-service/entities/entity-store.ts'
import { assertDeltaColumn } from '#services/flow-service/flows/flow-columns.ts'
import { type DeltaColumn, deltaColumnOf, readDeltaColumn } from '#services/flow-service/flows/flow-parts.ts'
import { findFlowRow } from '#services/flow-service/flows/flow-reader.ts'
import { loadFlowPlanInputs } from '#services/flow-service/flows/plan-inputs.ts'
import {
  actionNotApplicable,
  ENABLE_FIRST,
  FlowProblem,
  invalidRequest,
} from '#services/flow-service/problems.ts'
import { type Tx, transact } from '#store/database.ts'
import type { FlowRow, Run } from './run.ts'
import { insertRun, lockFlow } from './run-store.ts'
import { readRunTimes } from './run-window.ts'

/**
 * Runs a flow once, now or at the time that is asked for, besides its schedule. The first such run may name the
 * delta column of a flow that has none; it then belongs to the flow.
 *
 * @throws {FlowProblem} 1446 without a flow id, 1430 for a flow that does not exist, 1422 for one that is not
 *   enabled, 1100 for times or a delta column that don't fit
 */
export async function createRun(deps: FlowServiceDependencies, scope: Scope, body: JsonObject): Promise<Run> {
  const { id } = await requireFlow(deps, scope, body['flowId'])
  const params = readParams(body['params'])
  const wanted = readWantedColumn(params)
  if (wanted !== undefined) await checkNewColumn(deps, scope, { id, column: wanted })
  return await transact(deps.db, async (tx) => {
    const flow = await lockFlow(tx, id)
    if (flow === undefined) throw unknownFlow(id)
    return await addRun(tx, deps, scope, { flow, params, wanted })
  })
}

interface AskedRun {
  /** Locked: what it says stays so. */
  readonly flow: FlowRow
  readonly params: JsonObject
  readonly wanted: DeltaColumn | undefined
}

async function addRun(
  tx: Tx,
  deps: FlowServiceDependencies,
  scope: Scope,
  { flow, params, wanted }: AskedRun,
): Promise<Run> {
  if (flow.state !== 'enabled') throw actionNotApplicable('run', flow.state, ENABLE_FIRST)
  const nowMs = deps.now()
  const times = readRunTimes(params, { nowMs, deliveredToMs: flow.watermark_at })
  const known = knownColumn(flow, wanted)
  if (known === undefined && wanted === undefined) assertNoWindow(params)
  if (known === undefined && wanted !== undefined)
    await adoptColumn(tx, scope, flow, { column: wanted, nowMs })
  const run = await insertRun(tx, {
    flow,
    origin: 'request',
    scheduledFor: times.startAtMs,
    window: times.window,
    params,
    actor: scope,
    nowMs,
  })
  if (run === undefined) throw unknownFlow(flow.id)
  if (run.state === 'queued') await deps.submitRun(tx, run)
  return run
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

function readParams(given: unknown): JsonObject {
  if (given === undefined || given === null) return {}
  if (!isObject(given)) throw invalidRequest('params must be an object.', 'params')
  return compact(given as JsonObject)
}

function readWantedColumn({ deltaColumn: given }: JsonObject): DeltaColumn | undefined {
  if (given === undefined || given === null) return undefined
  const column = readDeltaColumn(given)
  if (column === undefined)
    throw invalidRequest('params.deltaColumn.name is missing.', 'params.deltaColumn.name')
  return column
}

/** The column that the flow has. @throws {FlowProblem} 1100 when another is wanted, or the same read otherwise */
function knownColumn({ document }: FlowRow, wanted: DeltaColumn | undefined): DeltaColumn | undefined {
  const known = deltaColumnOf(document['transformations'])
  if (known === undefined || wanted === undefined) return known
  const differing = (['name', 'dateFormat', 'timezone'] as const).find(
    (member) => wanted[member] !== undefined && wanted[member] !== known[member],
  )
  if (differing === undefined) return known
  throw invalidRequest(
    `The delta column of the flow is ${known.name}; its ${differing} ${known[differing] ?? '(none)'} cannot be changed to ${wanted[differing]} by a run. Change the Copy transformation of the flow.`,
    `params.deltaColumn.${differing}`,
  )
}

/** Without a column that tells the time, a window would be passed over in silence. @throws {FlowProblem} 1100 */
function assertNoWindow(params: JsonObject): void {
  const given = ['windowStartTime', 'windowEndTime'].find((name) => (params[name] ?? null) !== null)
  if (given === undefined) return
  throw invalidRequest(
    `params.${given} means nothing to this flow, which has no delta column. Send params.deltaColumn with its name.`,
    'params.deltaColumn',
  )
}

/** Has the source say whether a flow without a delta column can have this one. */
async function checkNewColumn(
  deps: FlowServiceDependencies,
  scope: Scope,
  { id, column }: { readonly id: string; readonly column: DeltaColumn },
): Promise<void> {
  const flow = await findFlowRow(deps.db, scope, id)
  if (flow?.state !== 'enabled' || knownColumn(flow, column) !== undefined) return
  const { target, tableName } = await loadFlowPlanInputs(deps, id)
  await askSource(undefined, async (signal) => {
    const { columns } = await deps.source.describeRelation(target, tableName, { signal })
    assertDeltaColumn({ columns, tableName }, column)
  })
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
