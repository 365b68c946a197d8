import { join } from 'node:path'
import { compareTogether } from '#care/merge/merge-and-prove.ts'
import type { LakeColumn } from '#columns/column-type.ts'
import type { FieldProof, LeafProof } from '#engine/task.ts'
import { compareFiles } from '#lake/iceberg/check-files.ts'
import { listDataFiles } from '#lake/iceberg/list-data-files.ts'
import { readTable } from '#lake/iceberg/table.ts'
import { columnsOf } from '#lake/parquet/leaves.ts'
import { createDuckDb, type DuckDb } from '#lake/query/duckdb.ts'
import { ReadBackError, readBack } from '#lake/query/verify-file.ts'
import type { LakeStorage } from '#lake/storage/lake-storage.ts'
import { createLocalCopies, type LocalCopies } from '#lake/storage/local-copies.ts'
import type { Database } from '#store/database.ts'
import { type CompactedEntry, faultsOfSources, findCompacted, withCompacted } from './check-compacted.ts'
import { openLake } from './open-lake.ts'
import { joinExistingStore } from './open-store.ts'
import type { StoreSettings } from './read-settings.ts'

export interface CheckLakeOptions {
  /** Only these; all when empty. */
  readonly datasetIds?: readonly string[] | undefined
  /** `files`: what the manifests list, and that it is there; `digest`: every file is read and compared as well. */
  readonly level: 'files' | 'digest'
}

export interface CheckedTable {
  readonly datasetId: string
  readonly name: string
  readonly fileCount: number
  readonly rowCount: number
  /** Files whose values were compared with what was proven when they were written. */
  readonly comparedCount: number
  readonly faults: readonly TableFault[]
}

export interface TableFault {
  readonly kind: 'missing' | 'doubled' | 'foreign' | 'counts' | 'lost' | 'size' | 'unreadable' | 'altered'
  readonly key?: string | undefined
  /** The field, where values differ. */
  readonly field?: string | undefined
  readonly message: string
}

/**
 * Compares the tables of the lake with what the catalogue knows of them: each file that landed is listed once, is
 * there, has its size, and holds the values that were proven when it was written.
 */
export async function* checkLake(
  settings: StoreSettings,
  options: CheckLakeOptions,
): AsyncGenerator<CheckedTable, void, undefined> {
  await using store = await joinExistingStore(settings)
  await using storage = await openLake(settings.config.lake)
  await using duck = createDuckDb()
  const copies = createLocalCopies(storage, join(settings.config.dataDir, 'cache'))
  const tables = await listTables(store.db, options.datasetIds ?? [])
  for (const table of tables)
    yield await new TableCheck({ db: store.db, storage, copies, duck }, table).run(options.level)
}

interface TableRow {
  readonly datasetId: string
  readonly name: string
  readonly metadataKey: string
}

async function listTables(db: Database, ids: readonly string[]): Promise<readonly TableRow[]> {
  const query = db
    .selectFrom('lake_table')
    .innerJoin('dataset', 'dataset.id', 'lake_table.dataset_id')
    .select(['dataset.id as datasetId', 'dataset.name', 'lake_table.metadata_key as metadataKey'])
    .orderBy('dataset.created_at')
  return await (ids.length === 0 ? query : query.where('dataset.id', 'in', ids)).execute()
}

interface Tools {
  readonly db: Database
  readonly storage: LakeStorage
  readonly copies: LocalCopies
  readonly duck: DuckDb
}

/** One table. */
class TableCheck {
  readonly #tools: Tools
  readonly #table: TableRow

  constructor(tools: Tools, table: TableRow) {
    this.#tools = tools
    this.#table = table
  }

  async run(level: CheckLakeOptions['level']): Promise<CheckedTable> {
    const { storage, db } = this.#tools
    const { datasetId, name, metadataKey } = this.#table
    const expected = await listLanded(db, datasetId)
    const listed = await listDataFiles(storage, metadataKey)
    const compacted = await findCompacted(db, listed)
    const faults: TableFault[] = [...compareFiles(withCompacted(expected, compacted), listed)]
    faults.push(...compacted.flatMap((file) => faultsOfSources(file, expected)))
    const there = []
    for (const file of [...expected, ...compacted]) {
      const fault = await this.#stat(file.key, file.sizeBytes)
      if (fault === undefined) there.push(file)
      else faults.push(fault)
    }
    const compared = level === 'digest' ? await this.#readAll(there.map(({ key }) => key)) : []
    const whole = new Set(there.map(({ key }) => key))
    if (level === 'digest')
      for (const file of compacted.filter(({ key, sources }) =>
        [key, ...sources.map((one) => one.key)].every((one) => whole.has(one)),
      ))
        compared.push(await this.#compareCompacted(file))
    return {
      datasetId,
      name,
      fileCount: listed.length,
      rowCount: listed.reduce((sum, { rowCount }) => sum + rowCount, 0),
      comparedCount: compared.length,
      faults: [...faults, ...compared.flat()],
    }
  }

  async #stat(key: string, sizeBytes: number): Promise<TableFault | undefined> {
    const found = await this.#tools.storage.stat(key)
    if (found === undefined) return { kind: 'lost', key, message: `The file ${key} is gone from the lake.` }
    if (found.sizeBytes === sizeBytes) return undefined
    const message = `The file ${key} has ${found.sizeBytes} bytes, ${sizeBytes} were written.`
    return { kind: 'size', key, message }
  }

