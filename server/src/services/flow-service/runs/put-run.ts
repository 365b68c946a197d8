import type { Scope } from '#http/scope.ts'
import { asText } from '#kit/as-text.ts'
import { newEtag } from '#kit/etag.ts'
import { isObject, type JsonObject } from '#kit/json.ts'
import type { FlowServiceDependencies } from '#services/flow-service/dependencies.ts'
import type { ChangeRequest } from '#services/flow-service/entities/change-entity.ts'
import { compact } from '#services/flow-service/entities/entity-document.ts'
import { FLOWS, RUNS } from '#services/flow-service/entities/entity-kinds.ts'
import { assertCurrent, requireIfMatch } from '#services/flow-service/entities/if-match.ts'
import { emptyBody, FlowProblem, invalidRequest, notFound } from '#services/flow-service/problems.ts'
import { type Tx, transact } from '#store/database.ts'
import type { Run } from './run.ts'
import { knownIds, lockScopedRun, replaceRunDocument } from './run-store.ts'
import { readToldRun, type ToldRun } from './told-run.ts'

/**
 * Notes what an administrator tells of a run; what this server measured stays as it is.
 *
 * @throws {FlowProblem} 1403 without a version, 1439 and 1404 for the run, 1427 for who is no administrator, 1446
 *   and 1430 for its flow, 1428 and 1429 for predecessors, 1100 for what is not right or contradicts a measurement
 */
export async function putRun(
  { db, now }: Pick<FlowServiceDependencies, 'db' | 'now'>,
  scope: Scope,
  { id, ifMatch, body }: ChangeRequest,
): Promise<JsonObject> {
  const expected = requireIfMatch(ifMatch)
  if (body === undefined || body === null) throw emptyBody()
  const given = body as JsonObject
  return await transact(db, async (tx) => {
    const run = await lockScopedRun(tx, scope, id)
    if (run === undefined) throw notFound(RUNS.name, id)
    assertCurrent(run.document, expected)
    if (!scope.isAdmin) throw notAdmin(id)
    const told = readToldRun(given, run)
    await assertSameFlow(tx, scope, run, given['flowId'])
    await assertReferences(tx, scope, run, told)
    const document = toldDocument(run, told, scope, now())
    await replaceRunDocument(tx, document)
    return document
  })
}

function notAdmin(id: string): FlowProblem {
  return new FlowProblem(
    '1427-400',
    'Only administrators may tell of runs. Use a client that was made with --admin.',
    { id },
  )
}

/** A run belongs to its flow, also after the flow is gone. */
async function assertSameFlow(tx: Tx, scope: Scope, { flow_id }: Run, flowId: unknown): Promise<void> {
  if (typeof flowId !== 'string' || flowId === flow_id) return
  const known = await knownIds(tx, scope, FLOWS, [flowId])
  if (known.size === 0) throw new FlowProblem('1430-400', `The flow ${flowId} is not found.`, { id: flowId })
  throw invalidRequest(`The run belongs to the flow ${flow_id} and cannot be moved to another one.`, 'flowId')
}

async function assertReferences(tx: Tx, scope: Scope, run: Run, told: ToldRun): Promise<void> {
  const { parentFlowRunId, childFlowRunIds = [] } = told
  const relatives = [
    ...(typeof parentFlowRunId === 'string' ? [['parentFlowRunId', parentFlowRunId] as const] : []),
    ...childFlowRunIds.map((childId) => ['childFlowRunIds', childId] as const),
  ]
  const predecessors = newPredecessors(run, told)
  const runIds = [...relatives.map(([, id]) => id), ...predecessors.map(({ flowRunId }) => flowRunId)]
  const flowIds = predecessors.flatMap(({ flowId }) => flowId ?? [])
  const [knownRuns, knownFlows] = [
    await knownIds(tx, scope, RUNS, runIds),
    await knownIds(tx, scope, FLOWS, flowIds),
  ]
  for (const [field, id] of relatives) {
    if (id === run.id) throw invalidRequest(`${field} names the run itself.`, field)
    if (!knownRuns.has(id)) throw invalidRequest(`${field}: the flow run ${id} is not found.`, field)
  }
  for (const { flowRunId, flowId } of predecessors) {
    if (!knownRuns.has(flowRunId)) throw unknownPredecessor('1428-400', 'run', flowRunId)
    if (flowId !== undefined && !knownFlows.has(flowId)) throw unknownPredecessor('1429-400', 'flow', flowId)
  }
}

/** Those that the run has already may be of a flow that is gone by now. */
function newPredecessors({ document }: Run, { predecessors = [] }: ToldRun): readonly Predecessor[] {
  const before: readonly unknown[] = Array.isArray(document['predecessors']) ? document['predecessors'] : []
  const present = new Set(before.filter(isObject).map((item) => keyOf(item as JsonObject)))
  return predecessors
    .filter((item) => !present.has(keyOf(item)))
    .map(({ flowRunId, flowId }) => ({
      flowRunId: asText(flowRunId),
      flowId: flowId === undefined ? undefined : asText(flowId),
    }))
}

interface Predecessor {
  readonly flowRunId: string
  readonly flowId: string | undefined
}

function keyOf({ flowRunId, flowId }: JsonObject): string {
  return `${asText(flowRunId)} ${asText(flowId)}`
}

function unknownPredecessor(code: '1428-400' | '1429-400', kind: string, id: string): FlowProblem {
  return new FlowProblem(code, `The predecessor ${kind} ${id} is not found.`, { id })
}

function toldDocument(run: Run, told: ToldRun, { userId, clientId }: Scope, nowMs: number): JsonObject {
  const { customSummary, parentFlowRunId, ...members } = told
  const measured = isObject(run.document['metrics']) ? (run.document['metrics'] as JsonObject) : {}
  const metrics =
    customSummary === undefined ? measured : { ...measured, customSummary: customSummary ?? undefined }
  const given = Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined))
  return compact({
    ...run.document,
    ...(given as JsonObject),
    ...(parentFlowRunId === undefined ? {} : { parentFlowRunId: parentFlowRunId ?? undefined }),
    metrics: compact(metrics),
    etag: newEtag(nowMs),
    updatedAt: Math.max(nowMs, run.updated_at + 1),
    updatedBy: userId,
    updatedClient: clientId,
  })
}
