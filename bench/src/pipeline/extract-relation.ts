import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Engine } from '@headwater/server/engine/engine.ts'
import type { ExtractTask, SliceOutput } from '@headwater/server/engine/task.ts'
import { columnsOf } from '@headwater/server/lake/parquet/leaves.ts'
import { readBack } from '@headwater/server/lake/query/verify-file.ts'
import { identityMapping, planMapping } from '@headwater/server/mapping/plan-mapping.ts'
import {
  describeRelation,
  type RelationShape,
} from '@headwater/server/source/postgres/explore/describe-relation.ts'
import { parseConnectionTarget } from '@headwater/server/source/postgres/params/connection-target.ts'
import { copyStatement } from '@headwater/server/source/postgres/read/copy-statement.ts'
import { planSlices } from '@headwater/server/source/postgres/read/plan-slices.ts'
import { type HeldSnapshot, holdSnapshot } from '@headwater/server/source/postgres/read/snapshot.ts'

/** What this process is to do; JSON in its first argument. */
export interface RelationTask {
  /** As a base connection has it. */
  readonly source: Readonly<Record<string, unknown>>
  readonly relation: string
  readonly laneCount: number
  readonly sliceBytes: number
}

/** What it took; JSON on standard output. */
export interface RelationCost {
  readonly rowCount: number
  readonly wallMs: number
  /** User and system, of all threads. */
  readonly cpuMs: number
  /** The part of it that reading back takes, measured on the same files once more. */
  readonly verifyCpuMs: number
  readonly peakBytes: number
  readonly fileBytes: number
}

/** A whole relation through the engine as a run does it, without the API and the queue in front of it. */
async function measure(task: RelationTask): Promise<RelationCost> {
  const folder = await mkdtemp(join(tmpdir(), 'headwater-bench-pipeline-'))
  const target = parseConnectionTarget('Basic Authentication', task.source)
  const engine = new Engine({ laneCount: task.laneCount })
  try {
    const [startedMs, startedCpu] = [performance.now(), process.cpuUsage()]
    await using snapshot = await holdSnapshot(target)
    const tasks = planTasks(await describeRelation(snapshot.session, task.relation), task, snapshot, folder)
    const { signal } = new AbortController()
    const outputs = await Promise.all(
      tasks.map((slice) => engine.extract(slice, { signal, onProgress: () => {} })),
    )
    assertProven(outputs)
    const wallMs = performance.now() - startedMs
    const cpuMs = sumOf(process.cpuUsage(startedCpu)) / 1000
    const peakBytes = process.resourceUsage().maxRSS * 1024
    return {
      rowCount: outputs.reduce((sum, output) => sum + output.rowsWritten, 0),
      wallMs,
      cpuMs,
      verifyCpuMs: await verifyAgain(tasks),
      peakBytes,
      fileBytes: outputs.reduce((sum, output) => sum + (output.part?.sizeBytes ?? 0), 0),
    }
  } finally {
    await engine.close()
    await rm(folder, { recursive: true, force: true })
  }
}

function planTasks(
  shape: RelationShape,
  { sliceBytes }: RelationTask,
  snapshot: HeldSnapshot,
  folder: string,
): ExtractTask[] {
  const columns = shape.columns.map(({ name, type, nullable }) => ({ name, type: type.columnType, nullable }))
  const fields = columns.map(({ name, type }, index) => ({ id: index + 1, name, required: false, type }))
  const { plan } = planMapping({ entries: identityMapping(columns, fields), columns, fields })
  return planSlices(shape, { targetBytes: sliceBytes }).map((slice, index) => ({
    source: snapshot.session.target,
    snapshotId: snapshot.snapshotId,
    sql: copyStatement(slice, shape.columns),
    columns: shape.columns.map(({ name, type }) => ({ name, type })),
    mapping: plan,
    fields,
    partPath: join(folder, `${index}.parquet`),
    keyValues: {},
    nowMs: 0,
  }))
}

function assertProven(outputs: readonly SliceOutput[]): void {
  for (const { sent, landed, path } of outputs.flatMap(({ proof }) => proof)) {
    if (sent.digest !== landed.digest) throw new Error(`${path} has not landed as it was sent`)
  }
}

async function verifyAgain(tasks: readonly ExtractTask[]): Promise<number> {
  const started = process.cpuUsage()
  for (const { partPath, fields } of tasks) await readBack(partPath, columnsOf(fields))
  return sumOf(process.cpuUsage(started)) / 1000
}

const sumOf = ({ user, system }: NodeJS.CpuUsage): number => user + system

const cost = await measure(JSON.parse(process.argv[2] ?? '{}') as RelationTask)
process.stdout.write(JSON.stringify(cost))