  async #readAll(keys: readonly string[]): Promise<(readonly TableFault[])[]> {
    const proofs = await listProofs(this.#tools.db, this.#table.datasetId)
    const { fields } = await readTable(this.#tools.storage, this.#table.metadataKey)
    const columns = columnsOf(fields)
    const all = []
    for (const key of keys) {
      const proof = proofs.get(key)
      if (proof !== undefined && proof.length > 0) all.push(await this.#compare(key, proof, columns))
    }
    return all
  }

  /** The files that it was made of are compared with what was proven of them; it has to hold what they hold. */
  async #compareCompacted({ key, sources }: CompactedEntry): Promise<readonly TableFault[]> {
    const { storage, copies } = this.#tools
    const { fields } = await readTable(storage, this.#table.metadataKey)
    const paths = await Promise.all(sources.map((source) => copies.pathOf(source.key)))
    const reason = await compareTogether(await copies.pathOf(key), paths, fields)
    if (reason === undefined) return []
    return [{ kind: 'altered', key, message: `The file ${key} is not what it was made of: ${reason}.` }]
  }

  async #compare(
    key: string,
    proof: readonly LeafProof[],
    columns: readonly LakeColumn[],
  ): Promise<readonly TableFault[]> {
    const known = new Map(proof.map((leaf) => [leaf.path, leaf.landed]))
    const leaves = columns.filter(({ path }) => known.has(path.join('.')))
    try {
      const path = await this.#tools.copies.pathOf(key)
      const found = await readBack(path, leaves, { duck: this.#tools.duck })
      return leaves.flatMap((leaf, index) => {
        const field = leaf.path.join('.')
        const fault = differenceOf(known.get(field), found.columns[index])
        return fault === undefined
          ? []
          : [
              {
                kind: 'altered' as const,
                key,
                field,
                message: `The file ${key} was altered: ${field} ${fault}.`,
              },
            ]
      })
    } catch (error) {
      if (!(error instanceof ReadBackError)) throw error
      return [{ kind: 'unreadable', key, message: `The file ${key} cannot be read: ${error.message}.` }]
    }
  }
}

function differenceOf(
  known: FieldProof | undefined,
  found: Pick<FieldProof, 'valueCount' | 'nullCount' | 'digest'> | undefined,
): string | undefined {
  if (known === undefined || found === undefined) return undefined
  if (known.valueCount !== found.valueCount || known.nullCount !== found.nullCount)
    return `holds ${found.valueCount} values and ${found.nullCount} NULLs instead of ${known.valueCount} and ${known.nullCount}`
  if (known.digest === undefined || known.digest === found.digest) return undefined
  return `holds other values: digest ${found.digest} instead of ${known.digest}`
}

async function listLanded(db: Database, datasetId: string) {
  const rows = await db
    .selectFrom('batch_file')
    .innerJoin('batch', 'batch.id', 'batch_file.batch_id')
    .select(['batch_file.key', 'batch_file.row_count', 'batch_file.size_bytes'])
    .where('batch.dataset_id', '=', datasetId)
    .where('batch.status', '=', 'success')
    .execute()
  return rows.map(({ key, row_count: rowCount, size_bytes: sizeBytes }) => ({ key, rowCount, sizeBytes }))
}

/** What was proven of each file when it was written, by its key. */
async function listProofs(
  db: Database,
  datasetId: string,
): Promise<ReadonlyMap<string, readonly LeafProof[]>> {
  const runs = await db
    .selectFrom('run_slice')
    .innerJoin('lake_commit', 'lake_commit.run_id', 'run_slice.run_id')
    .select('run_slice.result')
    .where('lake_commit.dataset_id', '=', datasetId)
    .where('run_slice.state', '=', 'done')
    .execute()
  const imports = await db
    .selectFrom('import_slice')
    .innerJoin('batch', 'batch.id', 'import_slice.batch_id')
    .select('import_slice.result')
    .where('batch.dataset_id', '=', datasetId)
    .where('import_slice.state', '=', 'done')
    .execute()
  const results = [...runs, ...imports].map(({ result }) => result as unknown as SliceProof | null)
  return new Map(results.flatMap((result) => (result?.part ? [[result.part.key, result.proof ?? []]] : [])))
}

interface SliceProof {
  readonly part?: { readonly key: string } | undefined
  readonly proof?: readonly LeafProof[] | undefined
}
