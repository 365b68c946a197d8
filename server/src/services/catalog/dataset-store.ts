import { type Selectable, sql } from 'kysely'
import type { Behavior, DatasetSummary, FindDataset, ListDatasets } from '#http/neighbours.ts'
import type { Scope } from '#http/scope.ts'
import type { JsonObject } from '#kit/json.ts'
import type { Retention } from '#lake/iceberg/retention.ts'
import type { Database, Tx } from '#store/database.ts'
import type { Tables } from '#store/tables/tables.ts'
import { retentionOf } from './lake-policy.ts'
import { type DocumentsById, listDocuments } from './list-documents.ts'
import type { ListQuery } from './list-query.ts'
import { firstFreeName } from './table-name.ts'

/** A dataset as it is stored. */
export interface StoredDataset {
  readonly id: string
  readonly version: number
  readonly schemaId: string
  readonly tableName: string
  readonly document: JsonObject
}

/** Where a dataset's table is. */
export interface LakeTablePointer {
  readonly datasetId: string
  /** Key prefix in the lake. */
  readonly location: string
  /** Key of the table's current metadata file. */
  readonly metadataKey: string
  /** Grows with every commit. */
  readonly version: number
  readonly lastColumnId: number
  /** How much of its past the table keeps. */
  readonly retention: Retention
  /** Small files are made few by themselves. */
  readonly isCompacted: boolean
}

/** The datasets of the caller's sandbox. */
export class DatasetReader {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  async find(scope: Scope, id: string): Promise<StoredDataset | undefined> {
    return findRow(this.#db, scope, id, false)
  }

