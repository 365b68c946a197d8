import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isLeaf, type LakeField } from '@headwater/server/columns/column-type.ts'
import type { Vector } from '@headwater/server/columns/vector.ts'
import { listDataFiles } from '@headwater/server/lake/iceberg/list-data-files.ts'
import { stageAppend } from '@headwater/server/lake/iceberg/stage-append.ts'
import { createTable, readTable } from '@headwater/server/lake/iceberg/table.ts'
import { ParquetWriter } from '@headwater/server/lake/parquet/parquet-writer.ts'
import { openFolderStorage } from '@headwater/server/lake/storage/folder-storage.ts'
import type { LakeStorage } from '@headwater/server/lake/storage/lake-storage.ts'
import type { Value } from '@headwater/server/mapping/values.ts'
import { createVectorWriter } from '@headwater/server/mapping/write-vector.ts'
import { completeBatch, createBatch } from '@headwater/server/services/catalog/batch-store.ts'
import { newDatasetDocument } from '@headwater/server/services/catalog/dataset-document.ts'
import { insertDataset, lakeTableOf } from '@headwater/server/services/catalog/dataset-store.ts'
import type { Database } from '@headwater/server/store/database.ts'
import { SCOPE } from './service-world.ts'

/** `id`, `person.name.firstName` and `amount`. */
export const FIELDS: readonly LakeField[] = [
  { id: 1, name: 'id', required: true, type: { kind: 'long' } },
  {
    id: 2,
    name: 'person',
    required: false,
    type: {
      kind: 'struct',
      fields: [
        {
          id: 4,
          name: 'name',
          required: false,
          type: {
            kind: 'struct',
            fields: [{ id: 5, name: 'firstName', required: false, type: { kind: 'string' } }],
          },
        },
      ],
    },
  },
  { id: 3, name: 'amount', required: false, type: { kind: 'double' } },
]

/** A row of {@link FIELDS}: id, first name, amount. */
export type LakeRow = readonly [bigint, string | null, number | null]

/** A lake in a folder of its own, with datasets in a metadata database. */
export class LakeWorld implements AsyncDisposable {
  readonly storage: LakeStorage
  readonly #db: Database
  readonly #folder: string

  private constructor(storage: LakeStorage, db: Database, folder: string) {
    this.storage = storage
    this.#db = db
    this.#folder = folder
  }

  /** `elsewhere` instead of a folder; it ends with the lake. */
  static async open(db: Database, elsewhere?: LakeStorage): Promise<LakeWorld> {
    const folder = await mkdtemp(join(tmpdir(), 'headwater-lake-'))
    return new LakeWorld(elsewhere ?? (await openFolderStorage(folder)), db, folder)
  }

  /** A dataset with an empty table. */
  async addDataset(id: string, name: string, tableName: string): Promise<void> {
    const location = `prod/${id}`
    const { metadataKey } = await createTable(this.storage, { location, fields: FIELDS, nowMs: 1 })
    const schema = {
      id: 'schema',
      version: '1.0',
      title: 't',
      classId: 'c',
      behavior: 'record',
      full: {},
    } as const
    const input = { name, schemaRef: { id: 'schema', contentType: 'x' }, tags: {}, tableName, rest: {} }
    const document = newDatasetDocument({
      id,
      viewId: id,
      input,
      tableName,
      schema,
      location,
      scope: SCOPE,
      nowMs: 1,
    })
    const dataset = { id, version: 0, schemaId: 'schema', tableName, document }
    await this.#db.transaction().execute((tx) =>
      insertDataset(tx, {
        dataset,
        scope: SCOPE,
        nowMs: 1,
        table: { location, metadataKey, lastColumnId: 5 },
      }),
    )
  }

  /** A batch that succeeded, with its rows in one file; gives the file's key. */
  async addBatch(datasetId: string, batchId: string, rows: readonly LakeRow[]): Promise<string> {
    const key = `prod/${datasetId}/data/${batchId}-00000.parquet`
    const { bytes, summary } = encodeRows(rows)
    await this.storage.put(key, bytes)
    const table = await lakeTableOf(this.#db, datasetId)
    const staged = await stageAppend(this.storage, table?.metadataKey ?? '', {
      files: [{ key, summary }],
      summary: {},
      nowMs: 2,
    })
    await this.#db.transaction().execute(async (tx) => {
      await this.startBatch(datasetId, batchId, tx)
      const metrics = { outputRecordCount: rows.length, failedRecordCount: 0 }
      const files = [{ key, rowCount: rows.length, sizeBytes: bytes.length }]
      await completeBatch(tx, batchId, { status: 'success', metrics, errors: [], files, nowMs: 2_000 })
      await tx
        .updateTable('lake_table')
        .set({ metadata_key: staged.metadataKey })
        .where('dataset_id', '=', datasetId)
        .execute()
    })
    return key
  }

  /** A batch that is still loading. */
  async startBatch(datasetId: string, id: string, db: Database = this.#db): Promise<void> {
    const who = {
      orgId: SCOPE.orgId,
      sandboxId: SCOPE.sandbox.id,
      clientId: SCOPE.clientId,
      userId: SCOPE.userId,
    }
    const runId = 'a1b2c3d4-0000-4000-8000-0000000000ff'
    const start = (tx: Parameters<typeof createBatch>[0]) =>
      createBatch(tx, { id, datasetId, runId, flowId: 'flow', ...who, nowMs: 1_000 })
    await (db.isTransaction
      ? start(db as Parameters<typeof createBatch>[0])
      : db.transaction().execute(start))
  }

  /** Opens a table as boot does. */
  readonly readLakeTable = async ({ metadataKey }: { readonly metadataKey: string }) => {
    const { fields } = await readTable(this.storage, metadataKey)
    const files = await listDataFiles(this.storage, metadataKey)
    return { fields, paths: files.map(({ key }) => this.storage.localPath(key) ?? '') }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.storage[Symbol.asyncDispose]()
    await rm(this.#folder, { recursive: true, force: true })
  }
}

function encodeRows(rows: readonly LakeRow[]) {
  const parts: Uint8Array[] = []
  const writer = new ParquetWriter({
    fields: FIELDS,
    sink: { write: (bytes) => void parts.push(new Uint8Array(bytes)) },
  })
  const order = [0, 1, 2]
  writer.append(
    order.map((column) => columnOf(rows, column, writer)),
    rows.length,
  )
  const summary = writer.finish()
  return { bytes: Buffer.concat(parts), summary }
}

function columnOf(rows: readonly LakeRow[], column: number, writer: ParquetWriter): Vector {
  const leaf = writer.columns[column]
  if (leaf === undefined || !isLeaf(leaf)) throw new RangeError(`there is no leaf ${column}`)
  const { vector, write } = createVectorWriter(leaf.type, rows.length)
  rows.forEach((row, index) => void write(index, row[column] as Value))
  return vector
}
