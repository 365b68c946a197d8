import type { MappingSetEntry, MappingSetSummary } from '#http/neighbours.ts'
import type { JsonObject } from '#kit/json.ts'
import type { RunDependencies } from '#runs/dependencies.ts'
import { changed, doneOperation, textOf } from '#services/flow-service/entities/entity-document.ts'
import { FLOWS } from '#services/flow-service/entities/entity-kinds.ts'
import { replaceEntity } from '#services/flow-service/entities/entity-store.ts'
import { describedColumn } from '#services/flow-service/explore/describe-table.ts'
import { mappingOf } from '#services/flow-service/flows/flow-parts.ts'
import type { FlowPlanInputs } from '#services/flow-service/flows/plan-inputs.ts'
import { lockFlow } from '#services/flow-service/runs/run-store.ts'
import type { RelationShape } from '#source/postgres/explore/describe-relation.ts'
import { transact } from '#store/database.ts'
import type { FollowStep } from './follow-plan.ts'

/** Somebody has given the flow another mapping while this run was about to. */
export class FlowChangedError extends Error {
  override readonly name = 'FlowChangedError'
}

export interface Following {
  readonly inputs: FlowPlanInputs
  readonly set: MappingSetSummary
  readonly relation: RelationShape
  readonly steps: readonly FollowStep[]
}

/**
 * Lets schema, mapping set and flow follow the source, each in its turn. What was done before a server died is done
 * again by the next attempt, and makes no difference. `undefined` when the schema was not made of the table.
 *
 * @returns the version of the mapping set that the flow has now
 * @throws FlowChangedError
 */
export async function followSource(deps: RunDependencies, following: Following): Promise<number | undefined> {
  const { inputs, set, steps } = following
  const grown = await deps.growTableSchema(inputs.scope, growthOf(following))
  if (grown === undefined) return undefined
  const added = grown.map(
    ({ column, destination }): MappingSetEntry => ({
      sourceType: 'ATTRIBUTE',
      source: column,
      destination,
    }),
  )
  const entries = [...set.entries.flatMap((entry) => followEntry(entry, steps)), ...added]
  if (sameEntries(entries, set.entries)) return set.version
  const version = await deps.addMappingVersion(inputs.scope, { id: set.id, entries })
  await pointFlow(deps, inputs, version)
  return version
}

function growthOf({ inputs, set, relation, steps }: Following) {
  const columns = new Map(relation.columns.map((column) => [column.name, describedColumn(column)]))
  const columnsOf = (name: string | undefined) => {
    const column = columns.get(name ?? '')
    return column === undefined ? [] : [column]
  }
  return {
    schemaId: set.schemaId,
    origin: { baseConnectionId: inputs.connectionId, tableName: relation.path },
    added: steps.flatMap(({ added }) => columnsOf(added)),
    optional: steps.flatMap(({ optional = [] }) => optional),
    widened: steps.flatMap(({ widened }) =>
      columnsOf(widened?.column).flatMap((column) =>
        (widened?.fields ?? []).map((field) => ({ field, column })),
      ),
    ),
  }
}

function followEntry(entry: MappingSetEntry, steps: readonly FollowStep[]): readonly MappingSetEntry[] {
  if (steps.some(({ dropped }) => dropped === entry.source)) return []
  const renamed = steps.find((step) => step.renamed?.from === entry.source)?.renamed
  return [renamed === undefined ? entry : { ...entry, source: renamed.to }]
}

function sameEntries(a: readonly MappingSetEntry[], b: readonly MappingSetEntry[]): boolean {
  return a.length === b.length && a.every((entry, index) => entry === b[index])
}

/** A flow that names no version takes the newest by itself. */
async function pointFlow(
  { db, now }: RunDependencies,
  { flowId, scope, mapping }: FlowPlanInputs,
  version: number,
): Promise<void> {
  if (mapping?.version === undefined) return
  await transact(db, async (tx) => {
    const flow = await lockFlow(tx, flowId)
    const current = mappingOf(flow?.document['transformations'])
    if (flow === undefined || current?.id !== mapping.id || current.version !== mapping.version)
      throw new FlowChangedError(`the mapping of the flow ${flowId} has changed`)
    const nowMs = now()
    const transformations = withVersion(flow.document['transformations'], mapping.id, version)
    const document = changed(
      { ...flow.document, transformations },
      scope,
      nowMs,
      doneOperation('update', nowMs),
    )
    await replaceEntity(tx, scope, FLOWS, { id: flowId, expected: textOf(flow.document, 'etag'), document })
  })
}

/** Every mapping of the set, of which a tutorial leaves two in a flow. */
function withVersion(transformations: unknown, mappingId: string, version: number): JsonObject[] {
  const given = Array.isArray(transformations) ? (transformations as readonly JsonObject[]) : []
  return given.map((each) => {
    const params = each['params'] as JsonObject | undefined
    if (params?.['mappingId'] !== mappingId) return each
    const isText = typeof params['mappingVersion'] === 'string'
    return { ...each, params: { ...params, mappingVersion: isText ? String(version) : version } }
  })
}
