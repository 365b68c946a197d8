import type { JsonObject } from '#kit/json.ts'

/**
 * The parts of a run's API document that its steps write. Field names, activity ids and status words are the
 * platform's; `proof` and `cause` are ours.
 */

/** What a run did, summed over its slices. */
export interface RunTotals {
  readonly rowsRead: number
  readonly rowsWritten: number
  readonly rowsRejected: number
  readonly bytesRead: number
  readonly bytesWritten: number
  readonly fileCount: number
}

/** The facts of a run that its document repeats. */
export interface RunFacts {
  readonly sourceConnectionId: string
  readonly targetConnectionId: string
  readonly batchId: string | undefined
  readonly startedAtMs: number
  readonly windowStartMs: number | undefined
  readonly windowEndMs: number | undefined
  readonly isRecurring: boolean
  /** Rows that were set aside can be looked at. */
  readonly hasDiagnostics: boolean
  readonly publicUrl: string
}

/** An error or a warning of a run as the API lists it; `recordCount` where it is about rows. */
export interface RunMessage {
  readonly code: string
  readonly message: string
  readonly recordCount?: number | undefined
}

export const RUN_ERROR = Object.freeze({
  copy: 'CONNECTOR-1001-500',
  promotion: 'CONNECTOR-2001-500',
  someRecords: 'INGEST-1212-400',
  someRecordsWithoutDiagnostics: 'INGEST-1211-400',
})

const COPY_ACTIVITY = '4f008a00-3a04-11eb-adc1-0242ac120002'
const PROMOTION_ACTIVITY = '37b34f84-1ada-11eb-adc1-0242ac120002'

/** The document of a run that is under way. */
export function runningDocument(startedAtMs: number): JsonObject {
  return {
    metrics: { durationSummary: { startedAtUTC: startedAtMs }, statusSummary: { status: 'inProgress' } },
    activities: [],
  }
}

/**
 * The document of a run that has landed. `messages` are counted: rows that were set aside, the summary first, and
 * warnings.
 */
export function successDocument(
  facts: RunFacts,
  totals: RunTotals,
  messages: readonly RunMessage[],
  completedAtMs: number,
): JsonObject {
  const hasRows = totals.rowsRead > 0
  const [summary] = totals.rowsRejected > 0 ? messages : []
  const outer = summary === undefined ? [] : [{ code: RUN_ERROR.promotion, message: summary.message }]
  const status = statusSummary('success', facts, totals, { outer, inner: messages })
  return {
    metrics: metricsOf(facts, totals, completedAtMs, status),
    activities: [
      copyActivity(facts, totals, completedAtMs, 'success'),
      ...(hasRows ? [promotionActivity(facts, totals, completedAtMs, 'success')] : []),
    ],
  }
}

/** What a failed run says of its failure. */
export interface FailureFacts {
  readonly stage: 'copy' | 'promotion'
  readonly code: string
  readonly message: string
  readonly details: readonly RunMessage[]
}

/** The document of a run that failed. */
export function failureDocument(
  facts: RunFacts,
  totals: RunTotals,
  { stage, code, message, details }: FailureFacts,
  completedAtMs: number,
): JsonObject {
  const nothingLanded = { ...totals, rowsWritten: 0, bytesWritten: 0, fileCount: 0 }
  const isCopy = stage === 'copy'
  const outer = [{ code: RUN_ERROR[stage], message }]
  const inner = [...(code === RUN_ERROR[stage] ? [] : [{ code, message }]), ...details]
  return {
    metrics: metricsOf(
      facts,
      nothingLanded,
      completedAtMs,
      statusSummary('failed', facts, totals, { outer, inner }),
    ),
    activities: [
      copyActivity(facts, totals, completedAtMs, isCopy ? 'failed' : 'success'),
      ...(isCopy ? [] : [promotionActivity(facts, nothingLanded, completedAtMs, 'failed')]),
    ],
  }
}

