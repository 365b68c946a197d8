import { describe, expect, test } from 'vitest'
import {
  type FailureFacts,
  failureDocument,
  type RunFacts,
  type RunTotals,
  successDocument,
} from './run-document.ts'

const COPY = '4f008a00-3a04-11eb-adc1-0242ac120002'
const PROMOTION = '37b34f84-1ada-11eb-adc1-0242ac120002'

const FACTS: RunFacts = {
  runId: 'run',
  sourceConnectionId: 'source',
  targetConnectionId: 'target',
  batchId: 'BATCH',
  startedAtMs: 1_000,
  copiedAtMs: 1_500,
  windowStartMs: 10,
  windowEndMs: 20,
  isRecurring: true,
  hasDiagnostics: true,
  publicUrl: 'http://lake',
}
const NOTHING: RunTotals = {
  rowsRead: 0,
  rowsWritten: 0,
  rowsRejected: 0,
  bytesRead: 0,
  bytesWritten: 0,
  fileCount: 0,
}
const SOME: RunTotals = {
  rowsRead: 100,
  rowsWritten: 97,
  rowsRejected: 3,
  bytesRead: 5_000,
  bytesWritten: 900,
  fileCount: 2,
}

function failed(failure: Partial<FailureFacts>, facts: RunFacts, totals: RunTotals) {
  const whole = { stage: 'copy', code: 'X', message: 'It failed.', details: [], ...failure } as const
  // biome-ignore lint/suspicious/noExplicitAny: a document is looked into member by member
  return failureDocument(facts, totals, whole, 2_000) as any
}

describe('a run that failed', () => {
  const unplanned: RunFacts = { ...FACTS, batchId: undefined, copiedAtMs: undefined, hasDiagnostics: false }

  test('before it was planned has no other stage than the one that failed, and no batch', () => {
    for (const [stage, code, activity] of [
      ['copy', 'CONNECTOR-1001-500', COPY],
      ['promotion', 'CONNECTOR-2001-500', PROMOTION],
      ['batch', 'CONNECTOR-3001-500', PROMOTION],
    ] as const) {
      const { metrics, activities } = failed({ stage }, unplanned, NOTHING)
      expect(metrics.statusSummary).toEqual({
        status: 'failed',
        errors: [{ code, message: 'It failed.' }],
        activityRefs: [activity],
        extensions: { type: 'incremental', errors: [{ code: 'X', message: 'It failed.' }] },
      })
      expect(activities).toMatchObject([
        { id: activity, statusSummary: { status: 'failed', errors: [{ code }] } },
      ])
      expect(metrics.fileSummary).toEqual({
        inputFileCount: 0,
        outputFileCount: 0,
        activityRefs: [activity],
      })
    }
  })

  test('while it was copied shows what was read until then, of which nothing landed', () => {
    const { metrics, activities } = failed(
      { code: 'CONNECTOR-1001-500' },
      { ...FACTS, copiedAtMs: undefined },
      SOME,
    )
    expect(activities).toMatchObject([
      { id: COPY, statusSummary: { status: 'failed' }, recordSummary: { inputRecordCount: 100 } },
    ])
    expect(metrics).toMatchObject({
      durationSummary: {
        startedAtUTC: 1_000,
        completedAtUTC: 2_000,
        extensions: { windowStart: 10, windowEnd: 20 },
      },
      sizeSummary: { inputBytes: 5_000, outputBytes: 0 },
      recordSummary: { inputRecordCount: 100, outputRecordCount: 0, failedRecordCount: 100 },
    })
    expect(metrics.statusSummary.extensions).not.toHaveProperty('errors')
  })

  test('on its way into the lake shows that the copy went well', () => {
    const { metrics, activities } = failed({ stage: 'promotion' }, FACTS, SOME)
    expect(activities).toMatchObject([
      {
        id: COPY,
        statusSummary: { status: 'success' },
        recordSummary: { outputRecordCount: 100 },
        durationSummary: { startedAtUTC: 1_000, completedAtUTC: 1_500 },
      },
      {
        id: PROMOTION,
        durationSummary: { startedAtUTC: 1_500, completedAtUTC: 2_000 },
        statusSummary: { status: 'failed', errors: [{ code: 'CONNECTOR-2001-500' }] },
        targetInfo: [{ reference: { ids: ['BATCH'] } }],
      },
    ])
    expect(activities[0].statusSummary).not.toHaveProperty('errors')
    expect(metrics.statusSummary.activityRefs).toEqual([PROMOTION])
    expect(metrics.statusSummary.extensions.manifest.failedRecords).toBe(
      'http://lake/data/foundation/export/batches/BATCH/meta?path=row_errors',
    )
  })
})

test('a run that could not map what it read, while there was more to read, did not finish the copy', () => {
  const { activities } = failed({ stage: 'promotion' }, { ...FACTS, copiedAtMs: undefined }, SOME)
  expect(activities).toMatchObject([
    { id: PROMOTION, durationSummary: { startedAtUTC: 1_000, completedAtUTC: 2_000 } },
  ])
})

test('a run that brought no rows sums up the copy, its only activity', () => {
  // biome-ignore lint/suspicious/noExplicitAny: a document is looked into member by member
  const { metrics, activities } = successDocument(FACTS, NOTHING, [], 2_000) as any
  expect(activities).toMatchObject([
    { id: COPY, sourceInfo: [{ id: 'source', reference: { type: 'AdfRunId', ids: ['run'] } }] },
  ])
  expect([metrics.statusSummary.activityRefs, metrics.fileSummary.activityRefs]).toEqual([[COPY], [COPY]])
})
