import { cpuOfTree, resetPeaks, watchPeaks } from './processes.ts'

/** What one execution took. */
export interface Cost {
  readonly wallMs: number
  /** User and system, of the program that is measured: all its processes and threads but its PostgreSQL. */
  readonly cpuMs: number
  /** Of the PostgreSQL that keeps Headwater's metadata. */
  readonly metadataCpuMs: number
  /** Of the PostgreSQL that is read. */
  readonly sourceCpuMs: number
  /** Of the processes of the program, the largest sizes added up. */
  readonly peakBytes: number
  /** Bytes of the files that were written; absent where none is. */
  readonly fileBytes?: number | undefined
  readonly files?: number | undefined
}

/** Measures an action of a program that runs already, by the tree below `root`. */
export async function meterRunning(
  { root, source }: { readonly root: number; readonly source: number },
  action: () => Promise<number>,
): Promise<Cost> {
  resetPeaks(root)
  const watch = watchPeaks(root, source)
  const before = { ours: cpuOfTree(root), source: cpuOfTree(source) }
  const wallMs = await action()
  const after = { ours: cpuOfTree(root), source: cpuOfTree(source) }
  const peaks = [...watch.stop().values()].filter(({ command }) => command !== 'postgres')
  return {
    wallMs,
    cpuMs: after.ours.othersMs - before.ours.othersMs,
    metadataCpuMs: after.ours.postgresMs - before.ours.postgresMs,
    sourceCpuMs: after.source.postgresMs - before.source.postgresMs,
    peakBytes: peaks.reduce((sum, { bytes }) => sum + bytes, 0),
  }
}