function metricsOf(
  facts: RunFacts,
  totals: RunTotals,
  completedAtMs: number,
  status: JsonObject,
): JsonObject {
  return {
    durationSummary: durationOf(facts, completedAtMs),
    sizeSummary: { inputBytes: totals.bytesRead, outputBytes: totals.bytesWritten },
    recordSummary: recordsOf(totals),
    fileSummary: {
      inputFileCount: totals.rowsRead > 0 ? 1 : 0,
      outputFileCount: totals.fileCount,
      activityRefs: [PROMOTION_ACTIVITY],
    },
    statusSummary: status,
  }
}

function statusSummary(
  status: 'success' | 'failed',
  facts: RunFacts,
  totals: RunTotals,
  { outer, inner }: { readonly outer: readonly RunMessage[]; readonly inner: readonly RunMessage[] },
): JsonObject {
  const hasManifest = facts.hasDiagnostics && totals.rowsRejected > 0
  return {
    status,
    ...(outer.length > 0 ? { errors: outer.map((message) => ({ ...message })) } : {}),
    activityRefs: [PROMOTION_ACTIVITY],
    extensions: {
      type: facts.isRecurring ? 'incremental' : 'one-time',
      ...(inner.length > 0 ? { errors: inner.map((message) => ({ ...message })) } : {}),
      ...(hasManifest ? { manifest: manifestOf(facts) } : {}),
    },
  }
}

function manifestOf(facts: RunFacts): JsonObject {
  const base = `${facts.publicUrl}/data/foundation/export/batches/${facts.batchId}/meta`
  return { failedRecords: `${base}?path=row_errors`, sampleErrors: `${base}?path=row_error_samples.json` }
}

function durationOf(facts: RunFacts, completedAtMs: number): JsonObject {
  const { windowStartMs, windowEndMs } = facts
  const window =
    windowEndMs === undefined
      ? {}
      : { extensions: { windowStart: windowStartMs ?? 0, windowEnd: windowEndMs } }
  return {
    startedAtUTC: facts.startedAtMs,
    completedAtUTC: Math.max(completedAtMs, facts.startedAtMs),
    ...window,
  }
}

/** input = output + failed, always. */
function recordsOf(totals: RunTotals): JsonObject {
  return {
    inputRecordCount: totals.rowsRead,
    outputRecordCount: totals.rowsWritten,
    createdRecordCount: totals.rowsWritten,
    failedRecordCount: totals.rowsRead - totals.rowsWritten,
  }
}

function copyActivity(facts: RunFacts, totals: RunTotals, completedAtMs: number, status: string): JsonObject {
  return {
    ...activityOf(facts, completedAtMs, status),
    id: COPY_ACTIVITY,
    name: 'PostgreSQL Copy Activity',
    sizeSummary: { inputBytes: totals.bytesRead, outputBytes: totals.bytesRead },
    recordSummary: { inputRecordCount: totals.rowsRead, outputRecordCount: totals.rowsRead },
    fileSummary: {
      inputFileCount: totals.rowsRead > 0 ? 1 : 0,
      outputFileCount: totals.rowsRead > 0 ? 1 : 0,
    },
    sourceInfo: [{ id: facts.sourceConnectionId, type: 'SourceConnection' }],
  }
}

function promotionActivity(
  facts: RunFacts,
  totals: RunTotals,
  completedAtMs: number,
  status: string,
): JsonObject {
  const reference = facts.batchId === undefined ? {} : { reference: { type: 'Batch', ids: [facts.batchId] } }
  return {
    ...activityOf(facts, completedAtMs, status),
    id: PROMOTION_ACTIVITY,
    name: 'Promotion Activity',
    sizeSummary: { inputBytes: totals.bytesRead, outputBytes: totals.bytesWritten },
    recordSummary: recordsOf(totals),
    fileSummary: { inputFileCount: 1, outputFileCount: totals.fileCount },
    targetInfo: [{ id: facts.targetConnectionId, type: 'TargetConnection', ...reference }],
  }
}

function activityOf(facts: RunFacts, completedAtMs: number, status: string): JsonObject {
  return {
    updatedAtUTC: completedAtMs,
    durationSummary: durationOf(facts, completedAtMs),
    latencySummary: {},
    statusSummary: { status, extensions: { type: facts.isRecurring ? 'incremental' : 'one-time' } },
  }
}