  list(scope: Scope, query: ListQuery): Promise<DocumentsById> {
    const source = sql`
      select id, document, document || jsonb_build_object('id', id) as facets
      from dataset where org_id = ${scope.orgId} and sandbox_id = ${scope.sandbox.id}`
    return listDocuments(this.#db, source, query)
  }

  /** For the registry: the datasets of a schema, oldest first, and whether a batch was ever completed in each. */
  async listOfSchema(
    scope: Scope,
    schemaId: string,
  ): Promise<readonly { readonly id: string; readonly name: string; readonly hasData: boolean }[]> {
    return await this.#db
      .selectFrom('dataset')
      .select(['id', 'name'])
      .select(
        sql<boolean>`exists (
          select from batch where batch.dataset_id = dataset.id and batch.status = 'success'
        )`.as('hasData'),
      )
      .where('org_id', '=', scope.orgId)
      .where('sandbox_id', '=', scope.sandbox.id)
      .where('schema_id', '=', schemaId)
      .orderBy('created_at')
      .orderBy('id')
      .execute()
  }

  /** For the neighbours: the datasets of a sandbox. */
  readonly listSummaries: ListDatasets = async ({ orgId, sandbox }, { start = 0, limit }) => {
    const query = this.#db
      .selectFrom('dataset')
      .select(['id', 'version', 'schema_id', 'table_name', 'document'])
      .where('org_id', '=', orgId)
      .where('sandbox_id', '=', sandbox.id)
      .orderBy('created_at')
      .orderBy('id')
      .offset(start)
    const rows = await (limit === undefined ? query : query.limit(limit)).execute()
    return rows.map((row) => toSummary(toStored(row)))
  }

  /** For the neighbours: what they may know of a dataset. */
  readonly findSummary: FindDataset = async (scope, id) => {
    const dataset = await this.find(scope, id)
    return dataset && toSummary(dataset)
  }
}

function toSummary({ id, schemaId, tableName, document }: StoredDataset): DatasetSummary {
  const { name, schemaRef, classification } = document as {
    name: string
    schemaRef: { contentType: string }
    classification: { dataBehavior: Behavior }
  }
  return {
    id,
    name,
    tableName,
    schemaId,
    schemaContentType: schemaRef.contentType,
    behavior: classification.dataBehavior,
  }
}

/** Takes a dataset for a change: nobody else changes it until the transaction ends. */
export function lockDataset(tx: Tx, scope: Scope, id: string): Promise<StoredDataset | undefined> {
  return findRow(tx, scope, id, true)
}

async function findRow(
  db: Database,
  scope: Scope,
  id: string,
  lock: boolean,
): Promise<StoredDataset | undefined> {
  const query = db
    .selectFrom('dataset')
    .select(['id', 'version', 'schema_id', 'table_name', 'document'])
    .where('id', '=', id)
    .where('org_id', '=', scope.orgId)
    .where('sandbox_id', '=', scope.sandbox.id)
  const row = await (lock ? query.forUpdate() : query).executeTakeFirst()
  return row && toStored(row)
}

function toStored(
  row: Pick<Selectable<Tables['dataset']>, 'id' | 'version' | 'schema_id' | 'table_name' | 'document'>,
): StoredDataset {
  return {
    id: row.id,
    version: row.version,
    schemaId: row.schema_id,
    tableName: row.table_name,
    document: row.document,
  }
}

/** A free SQL name like the wanted one. Two creates may get the same; the unique index decides. */
export async function findFreeTableName(db: Database, scope: Scope, wanted: string): Promise<string> {
  const rows = await db
    .selectFrom('dataset')
    .select('table_name')
    .where('sandbox_id', '=', scope.sandbox.id)
    .where((where) => where(where.fn('starts_with', ['table_name', where.val(wanted)]), '=', true))
    .execute()
  return firstFreeName(wanted, new Set(rows.map((row) => row.table_name)))
}

export interface DatasetInsert {
  readonly dataset: StoredDataset
  readonly scope: Scope
  readonly nowMs: number
  readonly table: Pick<LakeTablePointer, 'location' | 'metadataKey' | 'lastColumnId'>
}

/** Stores a new dataset with the pointer to its table. */
export async function insertDataset(tx: Tx, { dataset, scope, nowMs, table }: DatasetInsert): Promise<void> {
  await tx
    .insertInto('dataset')
    .values({
      id: dataset.id,
      org_id: scope.orgId,
      sandbox_id: scope.sandbox.id,
      created_at: nowMs,
      updated_at: nowMs,
      name: String(dataset.document['name']),
      schema_id: dataset.schemaId,
      table_name: dataset.tableName,
      version: dataset.version,
      document: JSON.stringify(dataset.document),
    })
    .execute()
  await tx
    .insertInto('lake_table')
    .values({
      dataset_id: dataset.id,
      location: table.location,
      metadata_key: table.metadataKey,
      version: 1,
      last_column_id: table.lastColumnId,
    })
    .execute()
}

/** Stores the new version of a dataset that {@link lockDataset} took. */
export async function updateDataset(tx: Tx, dataset: StoredDataset, nowMs: number): Promise<void> {
  await tx
    .updateTable('dataset')
    .set({
      name: String(dataset.document['name']),
      table_name: dataset.tableName,
      version: dataset.version,
      document: JSON.stringify(dataset.document),
      updated_at: nowMs,
    })
    .where('id', '=', dataset.id)
    .execute()
}

/** A flow whose target is the dataset. */
export async function findTargetingFlow(
  tx: Tx,
  datasetId: string,
): Promise<{ id: string; name: string } | undefined> {
  return tx
    .selectFrom('flow')
    .innerJoin('target_connection', 'target_connection.id', 'flow.target_connection_id')
    .select(['flow.id', 'flow.name'])
    .where('target_connection.dataset_id', '=', datasetId)
    .executeTakeFirst()
}

/**
 * Forgets a dataset with its batches and its table. The table's files have no owner then; target connections keep
 * their words and lose their dataset.
 */
export async function deleteDataset(tx: Tx, datasetId: string): Promise<void> {
  const batches = tx.selectFrom('batch').select('id').where('dataset_id', '=', datasetId)
  await tx
    .updateTable('target_connection')
    .set({ dataset_id: null })
    .where('dataset_id', '=', datasetId)
    .execute()
  await tx.deleteFrom('lake_commit').where('dataset_id', '=', datasetId).execute()
  await tx.deleteFrom('batch_file').where('batch_id', 'in', batches).execute()
  await tx.deleteFrom('batch').where('dataset_id', '=', datasetId).execute()
  await noteFolder(tx, datasetId)
  await tx.deleteFrom('lake_table').where('dataset_id', '=', datasetId).execute()
  await tx.deleteFrom('dataset').where('id', '=', datasetId).execute()
}

/** Its files go when the transaction has committed: see the room `upkeep`. */
async function noteFolder(tx: Tx, datasetId: string): Promise<void> {
  await sql`
    insert into lake_removal (location, org_id, sandbox_id, requested_at)
    select lake_table.location, dataset.org_id, dataset.sandbox_id, extract(epoch from now()) * 1000
    from lake_table join dataset on dataset.id = lake_table.dataset_id
    where dataset.id = ${datasetId}
    on conflict (location) do nothing
  `.execute(tx)
}

/** The pointer to a dataset's table; `undefined` when there is no such dataset. */
export async function lakeTableOf(db: Database, datasetId: string): Promise<LakeTablePointer | undefined> {
  const row = await db
    .selectFrom('lake_table')
    .selectAll()
    .where('dataset_id', '=', datasetId)
    .executeTakeFirst()
  return (
    row && {
      datasetId: row.dataset_id,
      location: row.location,
      metadataKey: row.metadata_key,
      version: row.version,
      lastColumnId: row.last_column_id,
      retention: retentionOf(row.policy),
      isCompacted: row.policy.compact ?? true,
    }
  )
}

/** True when a write failed because another dataset of the sandbox has the SQL name. */
export function isTableNameTaken(error: unknown): boolean {
  const { code, constraint } = error as { code?: unknown; constraint?: unknown }
  return code === '23505' && constraint === 'dataset_sandbox_id_table_name_key'
}
