import type { ImportPayload, StepQueue, SubmitOptions } from '#queue/step-queue.ts'
import type { Tx } from '#store/database.ts'

type Delay = Pick<SubmitOptions, 'delayMs'>

/** Submits the planning of an import: what a batch needs when its files have come. */
export function submitImport(tx: Tx, queue: StepQueue, batchId: string, delay: Delay = {}): Promise<void> {
  return queue.submit(tx, 'import.plan', { v: 1, batchId }, delay)
}

/** Submits slices of an import. */
export function submitImportExtracts(
  tx: Tx,
  queue: StepQueue,
  { payloads, ...delay }: { payloads: readonly ImportPayload[] } & Delay,
): Promise<void> {
  return queue.submitAll(tx, 'import.extract', payloads, delay)
}

/** Submits the commit of an epoch. Those of one table go on one after the other. */
export function submitImportCommit(
  tx: Tx,
  queue: StepQueue,
  { datasetId, payload, ...delay }: { datasetId: string; payload: ImportPayload } & Delay,
): Promise<void> {
  return queue.submit(tx, 'import.commit', payload, { group: datasetId, ...delay })
}
