import type { LakeField } from '#columns/column-type.ts'
import type {
  AddMappingVersion,
  FindDataset,
  FindMappingSet,
  FindSchema,
  GrowTableSchema,
  ListDatasets,
  PreviewDataset,
} from '#http/neighbours.ts'
import { type ListedDataFile, listDataFiles } from '#lake/iceberg/list-data-files.ts'
import { createTable, readTable } from '#lake/iceberg/table.ts'
import type { DuckDb } from '#lake/query/duckdb.ts'
import type { LakeStorage } from '#lake/storage/lake-storage.ts'
import type { LocalCopies } from '#lake/storage/local-copies.ts'
import type { CatalogLake } from '#services/catalog/catalog-lake.ts'
import type { CreateLakeTable } from '#services/catalog/create-dataset.ts'
import { DatasetReader, lakeTableOf } from '#services/catalog/dataset-store.ts'
import { MappingSetReader } from '#services/data-prep/mapping-set-store.ts'
import { replaceEntries } from '#services/data-prep/replace-entries.ts'
import type { LandingShapeOf } from '#services/flow-service/dependencies.ts'
import type { ReadLakeTable } from '#services/query/run-statement.ts'
import { createSchemaFinder } from '#services/schema-registry/find-schema.ts'
import type { Registry } from '#services/schema-registry/registry-context.ts'
import { growTableSchema } from '#services/schema-registry/tables/grow-table-schema.ts'
import type { Database } from '#store/database.ts'
import { createCatalogLake } from './catalog-lake.ts'
import { createDatasetPreview } from './dataset-preview.ts'
import { landingShape } from './landing-shape.ts'

/** What services know of each other and of the lake, each as one function. */
export interface Neighbours {
  readonly findSchema: FindSchema
  readonly findDataset: FindDataset
  readonly listDatasets: ListDatasets
  readonly previewDataset: PreviewDataset
  readonly findMappingSet: FindMappingSet
  readonly growTableSchema: GrowTableSchema
  readonly addMappingVersion: AddMappingVersion
  readonly createLakeTable: CreateLakeTable
  readonly lake: CatalogLake
  readonly lakeFieldsOf: (datasetId: string) => Promise<readonly LakeField[] | undefined>
  readonly landingShapeOf: LandingShapeOf
  readonly readLakeTable: ReadLakeTable
  /** A local file with the bytes of an object of the lake. */
  readonly localPathOf: LocalCopies['pathOf']
}

export interface NeighbourDependencies {
  readonly db: Database
  readonly storage: LakeStorage
  readonly copies: LocalCopies
  readonly duck: DuckDb
  readonly registry: Registry
  readonly now: () => number
}

/** Connects the services: the only place that knows more than one of them. */
export function connectNeighbours({
  db,
  storage,
  copies,
  duck,
  registry,
  now,
}: NeighbourDependencies): Neighbours {
  const readLakeTable: ReadLakeTable = async ({ metadataKey }, { signal, newestRows }) => {
    const { fields } = await readTable(storage, metadataKey)
    const files = newestFiles(await listDataFiles(storage, metadataKey), newestRows)
    const paths = await Promise.all(files.map(({ key }) => copies.pathOf(key, { signal })))
    return { fields, paths }
  }
  const findSchema = createSchemaFinder(registry)
  return {
    findSchema,
    findDataset: new DatasetReader(db).findSummary,
    listDatasets: new DatasetReader(db).listSummaries,
    previewDataset: createDatasetPreview({ db, duck, readLakeTable }),
    findMappingSet: new MappingSetReader(db).findSummary,
    growTableSchema: (scope, growth) => growTableSchema(registry, scope, growth),
    addMappingVersion: (scope, set) => replaceEntries({ db, now, findSchema }, scope, set),
    async createLakeTable({ datasetId, sandboxName, fields }) {
      const location = `${sandboxName}/${datasetId}`
      const { metadataKey } = await createTable(storage, { location, fields, nowMs: now() })
      return { metadataKey, location }
    },
    lake: createCatalogLake(storage, now),
    async lakeFieldsOf(datasetId) {
      const table = await lakeTableOf(db, datasetId)
      return table && (await readTable(storage, table.metadataKey)).fields
    },
    async landingShapeOf(scope, { id, schemaId }) {
      const table = await lakeTableOf(db, id)
      if (table === undefined) return undefined
      const { fields } = await readTable(storage, table.metadataKey)
      return landingShape(fields, table.lastColumnId, await findSchema(scope, schemaId))
    },
    readLakeTable,
    localPathOf: (key, options) => copies.pathOf(key, options),
  }
}

/** As few of the newest files as have so many rows: a look at a table must not fetch all of it. */
function newestFiles(
  oldestFirst: readonly ListedDataFile[],
  rowCount: number | undefined,
): readonly ListedDataFile[] {
  if (rowCount === undefined) return oldestFirst
  let from = oldestFirst.length
  for (let rows = 0; from > 0 && rows < rowCount; from--) rows += oldestFirst[from - 1]?.rowCount ?? 0
  return oldestFirst.slice(from)
}
