import type { LakeField } from '#columns/column-type.ts'
import type { ResolvedSchema } from '#http/neighbours.ts'
import type { Scope } from '#http/scope.ts'
import { readTable } from '#lake/iceberg/table.ts'
import { type FieldRules, rulesForRows } from '#mapping/field-rules.ts'
import type { LakeTablePointer } from '#services/catalog/dataset-store.ts'
import { evolveLakeFields } from '#typemap/xdm-types.ts'
import type { RunDependencies } from './dependencies.ts'
import { RunFailedError } from './run-failed-error.ts'
import { planEvolution, type TableEvolution } from './table-evolution.ts'

/** The table's fields as its schema wants them now, and how they differ from those that it has. */
export async function currentFields(
  deps: RunDependencies,
  scope: Scope,
  table: LakeTablePointer,
): Promise<{
  fields: readonly LakeField[]
  rules: FieldRules | undefined
  evolution: TableEvolution | undefined
}> {
  const { fields: before } = await readTable(deps.storage, table.metadataKey)
  const schema = await schemaOf(deps, scope, table.datasetId)
  const { fields: after, lastId } = evolveLakeFields(before, table.lastColumnId, schema.full)
  const rules = rulesForRows(schema)
  return { fields: after, rules, evolution: planEvolution(before, after, lastId) }
}

async function schemaOf(deps: RunDependencies, scope: Scope, datasetId: string): Promise<ResolvedSchema> {
  const dataset = await deps.db
    .selectFrom('dataset')
    .select('schema_id')
    .where('id', '=', datasetId)
    .executeTakeFirstOrThrow()
  const schema = await deps.findSchema(scope, dataset.schema_id)
  if (schema !== undefined) return schema
  throw new RunFailedError('promotion', `The schema ${dataset.schema_id} of the dataset has been deleted.`)
}
