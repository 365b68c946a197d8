import type { ImportPayload, StepHandler } from '#queue/step-queue.ts'
import type { RunDependencies } from '#runs/dependencies.ts'
import { judgeError, type Verdict } from '#runs/judge-error.ts'
import { RunFailedError } from '#runs/run-failed-error.ts'
import { totalsOf } from '#runs/run-totals.ts'
import { batchErrorsOf } from '#services/catalog/batch-document.ts'
import { completeBatch } from '#services/catalog/batch-store.ts'
import type { Tx } from '#store/database.ts'
import {
  advance,
  countImportError,
  type LockedImport,
  listImportResults,
  lockActiveImport,
  planOf,
} from './import-ledger.ts'
import { submitImport, submitImportCommit, submitImportExtracts } from './submit-import.ts'
import { tidyImport } from './tidy-import.ts'

type CountedStep = 'import.plan' | 'import.extract' | 'import.commit'

const RETRY_DELAYS_MS: readonly number[] = [1_000, 2_000, 4_000, 8_000, 15_000]
/** After so many errors the batch counts as stalled, while it is still tried again. */
const RETRIES = 3

/** What becomes of a step of an import that threw, as for runs: tried again later each time, or the end. */
export function recoverImport(
  deps: RunDependencies,
  step: CountedStep,
): NonNullable<StepHandler<ImportPayload>['recover']> {
  return async ({ payload }, error) => {
    const verdict = judgeError(error)
    deps.log.warn({ err: error, step, ...payload, mayPass: verdict.mayPass }, 'a step of an import failed')
    return {
      write: (tx) => tryAgainOrFail(tx, deps, { step, payload, verdict }),
      afterCommit: () => tidyImport(deps, payload.batchId),
    }
  }
}

/** `import.dead`: a step has used up its attempts, which only a machine that dies again and again brings about. */
export function deadImportStep(deps: RunDependencies): StepHandler<ImportPayload> {
  return {
    run: async ({ payload }) => ({
      write: async (tx) => {
        const current = await lockActiveImport(tx, payload.batchId, payload.epoch)
        const message =
          "A step of this import was interrupted in every one of its attempts. The server's log says more under the id of the batch."
        if (current !== undefined)
          await failImport(tx, deps, current, new RunFailedError('promotion', message))
      },
      afterCommit: () => tidyImport(deps, payload.batchId),
    }),
  }
}

interface FailedStep {
  readonly step: CountedStep
  readonly payload: ImportPayload
  readonly verdict: Verdict
}

async function tryAgainOrFail(tx: Tx, deps: RunDependencies, failed: FailedStep): Promise<void> {
  const { payload, verdict } = failed
  const current = await lockActiveImport(tx, payload.batchId, payload.epoch)
  if (current === undefined) return
  const delays = deps.retryDelaysMs ?? RETRY_DELAYS_MS
  const count = verdict.mayPass ? await countImportError(tx, payload) : delays.length + 1
  const delayMs = delays[count - 1]
  if (delayMs === undefined) return failImport(tx, deps, current, verdict.failure)
  await advance(tx, current, count > RETRIES ? 'stalled' : 'retrying', deps.now())
  await submitAgain(tx, deps, { ...failed, current, delayMs })
}

async function submitAgain(
  tx: Tx,
  { queue }: RunDependencies,
  { step, payload, current, delayMs }: FailedStep & { current: LockedImport; delayMs: number },
): Promise<void> {
  const { batchId, datasetId } = current
  switch (step) {
    case 'import.plan':
      return submitImport(tx, queue, batchId, { delayMs })
    case 'import.extract':
      return submitImportExtracts(tx, queue, { payloads: [payload], delayMs })
    case 'import.commit':
      return submitImportCommit(tx, queue, { datasetId, payload, delayMs })
  }
}

/** Ends the batch as failed. Nothing of it becomes visible. */
async function failImport(
  tx: Tx,
  deps: RunDependencies,
  current: LockedImport,
  failure: RunFailedError,
): Promise<void> {
  const { batchId, plan } = current
  const totals = totalsOf(await listImportResults(tx, current))
  const { inputByteSize, inputFileCount } = plan === null ? {} : planOf(current)
  const { code, message, details } = failure
  const recordCount = totals.rowsRejected > 0 ? totals.rowsRejected : undefined
  await completeBatch(tx, batchId, {
    status: 'failed',
    metrics: { outputRecordCount: 0, failedRecordCount: totals.rowsRead, inputByteSize, inputFileCount },
    errors: batchErrorsOf([{ code, message, recordCount }, ...details]),
    files: [],
    nowMs: deps.now(),
  })
  deps.log.warn({ batchId, code, reason: message }, 'batch failed')
}
