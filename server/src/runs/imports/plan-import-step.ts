import { type ImportPayload, NOTHING_TO_WRITE, type StepHandler } from '#queue/step-queue.ts'
import type { RunDependencies } from '#runs/dependencies.ts'
import { advance, findActiveImport, lockActiveImport, startImportEpoch } from './import-ledger.ts'
import { makeImportPlan } from './make-import-plan.ts'
import { recoverImport } from './recover-import.ts'
import { submitImportCommit, submitImportExtracts } from './submit-import.ts'

/** `import.plan`: reads the shape of the table, and puts the files of the batch into slices. */
export function planImportStep(deps: RunDependencies): StepHandler<ImportPayload> {
  return {
    run: async ({ payload: { batchId } }) => {
      const found = await findActiveImport(deps.db, batchId)
      if (found === undefined) return NOTHING_TO_WRITE
      const { plan, slices } = await makeImportPlan(deps, found)
      return {
        write: async (tx) => {
          const current = await lockActiveImport(tx, batchId, found.epoch)
          if (current === undefined) return
          const epoch = await startImportEpoch(tx, current, { plan, slices })
          await advance(tx, current, 'queued', deps.now())
          const payload = { v: 1, batchId, epoch } as const
          const payloads = slices.map((_paths, ordinal) => ({ ...payload, ordinal }))
          if (payloads.length > 0) await submitImportExtracts(tx, deps.queue, { payloads })
          else await submitImportCommit(tx, deps.queue, { datasetId: plan.datasetId, payload })
        },
      }
    },
    recover: recoverImport(deps, 'import.plan'),
  }
}
