import type { Readable } from 'node:stream'
import type { Scope } from '#http/scope.ts'
import { transact } from '#store/database.ts'
import { addPart, lockLoading, putFile } from './file-store.ts'
import { getUploadFolder, notLoading, readPath, type UploadTarget } from './find-upload.ts'
import type { IngestionDependencies } from './ingestion-dependencies.ts'
import { type ReceivedBytes, receiveBytes } from './receive-bytes.ts'

export interface FileBody {
  readonly body: Readable
  /** As the header says; 0 when it does not. */
  readonly length: number
}

/**
 * Takes a whole file. One of the same name is replaced.
 *
 * @throws {PlainProblem} 400 for a name that is none, 404, 409 when the batch takes no files, 413
 */
export async function uploadFile(
  deps: IngestionDependencies,
  scope: Scope,
  target: UploadTarget & { readonly path: string },
  file: FileBody,
): Promise<void> {
  const { batchId } = target
  const path = readPath(target.path)
  const folder = await getUploadFolder(deps, scope, target)
  const received = await receiveBytes(deps.storage, { folder, ...file })
  const replaced = await keep(deps, received, async (tx) => {
    if (!(await lockLoading(tx, batchId))) throw notLoading(batchId)
    const nowMs = deps.now()
    const { key, sizeBytes } = received
    const gone = await putFile(tx, { batchId, path }, { state: 'complete', sizeBytes, nowMs })
    await addPart(tx, { batchId, path }, { key, firstByte: 0, sizeBytes })
    return gone
  })
  await deps.storage.remove(replaced)
}

/** Removes what was received if nothing comes to refer to it. */
export async function keep<T>(
  { db, storage }: IngestionDependencies,
  { key }: ReceivedBytes,
  write: Parameters<typeof transact<T>>[1],
): Promise<T> {
  try {
    return await transact(db, write)
  } catch (error) {
    await storage.remove([key])
    throw error
  }
}
