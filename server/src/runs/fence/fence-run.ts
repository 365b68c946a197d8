import type { RememberedSource } from '#runs/drift/remembered-source.ts'
import { isSameSource } from '#runs/drift/settle-drift.ts'
import { watermarkAfter, windowStartOf } from '#services/flow-service/flows/flow-store.ts'
import type { FlowPlanInputs } from '#services/flow-service/flows/plan-inputs.ts'
import type { FlowRow, Run } from '#services/flow-service/runs/run.ts'
import type { Session } from '#source/postgres/connect/session.ts'
import type { RelationShape } from '#source/postgres/explore/describe-relation.ts'
import type { HeldSnapshot } from '#source/postgres/read/snapshot.ts'
import {
  type TransactionFence,
  unsettledSql,
  writtenBetweenSql,
} from '#source/postgres/read/transaction-fence.ts'
import type { Database } from '#store/database.ts'
import type { DeliveredFence } from './delivered-fence.ts'
import { leftFrom } from './fenced-condition.ts'

/** What the condition of a run has to know of transactions. */
export interface RunFence {
  readonly fence: TransactionFence
  readonly delivered: DeliveredFence | undefined
  readonly rewritten: readonly number[]
}

export interface FencedRun {
  /** Absent: the run takes what it sees of its window. */
  readonly fence?: RunFence | undefined
  /** To be remembered when the run lands. */
  readonly next: DeliveredFence | undefined
}

export interface FenceFacts {
  readonly run: Run
  readonly inputs: FlowPlanInputs
  readonly snapshot: HeldSnapshot
  readonly shape: RelationShape
  readonly remembered: RememberedSource | undefined
  readonly nowMs: number
}

/**
 * Fences a run that moves the watermark, where its rows have ids of transactions. A view has none, and those of a
 * materialised view are new with each refresh. A run over some past window leaves things as they stand.
 */
export async function fenceRun(db: Database, facts: FenceFacts): Promise<FencedRun> {
  const { run, snapshot, shape } = facts
  const flow = await db.selectFrom('flow').selectAll().where('id', '=', run.flow_id).executeTakeFirst()
  const delivered = deliveredBy(facts)
  if (flow === undefined || !movesWatermark(flow, facts)) return { next: delivered }
  const { fence } = snapshot
  if (fence === undefined || !canFence(facts, fence)) return { next: undefined }
  const files = await readFiles(snapshot.session, shape)
  const heaps = delivered === undefined ? [] : movedHeaps(shape, delivered, files)
  const rewritten = delivered && (await findRewritten(snapshot.session, { heaps, delivered, fence }))
  const sinceMs = run.window_start === null ? null : (delivered ?? { sinceMs: windowStartOf(flow) }).sinceMs
  const hasAll = run.window_end === null || run.window_end > facts.nowMs
  return {
    fence: { fence, delivered, rewritten: rewritten ?? [] },
    next: {
      ...fence,
      leftFromMs: leftFrom(run.window_start, fence, delivered),
      hasAll,
      hasTimeless: run.window_start === null,
      sinceMs,
      files,
    },
  }
}

/** A coarse fence could leave out hours of a copy of everything, which nobody may come to complete. */
function canFence({ run, inputs, shape }: FenceFacts, { isCoarse }: TransactionFence): boolean {
  const isHeap = shape.canReadInParallel && (shape.kind === 'table' || shape.kind === 'partitioned table')
  return inputs.deltaColumn !== undefined && isHeap && (run.window_end !== null || isCoarse !== true)
}

function movesWatermark(flow: FlowRow, { run, snapshot, nowMs }: FenceFacts): boolean {
  const endMs = run.window_end ?? snapshot.takenAtMs
  return watermarkAfter(flow, { startMs: run.window_start, endMs }, nowMs) !== undefined
}

/** Of another source, or of another table of the name, nothing was delivered. */
function deliveredBy({ remembered, inputs, shape }: FenceFacts): DeliveredFence | undefined {
  if (remembered === undefined || !isSameSource(remembered, inputs)) return undefined
  return remembered.shape.oid === shape.oid ? remembered.fence : undefined
}

async function readFiles(session: Session, { leaves }: RelationShape): Promise<Record<string, string>> {
  const rows = await session.query<{ oid: string; file: string }>(
    `select o::text as oid, coalesce(pg_catalog.pg_relation_filenode(o), 0)::text as file
       from unnest($1::oid[]) o`,
    [leaves.map(({ oid }) => oid)],
  )
  return Object.fromEntries(rows.map(({ oid, file }) => [oid, file]))
}

interface Heap {
  readonly oid: number
  readonly relation: string
}

function movedHeaps(
  { leaves }: RelationShape,
  delivered: DeliveredFence,
  files: Readonly<Record<string, string>>,
): readonly Heap[] {
  return leaves.filter(({ oid }) => {
    const before = delivered.files[String(oid)]
    return before !== undefined && before !== files[String(oid)]
  })
}

/**
 * VACUUM FULL and CLUSTER keep the ids of rows, ALTER TABLE and TRUNCATE do not: after those no row is older than the
 * last run, and rows that came late can't be told from others.
 */
async function findRewritten(
  session: Session,
  given: {
    readonly heaps: readonly Heap[]
    readonly delivered: DeliveredFence
    readonly fence: TransactionFence
  },
): Promise<readonly number[]> {
  const { delivered, fence } = given
  const isNew = [unsettledSql(delivered), writtenBetweenSql(delivered, fence)].filter(
    (part) => part !== undefined,
  )
  if (isNew.length === 0) return []
  const rewritten: number[] = []
  for (const { oid, relation } of given.heaps) {
    const sql = `select exists (select from only ${relation} where not (${isNew.join(' or ')})) as "hasOld"`
    const [row] = await session.patiently(() => session.query<{ hasOld: boolean }>(sql))
    if (row?.hasOld !== true) rewritten.push(oid)
  }
  return rewritten
}
