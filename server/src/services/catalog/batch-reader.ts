import { sql } from 'kysely'
import type { Scope } from '#http/scope.ts'
import type { JsonObject } from '#kit/json.ts'
import type { Database } from '#store/database.ts'
import { type DocumentsById, listDocuments } from './list-documents.ts'
import type { ListQuery } from './list-query.ts'

/** The batches of the caller's sandbox and their files. */
export class BatchReader {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  async find(scope: Scope, id: string): Promise<JsonObject | undefined> {
    const row = await this.#db
      .selectFrom('batch')
      .select('document')
      .where('id', '=', id)
      .where('org_id', '=', scope.orgId)
      .where('sandbox_id', '=', scope.sandbox.id)
      .executeTakeFirst()
    return row?.document
  }

  /** Batches; conditions also know `dataSet` and `batch`. */
  list(scope: Scope, query: ListQuery): Promise<DocumentsById> {
    const source = sql`
      select id, document, document || jsonb_build_object('dataSet', dataset_id, 'batch', id) as facets
      from batch where org_id = ${scope.orgId} and sandbox_id = ${scope.sandbox.id}`
    return listDocuments(this.#db, source, query)
  }

  /** The files of batches whose rows are visible. */
  listFiles(scope: Scope, query: ListQuery): Promise<DocumentsById> {
    const source = sql`
      select file.id, file.document, file.document || jsonb_build_object('batch', file.document -> 'batchId') as facets
      from (
        select batch.id || '-' || batch_file.ordinal as id, jsonb_build_object(
          'id', batch.id || '-' || batch_file.ordinal,
          'batchId', batch.id,
          'dataSetId', batch.dataset_id,
          'dataSetViewId', dataset.document -> 'viewId',
          'imsOrg', batch.org_id,
          'sandboxId', batch.sandbox_id,
          'availableDates', batch.document -> 'availableDates',
          'createdUser', batch.document -> 'createdUser',
          'createdClient', batch.document -> 'createdClient',
          'updatedUser', batch.document -> 'updatedUser',
          'records', batch_file.row_count,
          'sizeInBytes', batch_file.size_bytes,
          'isValid', true,
          'version', '1.0.0',
          'created', batch.updated_at,
          'updated', batch.updated_at) as document
        from batch_file
        join batch on batch.id = batch_file.batch_id
        join dataset on dataset.id = batch.dataset_id
        where batch.org_id = ${scope.orgId} and batch.sandbox_id = ${scope.sandbox.id} and batch.status = 'success'
      ) as file`
    return listDocuments(this.#db, source, query)
  }

  /** One entry for every dataset that had a batch. */
  listLast(scope: Scope, query: ListQuery): Promise<DocumentsById> {
    const source = sql`
      select last.id, last.document, last.document || jsonb_build_object('dataSetId', last.id) as facets
      from (
        select dataset.id, jsonb_strip_nulls(jsonb_build_object(
          'lastBatchId', dataset.document -> 'lastBatchId',
          'lastBatchStatus', dataset.document -> 'lastBatchStatus',
          'lastSuccessfulBatchId', dataset.document -> 'lastSuccessfulBatch',
          'lastFailedBatchId', dataset.document -> 'lastFailedBatch',
          'imsOrg', dataset.org_id,
          'sandboxId', dataset.sandbox_id,
          'created', batch.created_at,
          'updated', batch.updated_at)) as document
        from dataset
        join batch on batch.id = dataset.document ->> 'lastBatchId'
        where dataset.org_id = ${scope.orgId} and dataset.sandbox_id = ${scope.sandbox.id}
      ) as last`
    return listDocuments(this.#db, source, query)
  }
}
