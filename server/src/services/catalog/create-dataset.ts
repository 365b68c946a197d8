import type { LakeField } from '#columns/column-type.ts'
import type { FindSchema, ResolvedSchema } from '#http/neighbours.ts'
import type { Scope } from '#http/scope.ts'
import { newDatasetId } from '#kit/ids.ts'
import type { JsonObject } from '#kit/json.ts'
import { type Database, transact } from '#store/database.ts'
import { LakeTypeUnknownError, lakeFieldsOfXdm, type XdmNode } from '#typemap/xdm-types.ts'
import { newDatasetDocument } from './dataset-document.ts'
import { assertProfileAllowed, assertSchema, readDatasetInput } from './dataset-rules.ts'
import { findFreeTableName, insertDataset, isTableNameTaken } from './dataset-store.ts'
import { badRequest } from './problems.ts'
import { tableNameOf } from './table-name.ts'

export interface CreateDatasetDependencies {
  readonly db: Database
  readonly now: () => number
  readonly findSchema: FindSchema
  /** Writes an empty table into the lake. */
  readonly createLakeTable: CreateLakeTable
}

export type CreateLakeTable = (table: {
  readonly datasetId: string
  readonly sandboxName: string
  readonly fields: readonly LakeField[]
}) => Promise<{ readonly metadataKey: string; readonly location: string }>

export interface CreateDatasetRequest {
  readonly scope: Scope
  readonly body: JsonObject
  /** Checks only: nothing is written. */
  readonly isValidateOnly: boolean
}

/**
 * Makes a dataset with an empty table of its schema in the lake. The table's first file comes before the
 * rows that point to it, so a crash between the two leaves a file without an owner and nothing else.
 *
 * @returns the new id; `undefined` when the request was only checked
 * @throws {PlainProblem} 400 for a body without name or schema, an unknown schema or a taken SQL name
 */
export async function createDataset(
  dependencies: CreateDatasetDependencies,
  { scope, body, isValidateOnly }: CreateDatasetRequest,
): Promise<string | undefined> {
  const input = readDatasetInput(body)
  const schema = await dependencies.findSchema(scope, input.schemaRef.id)
  assertSchema(schema, input.schemaRef.id)
  assertProfileAllowed(input.tags, schema)
  const fields = fieldsOf(schema)
  await assertTableNameFree(dependencies.db, scope, input.tableName)
  if (isValidateOnly) return undefined

  const nowMs = dependencies.now()
  const id = newDatasetId(nowMs)
  const table = await dependencies.createLakeTable({ datasetId: id, sandboxName: scope.sandbox.name, fields })
  const schemaRef = { ...input.schemaRef, id: schema.id }
  await insertUnderFreeName(
    dependencies.db,
    { scope, name: input.name, wanted: input.tableName },
    async (tx, tableName) => {
      const document = newDatasetDocument({
        ...{ id, viewId: newDatasetId(nowMs), schema, tableName, location: table.location, scope, nowMs },
        input: { ...input, schemaRef },
      })
      const dataset = { id, version: 0, schemaId: schema.id, tableName, document }
      await insertDataset(tx, {
        dataset,
        scope,
        nowMs,
        table: { ...table, lastColumnId: lastColumnId(fields) },
      })
    },
  )
  return id
}

function fieldsOf(schema: ResolvedSchema): readonly LakeField[] {
  try {
    return lakeFieldsOfXdm(schema.full as XdmNode)
  } catch (error) {
    throw error instanceof LakeTypeUnknownError ? badRequest(`${error.message}.`) : error
  }
}

async function assertTableNameFree(db: Database, scope: Scope, wanted: string | undefined): Promise<void> {
  if (wanted !== undefined && (await findFreeTableName(db, scope, wanted)) !== wanted)
    throw tableNameTaken(wanted)
}

export function tableNameTaken(name: string): Error {
  return badRequest(
    `The SQL name '${name}' belongs to another dataset of this sandbox. Choose another or leave the tag out.`,
  )
}

/** Two creates at once may find the same name free; the second one then takes the next. */
async function insertUnderFreeName(
  db: Database,
  { scope, name, wanted }: { scope: Scope; name: string; wanted: string | undefined },
  insert: (tx: Parameters<typeof insertDataset>[0], tableName: string) => Promise<void>,
): Promise<void> {
  for (;;) {
    const tableName = wanted ?? (await findFreeTableName(db, scope, tableNameOf(name)))
    try {
      return await transact(db, (tx) => insert(tx, tableName))
    } catch (error) {
      if (!isTableNameTaken(error)) throw error
      if (wanted !== undefined) throw tableNameTaken(wanted)
    }
  }
}

/** The highest field id at any depth: the next column of the table gets the one after it. */
function lastColumnId(fields: readonly LakeField[]): number {
  return fields.reduce((highest, field) => Math.max(highest, field.id, lastTypeId(field.type)), 0)
}

function lastTypeId(type: LakeField['type']): number {
  if (type.kind === 'struct') return lastColumnId(type.fields)
  if (type.kind === 'list') return Math.max(type.elementId, lastTypeId(type.element))
  if (type.kind === 'map')
    return Math.max(type.keyId, type.valueId, lastTypeId(type.key), lastTypeId(type.value))
  return 0
}
