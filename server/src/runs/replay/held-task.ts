import { join } from 'node:path'
import { RECORD_COLUMNS } from '#engine/record-columns.ts'
import type { ImportTask } from '#engine/task.ts'
import type { LakeStorage } from '#lake/storage/lake-storage.ts'
import { localPaths } from '#runs/imports/fetch-inputs.ts'
import type { StoredRunPlan } from '#runs/stored-plan.ts'
import type { HeldSlice } from './held-slice.ts'

export type HeldTask = Pick<ImportTask, 'files' | 'format' | 'columns' | 'held'>

/** How a lane reads rows that were set aside: the lines of their files, which it makes columns again. */
export async function heldTask(
  storage: LakeStorage,
  { plan, slice }: { readonly plan: StoredRunPlan; readonly slice: HeldSlice },
  { folder, signal }: { readonly folder: string; readonly signal: AbortSignal },
): Promise<HeldTask> {
  const files = await Promise.all(
    slice.files.map(async (key, index) => ({
      name: key,
      paths: await localPaths(storage, [key], { target: join(folder, `held-${index}`), signal }),
    })),
  )
  return { files, format: { kind: 'json-lines' }, columns: RECORD_COLUMNS, held: plan.columns }
}
