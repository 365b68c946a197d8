import type { ResolvedSchema } from '#http/neighbours.ts'
import type { Scope } from '#http/scope.ts'
import type { Json, JsonObject } from '#kit/json.ts'
import { type DatasetInput, SERVER_OWNED, TABLE_NAME_TAG } from './dataset-rules.ts'

/** `1.0.n` as Catalog shows it. */
export function formatVersion(version: number): string {
  return `1.0.${version}`
}

const DEFAULTS: JsonObject = {
  fileDescription: { persisted: true, containerFormat: 'parquet', format: 'parquet' },
  enableErrorDiagnostics: false,
  observableSchema: {},
  dule: {},
}

export interface NewDataset {
  readonly id: string
  readonly viewId: string
  readonly input: DatasetInput
  readonly tableName: string
  readonly schema: ResolvedSchema
  /** Where its table is in the lake. */
  readonly location: string
  readonly scope: Scope
  readonly nowMs: number
}

/** The dataset as the API shows it right after its creation. */
export function newDatasetDocument(dataset: NewDataset): JsonObject {
  const { id, input, scope, nowMs } = dataset
  return {
    ...DEFAULTS,
    ...input.rest,
    name: input.name,
    schemaRef: input.schemaRef,
    tags: withOwnTags(input.tags, dataset.tableName),
    imsOrg: scope.orgId,
    sandboxId: scope.sandbox.id,
    created: nowMs,
    updated: nowMs,
    createdClient: scope.clientId,
    createdUser: scope.userId,
    updatedUser: scope.userId,
    version: formatVersion(0),
    viewId: dataset.viewId,
    files: `@/dataSetFiles?dataSetId=${id}`,
    basePath: dataset.location,
    state: 'ACTIVE',
    persistence: { adls: { location: dataset.location } },
    classification: { dataBehavior: dataset.schema.behavior, managedBy: 'CUSTOMER' },
    ...figures(input.rest['extensions'], { rowCount: 0, storageSize: 0, fileCount: 0 }),
  }
}

export interface DatasetChange {
  /** The document before. */
  readonly current: JsonObject
  readonly input: DatasetInput
  readonly tableName: string
  /** Number of the new version. */
  readonly version: number
  readonly userId: string
  readonly nowMs: number
}

/** The document after a change: what the client says, and what only the server may say. */
export function changedDatasetDocument({
  current,
  input,
  tableName,
  version,
  userId,
  nowMs,
}: DatasetChange): JsonObject {
  const kept = Object.entries(current).filter(([name]) => SERVER_OWNED.has(name))
  return {
    ...DEFAULTS,
    ...input.rest,
    ...Object.fromEntries(kept),
    name: input.name,
    schemaRef: input.schemaRef,
    tags: withOwnTags(input.tags, tableName),
    ...figures(input.rest['extensions'], metricsOf(current)),
    updated: nowMs,
    updatedUser: userId,
    version: formatVersion(version),
  }
}

/** What the dataset's table holds. */
export interface LakeMetrics {
  readonly rowCount: number
  readonly storageSize: number
  readonly fileCount: number
}

export function metricsOf(document: JsonObject): LakeMetrics {
  const lakeHouse = asObject(asObject(document['extensions'])['adobe_lakeHouse'])
  const metrics = asObject(lakeHouse['metrics'])
  return {
    rowCount: Number(metrics['rowCount'] ?? 0),
    storageSize: Number(metrics['storageSize'] ?? 0),
    fileCount: Number(asObject(lakeHouse['tableHealthMetrics'])['noOfFilesTotal'] ?? 0),
  }
}

/** The document with other metrics and, beside them, other properties of the top level. */
export function withMetrics(document: JsonObject, metrics: LakeMetrics, others: JsonObject): JsonObject {
  return { ...document, ...others, ...figures(document['extensions'], metrics) }
}

/** The same figures where different readers look for them. Tables have one partition. */
function figures(
  extensions: Json | undefined,
  { rowCount, storageSize, fileCount }: LakeMetrics,
): JsonObject {
  const partitionCount = fileCount === 0 ? 0 : 1
  return {
    statsCache: { rowCount, storageSize, fileCount },
    extensions: {
      ...asObject(extensions),
      adobe_lakeHouse: {
        ...asObject(asObject(extensions)['adobe_lakeHouse']),
        metrics: { rowCount, storageSize },
        tableHealthMetrics: { noOfFilesTotal: fileCount, noOfPartitionsTotal: partitionCount },
      },
    },
  }
}

/** The table's name and format belong to the server: clients find a dataset's table by them. */
function withOwnTags(tags: JsonObject, tableName: string): JsonObject {
  return { ...tags, [TABLE_NAME_TAG]: [tableName], 'adobe/siphon/table/format': ['parquet'] }
}

function asObject(value: Json | undefined): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {}
}
