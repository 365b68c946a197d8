import type { Json, JsonObject } from '#kit/json.ts'

/** A batch that starts: the output of one run of a flow, or what a client uploads. */
export interface NewBatch {
  readonly id: string
  readonly orgId: string
  readonly sandboxId: string
  readonly datasetId: string
  /** Of a batch that a run writes. */
  readonly runId?: string | undefined
  readonly flowId?: string | undefined
  readonly clientId: string
  readonly userId: string
  readonly nowMs: number
  readonly enableErrorDiagnostics?: boolean | undefined
  /** Largest tolerated share of failed rows, 0 to 100. */
  readonly partialIngestionPercent?: number | undefined
  /** More tags, shown as they are. */
  readonly tags?: JsonObject | undefined
  /** Properties of the batch that are not the ones of a run: `inputFormat`, `externalId`, `replay`. */
  readonly properties?: JsonObject | undefined
}

/** What a run counted. Rows that came in are the rows that went out and the rows that failed, always. */
export interface BatchMetrics {
  readonly outputRecordCount: number
  readonly failedRecordCount: number
  /** Rows whose value for an optional field could not be made; they count as output. */
  readonly warningRecordCount?: number | undefined
  readonly inputByteSize?: number | undefined
  readonly inputFileCount?: number | undefined
  readonly partitionCount?: number | undefined
}

export interface BatchError {
  readonly code: string
  readonly description: string
  readonly recordCount?: number | undefined
  readonly rows?: readonly Json[] | undefined
}

/** Clients look for it among the errors of a batch to find those whose mapping failed. */
const MAPPING_FAILED = 'DPMAP-1001-400'

/** What a run or an upload says of its rows, as the errors of its batch. */
export function batchErrorsOf(
  messages: readonly {
    readonly code: string
    readonly message: string
    readonly recordCount?: number | undefined
  }[],
): readonly BatchError[] {
  const errors = messages.map(({ code, message, recordCount }) => ({
    code,
    description: message,
    recordCount,
  }))
  const ofMapping = errors.filter(({ code }) => code.startsWith('MAPPER-'))
  if (ofMapping.length === 0) return errors
  const recordCount = ofMapping.reduce((sum, error) => sum + (error.recordCount ?? 0), 0)
  const description = `The mapping failed for ${recordCount} values. The errors with the code ${ofMapping[0]?.code} say which.`
  return [...errors, { code: MAPPING_FAILED, description, recordCount }]
}

export interface BatchFile {
  /** Key of the Parquet file in the lake. */
  readonly key: string
  readonly rowCount: number
  readonly sizeBytes: number
}

export interface BatchResult {
  readonly status: 'success' | 'failed'
  readonly metrics: BatchMetrics
  readonly errors: readonly BatchError[]
  /** The files that readers of the dataset see now; none when the batch failed. */
  readonly files: readonly BatchFile[]
  readonly nowMs: number
}

/** The batch as the API shows it while its run is at work. */
export function newBatchDocument(batch: NewBatch): JsonObject {
  const { id, nowMs, clientId, userId } = batch
  return {
    id,
    externalId: id,
    imsOrg: batch.orgId,
    sandboxId: batch.sandboxId,
    status: 'loading',
    created: nowMs,
    updated: nowMs,
    started: nowMs,
    createdClient: clientId,
    createdUser: userId,
    updatedUser: userId,
    version: '1.0.0',
    inputFormat: { format: 'parquet' },
    // Clients take the first related object for the dataset.
    relatedObjects: [{ type: 'dataSet', id: batch.datasetId }],
    metrics: { startTime: nowMs },
    errors: [],
    replay: {},
    tags: {
      ...batch.tags,
      ...(batch.flowId === undefined ? {} : { flowId: [batch.flowId] }),
      ...(batch.runId === undefined ? {} : { flowRunId: [batch.runId] }),
      acp_producer: ['headwater'],
      ...(batch.enableErrorDiagnostics === undefined
        ? {}
        : { acp_enableErrorDiagnostics: batch.enableErrorDiagnostics }),
      ...(batch.partialIngestionPercent === undefined
        ? {}
        : { acp_partialIngestionPercent: batch.partialIngestionPercent }),
    },
    ...batch.properties,
  }
}

/** `1.0.n` → `1.0.n+1`. */
export function nextVersion(version: unknown): string {
  return `1.0.${Number(/\.(\d+)$/.exec(String(version))?.[1] ?? 0) + 1}`
}

/** The batch when its run is over. */
export function completedBatchDocument(batch: JsonObject, result: BatchResult): JsonObject {
  const { metrics, nowMs } = result
  const started = Number(batch['started'] ?? nowMs)
  const size = result.files.reduce((sum, file) => sum + file.sizeBytes, 0)
  return {
    ...batch,
    status: result.status,
    updated: nowMs,
    completed: nowMs,
    version: nextVersion(batch['version']),
    recordCount: metrics.outputRecordCount,
    failedRecordCount: metrics.failedRecordCount,
    size,
    metrics: metricsDocument(result, { started, size }),
    errors: result.errors.map(withoutUndefined),
    ...(result.status === 'success'
      ? // The only times of the platform in seconds.
        { availableDates: { startDate: Math.floor(started / 1000), endDate: Math.floor(nowMs / 1000) } }
      : { failedBatchLocation: `/data/foundation/export/batches/${batch['id']}/failed` }),
  }
}

/** All generations of names at once: each is read by somebody. */
function metricsDocument(
  { metrics, files, nowMs }: BatchResult,
  { started, size }: { started: number; size: number },
): JsonObject {
  const inputRecordCount = metrics.outputRecordCount + metrics.failedRecordCount
  return {
    inputByteSize: metrics.inputByteSize ?? 0,
    inputFileCount: metrics.inputFileCount ?? 0,
    inputRecordCount,
    outputByteSize: size,
    outputFileCount: files.length,
    outputRecordCount: metrics.outputRecordCount,
    failedRecordCount: metrics.failedRecordCount,
    partitionCount: metrics.partitionCount ?? 0,
    startTime: started,
    endTime: nowMs,
    recordsSize: size,
    recordsRead: inputRecordCount,
    recordsWritten: metrics.outputRecordCount,
    recordsFailed: metrics.failedRecordCount,
    invalidRecordCount: metrics.failedRecordCount,
    invalidRecordsMapper: metrics.warningRecordCount ?? 0,
    invalidRecordsUnknown: 0,
  }
}

function withoutUndefined(error: BatchError): JsonObject {
  return Object.fromEntries(Object.entries(error).filter(([, value]) => value !== undefined))
}
