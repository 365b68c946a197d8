import { FILE_ACTIONS, type UploadedFile } from '@headwater/contract/ingestion.ts'
import type { Scope } from '#http/scope.ts'
import { transact } from '#store/database.ts'
import { readAction } from './act-on-batch.ts'
import { readContentRange } from './content-range.ts'
import {
  addPart,
  type FileKey,
  type FilePart,
  findFile,
  listParts,
  lockLoading,
  putFile,
  updateFile,
} from './file-store.ts'
import { getUpload, getUploadFolder, notLoading, readPath, type UploadTarget } from './find-upload.ts'
import type { IngestionDependencies } from './ingestion-dependencies.ts'
import { badRequest, conflict, notFound } from './problems.ts'
import { type FileBody, keep } from './put-file.ts'
import { receiveBytes } from './receive-bytes.ts'

export type FileTarget = UploadTarget & { readonly path: string }

/**
 * Begins a file that comes in pieces, or says that all of them have come.
 *
 * @throws {PlainProblem} 400 for another action, or for pieces that overlap or leave gaps; 404, 409
 */
export async function actOnFile(
  deps: IngestionDependencies,
  scope: Scope,
  target: FileTarget & { readonly action: unknown },
): Promise<{ readonly file: UploadedFile; readonly isNew: boolean }> {
  const action = readAction(target.action, FILE_ACTIONS)
  const key = { batchId: target.batchId, path: readPath(target.path) }
  await getUploadFolder(deps, scope, target)
  const gone = await transact(deps.db, async (tx) => {
    if (!(await lockLoading(tx, key.batchId))) throw notLoading(key.batchId)
    if (action === 'INITIALIZE') return putFile(tx, key, { state: 'open', sizeBytes: 0, nowMs: deps.now() })
    if ((await findFile(tx, key)) === undefined) throw notFound('file', key.path)
    assertGapless(key.path, await listParts(tx, key))
    await updateFile(tx, key, { state: 'complete', nowMs: deps.now() })
    return []
  })
  await deps.storage.remove(gone)
  return { file: await getFile(deps, key), isNew: action === 'INITIALIZE' }
}

/**
 * Takes a piece of a file that was begun.
 *
 * @throws {PlainProblem} 400 when the bytes are not those that the header names; 404, 409, 413
 */
export async function uploadPart(
  deps: IngestionDependencies,
  scope: Scope,
  target: FileTarget & { readonly contentRange: string | undefined },
  body: FileBody,
): Promise<UploadedFile> {
  const key = { batchId: target.batchId, path: readPath(target.path) }
  const { firstByte, sizeBytes } = readContentRange(target.contentRange)
  const folder = await getUploadFolder(deps, scope, target)
  assertOpen(key, await findFile(deps.db, key))
  const received = await receiveBytes(deps.storage, { folder, ...body })
  const replaced = await keep(deps, received, async (tx) => {
    if (received.sizeBytes !== sizeBytes)
      throw badRequest(`Content-Range names ${sizeBytes} bytes, and ${received.sizeBytes} have come.`)
    if (!(await lockLoading(tx, key.batchId))) throw notLoading(key.batchId)
    assertOpen(key, await findFile(tx, key))
    const gone = await addPart(tx, key, { key: received.key, firstByte, sizeBytes })
    await updateFile(tx, key, { state: 'open', nowMs: deps.now() })
    return gone
  })
  await deps.storage.remove(replaced)
  return getFile(deps, key)
}

/** What has come of a file so far. @throws {PlainProblem} 404 */
export async function describeUpload(
  deps: IngestionDependencies,
  scope: Scope,
  target: FileTarget,
): Promise<UploadedFile> {
  await getUpload(deps, scope, target)
  return getFile(deps, target)
}

async function getFile({ db }: IngestionDependencies, key: FileKey): Promise<UploadedFile> {
  const file = await findFile(db, key)
  if (file === undefined) throw notFound('file', key.path)
  return file
}

function assertOpen({ path }: FileKey, file: UploadedFile | undefined): void {
  if (file === undefined) throw notFound('file', path)
  if (file.state !== 'open')
    throw conflict(`The file '${path}' is complete. Begin it anew with action=INITIALIZE.`)
}

/** Every byte from the first to the last comes once. */
function assertGapless(path: string, parts: readonly FilePart[]): void {
  if (parts.length === 0) throw badRequest(`No bytes of the file '${path}' have come.`)
  let end = 0
  for (const { firstByte, sizeBytes } of parts) {
    if (firstByte < end)
      throw badRequest(`The bytes ${firstByte} to ${end - 1} of the file '${path}' have come more than once.`)
    if (firstByte > end)
      throw badRequest(`The bytes ${end} to ${firstByte - 1} of the file '${path}' are missing.`)
    end += sizeBytes
  }
}
