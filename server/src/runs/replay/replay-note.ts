import type { RunTotals } from '#runs/run-document.ts'

/** What a replay has done, as both runs tell it. */
interface ReplayNote {
  readonly recordCount: number
  readonly replayedRecordCount: number
  /** Set aside again, with the diagnostics of the replay. */
  readonly failedRecordCount: number
}

export function replayNote({ rowsRead, rowsWritten, rowsRejected }: RunTotals): ReplayNote {
  return { recordCount: rowsRead, replayedRecordCount: rowsWritten, failedRecordCount: rowsRejected }
}
