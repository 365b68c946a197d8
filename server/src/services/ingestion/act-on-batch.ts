import { BATCH_ACTIONS, type BatchAction } from '@headwater/contract/ingestion.ts'
import type { Scope } from '#http/scope.ts'
import { type Tx, transact } from '#store/database.ts'
import type { IngestedBatch } from './batch-port.ts'
import { isSubmitted, listOpenFiles, markSubmitted } from './file-store.ts'
import { assertUpload } from './find-upload.ts'
import type { IngestionDependencies } from './ingestion-dependencies.ts'
import { badRequest, conflict, notFound } from './problems.ts'

/** @throws {PlainProblem} 400 */
export function readAction<Action extends string>(text: unknown, actions: readonly Action[]): Action {
  const action = actions.find((known) => typeof text === 'string' && known === text.toUpperCase())
  if (action !== undefined) return action
  const given = text === undefined ? 'it is missing' : `not ${JSON.stringify(text)}`
  throw badRequest(`The parameter 'action' must be one of ${actions.join(', ')}; ${given}.`)
}

/**
 * Does what a client wants of a batch. What has been done already is done again without harm.
 *
 * @throws {PlainProblem} 400 for another action, 404, 409 when the batch is in no state for it
 */
export async function actOnBatch(
  deps: IngestionDependencies,
  scope: Scope,
  { id, action: text }: { readonly id: string; readonly action: unknown },
): Promise<void> {
  const action = readAction(text, BATCH_ACTIONS)
  const found = await deps.batches.find(scope, id)
  if (found === undefined) throw notFound('batch', id)
  if (action === 'REVERT') return revert(deps, scope, found)
  await assertUpload(deps, found)
  await transact(deps.db, async (tx) => {
    const batch = await deps.batches.lock(tx, scope, id)
    if (batch === undefined) throw notFound('batch', id)
    await ACTIONS[action](tx, deps, batch)
  })
  if (action !== 'COMPLETE') await deps.removeUploads(id)
}

type Act = (tx: Tx, deps: IngestionDependencies, batch: IngestedBatch) => Promise<void>

const ACTIONS: Readonly<Record<Exclude<BatchAction, 'REVERT'>, Act>> = {
  async COMPLETE(tx, deps, batch) {
    if (await isSubmitted(tx, batch.id)) return
    assertLoading(batch, 'loaded')
    const open = await listOpenFiles(tx, batch.id)
    if (open.length > 0)
      throw conflict(
        `The file '${open[0]}' of batch '${batch.id}' is not complete. Send action=COMPLETE for the file first.`,
      )
    await markSubmitted(tx, batch.id)
    await deps.batches.move(tx, batch, 'loaded')
    await deps.submitImport(tx, batch.id)
  },
  async ABORT(tx, deps, batch) {
    if (batch.status === 'aborted') return
    assertLoading(batch, 'aborted')
    await deps.batches.move(tx, batch, 'aborted')
  },
  async FAIL(tx, deps, batch) {
    if (batch.status === 'failed') return
    assertLoading(batch, 'failed')
    await deps.batches.fail(tx, batch)
  },
}

function assertLoading({ id, status }: IngestedBatch, wanted: string): void {
  if (status !== 'loading')
    throw conflict(
      `Batch '${id}' is ${status} and can't become ${wanted}: that goes only while it is loading.`,
    )
}

async function revert(
  { batches }: IngestionDependencies,
  scope: Scope,
  { id, status }: IngestedBatch,
): Promise<void> {
  if (status === 'inactive') return
  if (status !== 'success')
    throw conflict(
      `Batch '${id}' is ${status} and can't become inactive: only one in success has rows to take back.`,
    )
  await batches.withdraw(scope, id)
}
