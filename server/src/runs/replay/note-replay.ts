import type { RunTotals } from '#runs/run-document.ts'
import type { Run } from '#services/flow-service/runs/run.ts'
import { saveRun } from '#services/flow-service/runs/run-store.ts'
import type { Tx } from '#store/database.ts'
import { replayNote } from './replay-note.ts'

/** Writes down with the run whose rows were set aside what has become of them. Part of the commit of the replay. */
export async function noteReplay(
  tx: Tx,
  { replay, replayedId }: { readonly replay: Run; readonly replayedId: string },
  { totals, nowMs }: { readonly totals: RunTotals; readonly nowMs: number },
): Promise<void> {
  const told = { byRun: replay.id, byBatch: replay.batch_id ?? '', ...replayNote(totals) }
  const documentPatch = { metrics: { statusSummary: { extensions: { replay: told } } } }
  await saveRun(tx, replayedId, { documentPatch, nowMs })
}
