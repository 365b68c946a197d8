import type { Scope } from '#http/scope.ts'
import { isObject, type JsonObject } from '#kit/json.ts'
import { targetOf } from '#services/flow-service/connections/auth-params.ts'
import { askSource } from '#services/flow-service/connections/check-source.ts'
import type { FlowServiceDependencies } from '#services/flow-service/dependencies.ts'
import { textOf } from '#services/flow-service/entities/entity-document.ts'
import type { FlowSpec } from '#services/flow-service/specs/built-in/spec.ts'
import { requireFlowSpec } from '#services/flow-service/specs/spec-catalogue.ts'
import { type FlowReferences, resolveFlow } from './flow-checks.ts'
import { assertColumns } from './flow-columns.ts'
import { deltaColumnOf } from './flow-parts.ts'
import { type FlowParts, readFlow } from './flow-rules.ts'

export interface FlowCheckOptions {
  readonly isDraft: boolean
  /** Ask the source for the table; a change of a name need not wait for it. */
  readonly asksSource: boolean
  readonly signal?: AbortSignal | undefined
}

export interface CheckedFlow {
  readonly spec: FlowSpec
  readonly parts: FlowParts
  readonly references: FlowReferences
}

/** Checks a flow as a whole: in itself, against what it points to, and against the table that it reads. */
export async function checkFlow(
  deps: FlowServiceDependencies,
  scope: Scope,
  flow: JsonObject,
  { isDraft, asksSource, signal }: FlowCheckOptions,
): Promise<CheckedFlow> {
  const spec = await requireFlowSpec(deps.db, scope, flow['flowSpec'])
  const { minIntervalMinutes } = deps.config
  const parts = readFlow(flow, { spec, isDraft, minIntervalMinutes })
  const references = await resolveFlow(deps, scope, parts, { spec, isDraft })
  if (!isDraft && asksSource) await checkTable(deps, scope, parts, { references, signal })
  return { spec, parts, references }
}

async function checkTable(
  { source: port, landingShapeOf }: FlowServiceDependencies,
  scope: Scope,
  { transformations }: FlowParts,
  { references, signal }: { readonly references: FlowReferences; readonly signal: AbortSignal | undefined },
): Promise<void> {
  const { source, base, dataset, mappingSet } = references
  if (source === undefined || base?.auth === undefined) return
  const target = targetOf(base.auth)
  const params: JsonObject = isObject(source['params']) ? (source['params'] as JsonObject) : {}
  const tableName = textOf(params, 'tableName')
  const shape = dataset && (await landingShapeOf(scope, dataset))
  await askSource(signal, async (bounded) => {
    const { columns } = await port.describeRelation(target, tableName, { signal: bounded })
    const deltaColumn = deltaColumnOf(transformations)
    const entries = mappingSet?.entries
    const { fields = [], rules } = shape ?? {}
    assertColumns({ tableName, columns, params, deltaColumn, entries, fields, rules })
  })
}
