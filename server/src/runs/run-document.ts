import type { JsonObject } from '#kit/json.ts'
import type { DriftEntry } from './drift/judge-drift.ts'
import { replayNote } from './replay/replay-note.ts'

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
  readonly runId: string
  readonly sourceConnectionId: string
  readonly targetConnectionId: string
  /** Of a run that was planned. */
  readonly batchId: string | undefined
  readonly startedAtMs: number
  /** When all that there is to read was read; `undefined` of a run that did not get that far. */
  readonly copiedAtMs: number | undefined
  readonly windowStartMs: number | undefined
  readonly windowEndMs: number | undefined
  readonly isRecurring: boolean
  /** Rows that were set aside can be looked at. */
  readonly hasDiagnostics: boolean
  /** What has changed of the source since the last run that landed, of a run that was planned. */
  readonly drift?: readonly DriftEntry[] | undefined
  /** The run whose rows it brings in. */
  readonly replayOf?: string | undefined
  readonly publicUrl: string
}

/** An error or a warning of a run as the API lists it; `recordCount` where it is about rows. */
export interface RunMessage {
  readonly code: string
  readonly message: string
  readonly recordCount?: number | undefined
}

/** Where in a run it happened: while rows were copied from the source, on their way into the lake, or before it. */
export type RunStage = 'copy' | 'promotion' | 'batch'

export const RUN_ERROR = Object.freeze({
  copy: 'CONNECTOR-1001-500',
  promotion: 'CONNECTOR-2001-500',
  /** There is nothing that a batch could be made for. */
  batch: 'CONNECTOR-3001-500',
  someRecords: 'INGEST-1212-400',
  someRecordsWithoutDiagnostics: 'INGEST-1211-400',
})

const COPY_ACTIVITY = '4f008a00-3a04-11eb-adc1-0242ac120002'
const PROMOTION_ACTIVITY = '37b34f84-1ada-11eb-adc1-0242ac120002'

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
  const [summary] = totals.rowsRejected > 0 ? messages : []
  const outer = summary === undefined ? [] : [{ code: RUN_ERROR.promotion, message: summary.message }]
  const copied = copyActivity(facts, totals, { status: 'success', ...copySpan(facts, completedAtMs) })
  const promoted = promotionActivity(facts, totals, {
    status: 'success',
    ...promotionSpan(facts, completedAtMs),
  })
  const activities = totals.rowsRead > 0 ? [copied, promoted] : [copied]
  const told = { status: 'success', outer, inner: messages } as const
  return { metrics: metricsOf(facts, totals, { completedAtMs, activities, told }), activities }
}

/** What a failed run says of its failure. */
export interface FailureFacts {
  readonly stage: RunStage
  readonly code: string
  readonly message: string
  readonly details: readonly RunMessage[]
  /** What has changed of the source, of a run that was not planned. */
  readonly drift?: readonly DriftEntry[] | undefined
}

/**
 * The document of a run that failed. Its activities are the stages that were gone through and the one that
 * failed.
 */
export function failureDocument(
  facts: RunFacts,
  totals: RunTotals,
  failure: FailureFacts,
  completedAtMs: number,
): JsonObject {
  const nothingLanded = { ...totals, rowsWritten: 0, bytesWritten: 0, fileCount: 0 }
  const { outer, inner } = failureMessages(failure)
  const failed = { status: 'failed', errors: outer } as const
  const copied = { status: 'success', ...copySpan(facts, completedAtMs) } as const
  const activities =
    failure.stage === 'copy'
      ? [copyActivity(facts, totals, { ...copied, ...failed })]
      : [
          ...(facts.copiedAtMs === undefined ? [] : [copyActivity(facts, totals, copied)]),
          promotionActivity(facts, nothingLanded, { ...failed, ...promotionSpan(facts, completedAtMs) }),
        ]
  const told = { status: 'failed', outer, inner } as const
  // A run that was planned once more has another plan than this.
  const known = { ...facts, drift: isEmpty(failure.drift) ? facts.drift : failure.drift }
  return { metrics: metricsOf(known, nothingLanded, { completedAtMs, activities, told }), activities }
}

function isEmpty(items: readonly unknown[] = []): boolean {
  return items.length === 0
}

/** A failure under the platform's code, and what else is known of it: its own code, and what led to it. */
export function failureMessages({
  stage,
  code,
  message,
  details,
}: Pick<FailureFacts, 'stage' | 'code' | 'message' | 'details'>): {
  readonly outer: readonly RunMessage[]
  readonly inner: readonly RunMessage[]
} {
  const own = code === RUN_ERROR[stage] ? [] : [{ code, message }]
  return { outer: [{ code: RUN_ERROR[stage], message }], inner: [...own, ...details] }
}

interface Ending {
  readonly completedAtMs: number
  readonly activities: readonly JsonObject[]
  readonly told: {
    readonly status: 'success' | 'failed'
    readonly outer: readonly RunMessage[]
    readonly inner: readonly RunMessage[]
  }
}

