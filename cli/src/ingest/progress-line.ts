import type { Run } from '@headwater/contract/flow-service/runs.ts'
import { formatCounts } from '../print.ts'

const BAR_WIDTH = 24

/** How far a run is, in a line: `public.orders  ███░░░  31 %  1,250,000 rows  410,000 rows/s  38 MB/s  7 s left`. */
export function progressLine(table: string, { progress, metrics }: Run): string {
  if (progress === undefined) return `${table}  ${metrics.statusSummary.status}`
  const { rowsRead, bytesRead, rowsPerSecond, slicesDone, slicesTotal, estimatedRows = 0 } = progress
  const bySlices = slicesTotal === 0 ? 0 : slicesDone / slicesTotal
  // The statistics of the source may be old: what is not read yet is at least a hundredth.
  const share = estimatedRows > 0 ? Math.min(0.99, rowsRead / estimatedRows) : bySlices
  const seconds = rowsPerSecond === 0 ? 0 : rowsRead / rowsPerSecond
  const left = share > 0 && seconds > 0 ? `${Math.ceil(seconds / share - seconds)} s left` : undefined
  const filled = Math.round(share * BAR_WIDTH)
  return [
    table,
    `${'█'.repeat(filled)}${'░'.repeat(BAR_WIDTH - filled)} ${String(Math.round(share * 100)).padStart(3)} %`,
    formatCounts({ rows: rowsRead }),
    formatCounts({ 'rows/s': rowsPerSecond }),
    ...(seconds > 0 ? [`${Math.round(bytesRead / 1e6 / seconds)} MB/s`] : []),
    ...(left === undefined ? [] : [left]),
  ].join('  ')
}

/** Shows lines about something that goes on: in place on a terminal, elsewhere one a change, at most one a second. */
export class ProgressDisplay {
  readonly #stream: NodeJS.WriteStream
  #shownMs = 0

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream
  }

  show(line: string): void {
    if (this.#stream.isTTY) {
      const fitting = [...line].slice(0, Math.max(20, this.#stream.columns - 1)).join('')
      this.#stream.write(`\r\u001b[2K${fitting}`)
      return
    }
    const now = performance.now()
    if (now - this.#shownMs < 1_000) return
    this.#shownMs = now
    this.#stream.write(`${line}\n`)
  }

  /** What is written next starts on a clean line. */
  clear(): void {
    if (this.#stream.isTTY) this.#stream.write('\r\u001b[2K')
  }
}
