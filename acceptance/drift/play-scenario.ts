import { setTimeout as sleep } from 'node:timers/promises'
import type { Answer } from '@headwater/testkit/api-client.ts'
import pg from 'pg'
import type { DriftWorld } from './drift-world.ts'
import type { DriftKind, Outcome } from './kind.ts'
import { rowsOf, TABLE } from './scenario-table.ts'

export type Timing = 'between' | 'during'

/** A row by field, every value as text. */
export type TextRow = Readonly<Record<string, string | null>>

/** What happened in a scenario, for tests to judge. */
export interface Played {
  /** The run that met the change. */
  readonly run: Answer
  /** The rows that all runs that landed have brought, as SQL tells them. */
  readonly expected: readonly TextRow[]
  readonly metadataPath: string
  /** The change had to wait for the run. */
  readonly hasWaited: boolean
}

/** One run, a change, and another run: after the change, or while it is made. */
export async function playScenario(world: DriftWorld, kind: DriftKind, timing: Timing): Promise<Played> {
  const schema = `${timing}_${kind.id.replaceAll('-', '_')}`
  await using stage = await openStage(world, schema)
  await stage.query(TABLE)
  await using reader = kind.asReader === true ? await world.makeReader(schema) : undefined
  if (kind.setup !== undefined) await stage.query(kind.setup)
  const relation = kind.relation ?? 'items'
  const flow = await world.makeFlow({
    connectionId: await (reader === undefined ? world.connection() : world.connect(reader)),
    tableName: `${schema}.${relation}`,
    params: kind.policy === undefined ? {} : { schemaDrift: kind.policy },
  })
  const first = await landedRows(stage, relation)
  await world.startRun(flow.flowId)
  const before = await world.ended(flow.flowId)
  if (before.metrics.statusSummary.status !== 'success')
    throw new Error(`the first run failed: ${JSON.stringify(before.metrics.statusSummary)}`)
  const ended =
    timing === 'between' ? change(world, stage, kind, flow.flowId) : meet(world, stage, kind, flow.flowId)
  const { run, rows, hasWaited } = await ended
  const hasLanded = run.metrics.statusSummary.status === 'success'
  return {
    run,
    expected: hasLanded ? [...first, ...rows] : first,
    metadataPath: await world.metadataPath(flow.datasetId),
    hasWaited,
  }
}

interface Stage extends AsyncDisposable {
  query(sql: string): Promise<TextRow[]>
  /** Resolves when the last statement waits for a lock that somebody else has. */
  isWaiting(): Promise<boolean>
}

/** A session in a schema of its own. */
async function openStage(world: DriftWorld, schema: string): Promise<Stage> {
  const client = new pg.Client({ connectionString: world.source.url })
  await client.connect()
  await client.query(`create schema ${schema}; set search_path to ${schema}, public`)
  const { rows } = await client.query('select pg_backend_pid() as pid')
  const isWaiting = async (): Promise<boolean> => {
    const waiting = `select from pg_locks where pid = ${rows[0].pid} and not granted`
    return ((await world.source.query(waiting)).rowCount ?? 0) > 0
  }
  return {
    async query(sql) {
      const result: Answer = await client.query(world.fillIn(sql, schema))
      return Array.isArray(result) ? result.at(-1).rows : result.rows
    },
    isWaiting,
    [Symbol.asyncDispose]: () => client.end(),
  }
}

function landedRows(stage: Stage, relation: string, { rows }: Outcome = {}): Promise<TextRow[]> {
  return stage.query(rows ?? rowsOf(relation))
}

async function alter(stage: Stage, { sql }: DriftKind): Promise<void> {
  for (const statement of [sql].flat()) await stage.query(statement)
}

interface Met {
  readonly run: Answer
  readonly rows: readonly TextRow[]
  readonly hasWaited: boolean
}

async function change(world: DriftWorld, stage: Stage, kind: DriftKind, flowId: string): Promise<Met> {
  await alter(stage, kind)
  await world.startRun(flowId)
  const run = await world.ended(flowId)
  const hasLanded = run.metrics.statusSummary.status === 'success'
  const rows = hasLanded ? await landedRows(stage, kind.relation ?? 'items', kind.between) : []
  return { run, rows, hasWaited: false }
}

/** Makes the change while the copy of the second run stands still. */
async function meet(world: DriftWorld, stage: Stage, kind: DriftKind, flowId: string): Promise<Met> {
  const relation = kind.relation ?? 'items'
  const rows = await landedRows(stage, relation)
  const hold = world.proxy.hold(`"during_${kind.id.replaceAll('-', '_')}"`, kind.during.hold ?? 'within')
  await world.startRun(flowId)
  await hold.reached
  let isDone = false
  const changed = alter(stage, kind).finally(() => {
    isDone = true
  })
  while (!isDone && !(await stage.isWaiting())) await sleep(5)
  const hasWaited = !isDone
  hold.release()
  const [run] = await Promise.all([world.ended(flowId), changed])
  const { during } = kind
  return {
    run,
    rows: during.rows === undefined ? rows : await landedRows(stage, relation, during),
    hasWaited,
  }
}
