import type { RunDependencies } from '#runs/dependencies.ts'
import { listSliceResults } from '#runs/slice-ledger.ts'
import type { Run } from '#services/flow-service/runs/run.ts'

export interface HeldFile {
  readonly key: string
  readonly sizeBytes: number
}

/** The files with the rows that a run set aside; `undefined` when one of them is gone. */
export async function findHeldFiles(
  { db, storage }: Pick<RunDependencies, 'db' | 'storage'>,
  run: Pick<Run, 'id' | 'epoch'>,
): Promise<HeldFile[] | undefined> {
  const results = await listSliceResults(db, run.id, run.epoch)
  const files: HeldFile[] = []
  for (const { diagnosticsKey, rowsRejected } of results) {
    if (rowsRejected === 0) continue
    const found = diagnosticsKey === undefined ? undefined : await storage.stat(diagnosticsKey)
    if (diagnosticsKey === undefined || found === undefined) return undefined
    files.push({ key: diagnosticsKey, sizeBytes: found.sizeBytes })
  }
  return files
}
