import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { InputFile } from '#engine/task.ts'
import type { LakeStorage } from '#lake/storage/lake-storage.ts'
import type { Database } from '#store/database.ts'

export interface FetchInputs {
  readonly batchId: string
  readonly paths: readonly string[]
  /** For copies of what is not on this machine. */
  readonly folder: string
  /** The format has to have each file in one piece. */
  readonly isWhole: boolean
  readonly signal: AbortSignal
}

/** The inputs of a slice as local files: where the lake is a folder, the very files that were uploaded. */
export async function fetchInputs(
  { db, storage }: { readonly db: Database; readonly storage: LakeStorage },
  { batchId, paths, folder, isWhole, signal }: FetchInputs,
): Promise<InputFile[]> {
  const files: InputFile[] = []
  for (const [index, path] of paths.entries()) {
    const keys = await partsOf(db, batchId, path)
    const target = join(folder, `input-${index}`)
    const local =
      isWhole && keys.length > 1
        ? [await copy(storage, keys, { target, signal })]
        : await localPaths(storage, keys, { target, signal })
    files.push({ name: path, paths: local })
  }
  return files
}

async function partsOf(db: Database, batchId: string, path: string): Promise<string[]> {
  const rows = await db
    .selectFrom('batch_input_part')
    .select('key')
    .where('batch_id', '=', batchId)
    .where('path', '=', path)
    .orderBy('first_byte')
    .execute()
  return rows.map(({ key }) => key)
}

interface CopyTarget {
  readonly target: string
  readonly signal: AbortSignal
}

/** Objects as local files: where the lake is a folder, they themselves. */
export async function localPaths(
  storage: LakeStorage,
  keys: readonly string[],
  { target, signal }: CopyTarget,
): Promise<string[]> {
  const paths: string[] = []
  for (const [index, key] of keys.entries()) {
    const local = storage.localPath(key)
    paths.push(local ?? (await copy(storage, [key], { target: `${target}-${index}`, signal })))
  }
  return paths
}

/** Puts objects behind each other into one file. */
async function copy(
  storage: LakeStorage,
  keys: readonly string[],
  { target, signal }: CopyTarget,
): Promise<string> {
  for (const key of keys) {
    const stream = await storage.openRead(key, undefined, { signal })
    await pipeline(stream, createWriteStream(target, { flags: 'a' }), { signal })
  }
  return target
}
