import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import type { Cost } from './meter.ts'
import { cpuOfEndedChildren, cpuOfTree, watchPeaks } from './processes.ts'

/** Runs a program from its start to its end, and says what it took; throws when it fails. */
export async function meterCommand(
  source: number,
  [program, ...args]: readonly [string, ...string[]],
  env: Readonly<Record<string, string>> = {},
): Promise<Cost> {
  const before = { spent: cpuOfEndedChildren(), source: cpuOfTree(source) }
  const startedMs = performance.now()
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, ...env } })
  const watch = watchPeaks(child.pid ?? 0, source)
  const complaint = text(child.stderr)
  const [code] = (await once(child, 'exit')) as [number | null]
  const wallMs = performance.now() - startedMs
  const peaks = [...watch.stop().values()]
  if (code !== 0) throw new Error(`${program} ended with ${code}: ${(await complaint).trim().slice(-600)}`)
  return {
    wallMs,
    cpuMs: cpuOfEndedChildren() - before.spent,
    metadataCpuMs: 0,
    sourceCpuMs: cpuOfTree(source).postgresMs - before.source.postgresMs,
    peakBytes: peaks.reduce((sum, { bytes }) => sum + bytes, 0),
  }
}
