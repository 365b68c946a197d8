import type { Scope } from '#http/scope.ts'
import type { Database } from '#store/database.ts'

/** A batch as far as its files are concerned. */
export interface ExportedBatch {
  readonly id: string
  readonly datasetId: string
  readonly viewId: string
  readonly status: string
  readonly updatedAtMs: number
  /** Key prefix of the dataset's table in the lake. */
  readonly location: string
}

/** A data file of a batch. */
export interface ExportedFile {
  /** `{batch id}-{n}`, n from 1. */
  readonly id: string
  readonly key: string
  readonly rowCount: number
  readonly sizeBytes: number
}

export interface Page {
  readonly start: number
  readonly limit: number
}

/** The files of the caller's sandbox. Those of a batch that isn't in `success` are nobody's to see. */
export class FileReader {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  async findBatch(scope: Scope, id: string): Promise<ExportedBatch | undefined> {
    const row = await this.#db
      .selectFrom('batch')
      .innerJoin('dataset', 'dataset.id', 'batch.dataset_id')
      .innerJoin('lake_table', 'lake_table.dataset_id', 'batch.dataset_id')
      .select([
        'batch.id',
        'batch.dataset_id',
        'batch.status',
        'batch.updated_at',
        'dataset.document',
        'lake_table.location',
      ])
      .where('batch.id', '=', id)
      .where('batch.org_id', '=', scope.orgId)
      .where('batch.sandbox_id', '=', scope.sandbox.id)
      .executeTakeFirst()
    return (
      row && {
        id: row.id,
        datasetId: row.dataset_id,
        viewId: String(row.document['viewId']),
        status: row.status,
        updatedAtMs: row.updated_at,
        location: row.location,
      }
    )
  }

  /** A page of a batch's files by their number, and how many there are in all. */
  async listFiles(
    batch: ExportedBatch,
    { start, limit }: Page,
  ): Promise<{ files: readonly ExportedFile[]; count: number }> {
    if (batch.status !== 'success') return { files: [], count: 0 }
    const rows = await this.#db
      .selectFrom('batch_file')
      .selectAll()
      .where('batch_id', '=', batch.id)
      .orderBy('ordinal')
      .limit(limit)
      .offset(start)
      .execute()
    const { count } = await this.#db
      .selectFrom('batch_file')
      .select((select) => select.fn.countAll<number>().as('count'))
      .where('batch_id', '=', batch.id)
      .executeTakeFirstOrThrow()
    return { files: rows.map(toFile), count }
  }

  /** What clients called the files that they uploaded into a batch. */
  async listInputs(batch: ExportedBatch): Promise<string[]> {
    const rows = await this.#db
      .selectFrom('batch_input')
      .select('path')
      .where('batch_id', '=', batch.id)
      .where('state', '=', 'complete')
      .orderBy('path')
      .execute()
    return rows.map(({ path }) => path)
  }

  /** The file with an id like `01J…-3`. */
  async findFile(scope: Scope, id: string): Promise<ExportedFile | undefined> {
    const match = /^(.+)-([1-9]\d{0,8})$/.exec(id)
    if (match === null) return undefined
    const [, batchId = '', ordinal = ''] = match
    const row = await this.#db
      .selectFrom('batch_file')
      .innerJoin('batch', 'batch.id', 'batch_file.batch_id')
      .selectAll('batch_file')
      .where('batch_file.batch_id', '=', batchId)
      .where('batch_file.ordinal', '=', Number(ordinal))
      .where('batch.org_id', '=', scope.orgId)
      .where('batch.sandbox_id', '=', scope.sandbox.id)
      .where('batch.status', '=', 'success')
      .executeTakeFirst()
    return row && toFile(row)
  }
}

function toFile(row: {
  batch_id: string
  ordinal: number
  key: string
  row_count: number
  size_bytes: number
}): ExportedFile {
  return {
    id: `${row.batch_id}-${row.ordinal}`,
    key: row.key,
    rowCount: row.row_count,
    sizeBytes: row.size_bytes,
  }
}

/** The last part of a key: what clients call the file. */
export function fileNameOf(key: string): string {
  return key.slice(key.lastIndexOf('/') + 1)
}
