import type { Scope } from '#http/scope.ts'
import type { IngestedBatch } from './batch-port.ts'
import { findLocation, isSubmitted } from './file-store.ts'
import type { IngestionDependencies } from './ingestion-dependencies.ts'
import { badRequest, conflict, notFound } from './problems.ts'

/** What the path of a request names. */
export interface UploadTarget {
  readonly batchId: string
  readonly datasetId: string
}

/** The batch of a request. @throws {PlainProblem} 404 */
export async function getUpload(
  { batches }: IngestionDependencies,
  scope: Scope,
  { batchId, datasetId }: UploadTarget,
): Promise<IngestedBatch> {
  const batch = await batches.find(scope, batchId)
  if (batch === undefined) throw notFound('batch', batchId)
  if (batch.datasetId !== datasetId) throw notFound('dataset', datasetId)
  return batch
}

/**
 * The folder of the lake for the files of a batch that still takes some.
 *
 * @throws {PlainProblem} 404, 409
 */
export async function getUploadFolder(
  deps: IngestionDependencies,
  scope: Scope,
  target: UploadTarget,
): Promise<string> {
  const batch = await getUpload(deps, scope, target)
  await assertUpload(deps, batch)
  if (batch.status !== 'loading') throw notLoading(target.batchId)
  const location = await findLocation(deps.db, target.datasetId)
  if (location === undefined) throw notFound('dataset', target.datasetId)
  return `${location}/uploads/${target.batchId}`
}

/** A run ends its own batch, and what was written down in the catalogue takes no files. @throws {PlainProblem} 409 */
export async function assertUpload(
  { db }: Pick<IngestionDependencies, 'db'>,
  { id, runId }: IngestedBatch,
): Promise<void> {
  if (runId !== null) throw conflict(`Batch '${id}' is written by the run ${runId}, which ends it.`)
  if ((await isSubmitted(db, id)) === undefined)
    throw conflict(`Batch '${id}' was written down in the catalogue and takes no files. Make another here.`)
}

export function notLoading(batchId: string) {
  return conflict(`Batch '${batchId}' takes no files any more. Make another batch for them.`)
}

const MAX_PATH = 1_000

/** The name of a file, which may have folders in it. @throws {PlainProblem} 400 */
export function readPath(path: string): string {
  const segments = path.split('/')
  const isSound =
    path.length <= MAX_PATH &&
    !/\p{Cc}/u.test(path) &&
    segments.every((segment) => !['', '.', '..'].includes(segment))
  if (isSound) return path
  throw badRequest(
    `${JSON.stringify(path)} can't be the name of a file. Use up to ${MAX_PATH} characters, with single slashes between folders.`,
  )
}