function metricsOf(
  facts: RunFacts,
  totals: RunTotals,
  { completedAtMs, activities, told }: Ending,
): JsonObject {
  // What the metrics of a run sum up: its last activity.
  const activityRefs = activities.slice(-1).map(({ id }) => String(id))
  return {
    durationSummary: durationOf(facts, { fromMs: facts.startedAtMs, toMs: completedAtMs }),
    sizeSummary: { inputBytes: totals.bytesRead, outputBytes: totals.bytesWritten },
    recordSummary: recordsOf(totals),
    fileSummary: {
      inputFileCount: totals.rowsRead > 0 ? 1 : 0,
      outputFileCount: totals.fileCount,
      activityRefs,
      ...(facts.batchId === undefined
        ? {}
        : { manifest: { fileInfo: [{ path: `${metaUrl(facts)}?path=input_files` }] } }),
    },
    statusSummary: { ...statusSummary(facts, totals, told), activityRefs },
  }
}

function statusSummary(
  facts: RunFacts,
  totals: RunTotals,
  { status, outer, inner }: Ending['told'],
): JsonObject {
  const hasManifest = facts.hasDiagnostics && totals.rowsRejected > 0
  const drift = facts.drift ?? []
  return {
    status,
    ...(outer.length > 0 ? { errors: outer.map((message) => ({ ...message })) } : {}),
    extensions: {
      type: typeOf(facts),
      ...(inner.length > 0 ? { errors: inner.map((message) => ({ ...message })) } : {}),
      ...(drift.length > 0 ? { drift: drift.map((entry) => ({ ...entry })) } : {}),
      ...(facts.replayOf === undefined ? {} : { replay: { of: facts.replayOf, ...replayNote(totals) } }),
      ...(hasManifest ? { manifest: manifestOf(facts) } : {}),
    },
  }
}

function typeOf({ isRecurring }: RunFacts): string {
  return isRecurring ? 'incremental' : 'one-time'
}

function metaUrl({ publicUrl, batchId }: RunFacts): string {
  return `${publicUrl}/data/foundation/export/batches/${batchId}/meta`
}

function manifestOf(facts: RunFacts): JsonObject {
  const base = metaUrl(facts)
  return { failedRecords: `${base}?path=row_errors`, sampleErrors: `${base}?path=row_error_samples.json` }
}

/** Epoch milliseconds. */
interface Span {
  readonly fromMs: number
  readonly toMs: number
}

function copySpan({ startedAtMs, copiedAtMs }: RunFacts, completedAtMs: number): Span {
  return { fromMs: startedAtMs, toMs: copiedAtMs ?? completedAtMs }
}

function promotionSpan({ startedAtMs, copiedAtMs }: RunFacts, completedAtMs: number): Span {
  return { fromMs: copiedAtMs ?? startedAtMs, toMs: completedAtMs }
}

function durationOf({ windowStartMs, windowEndMs }: RunFacts, { fromMs, toMs }: Span): JsonObject {
  const window =
    windowEndMs === undefined
      ? {}
      : { extensions: { windowStart: windowStartMs ?? 0, windowEnd: windowEndMs } }
  return { startedAtUTC: fromMs, completedAtUTC: Math.max(fromMs, toMs), ...window }
}

/** input = output + failed + skipped, always; nothing is skipped here. */
function recordsOf(totals: RunTotals): JsonObject {
  return {
    inputRecordCount: totals.rowsRead,
    outputRecordCount: totals.rowsWritten,
    createdRecordCount: totals.rowsWritten,
    failedRecordCount: totals.rowsRead - totals.rowsWritten,
    skippedRecordCount: 0,
  }
}

/** How one stage of a run went. */
interface ActivityOutcome extends Span {
  readonly status: 'success' | 'failed'
  readonly errors?: readonly RunMessage[] | undefined
}

function copyActivity(facts: RunFacts, totals: RunTotals, outcome: ActivityOutcome): JsonObject {
  return {
    ...activityOf(facts, outcome),
    id: COPY_ACTIVITY,
    name: 'PostgreSQL Copy Activity',
    sizeSummary: { inputBytes: totals.bytesRead, outputBytes: totals.bytesRead },
    recordSummary: { inputRecordCount: totals.rowsRead, outputRecordCount: totals.rowsRead },
    fileSummary: {
      inputFileCount: totals.rowsRead > 0 ? 1 : 0,
      outputFileCount: totals.rowsRead > 0 ? 1 : 0,
    },
    sourceInfo: [
      {
        id: facts.sourceConnectionId,
        type: 'SourceConnection',
        // The platform's word for a run of the engine that copies.
        reference: { type: 'AdfRunId', ids: [facts.runId] },
      },
    ],
  }
}

function promotionActivity(facts: RunFacts, totals: RunTotals, outcome: ActivityOutcome): JsonObject {
  const reference = facts.batchId === undefined ? {} : { reference: { type: 'Batch', ids: [facts.batchId] } }
  return {
    ...activityOf(facts, outcome),
    id: PROMOTION_ACTIVITY,
    name: 'Promotion Activity',
    sizeSummary: { inputBytes: totals.bytesRead, outputBytes: totals.bytesWritten },
    recordSummary: recordsOf(totals),
    fileSummary: { inputFileCount: 1, outputFileCount: totals.fileCount },
    targetInfo: [{ id: facts.targetConnectionId, type: 'TargetConnection', ...reference }],
  }
}

function activityOf(facts: RunFacts, { status, errors, ...span }: ActivityOutcome): JsonObject {
  return {
    updatedAtUTC: span.toMs,
    durationSummary: durationOf(facts, span),
    latencySummary: {},
    statusSummary: {
      status,
      ...(errors === undefined ? {} : { errors: errors.map((message) => ({ ...message })) }),
      extensions: { type: typeOf(facts) },
    },
  }
}
