import { setTimeout as sleep } from 'node:timers/promises'
import { alone } from './alone.ts'
import type { ChaosFlow } from './chaos-flow.ts'
import type { Fault, FaultScene } from './faults.ts'

/** What happens to the table of a flow, by its owner's hand. It waits where the source is away. */
function statement(sqlOf: (name: string) => string, isFor: (flow: ChaosFlow) => boolean = () => true): Fault {
  return async ({ world, flows, random }) => {
    const { table } = random.pick(flows.filter(isFor))
    await alone(table, () => patiently({ world }, sqlOf(table.name)))
  }
}

/** A statement is asked for again while the source is away, or somebody was in the way. */
async function patiently({ world }: Pick<FaultScene, 'world'>, sql: string): Promise<void> {
  for (const deadline = Date.now() + 60_000; ; await sleep(200)) {
    try {
      await world.source.query(sql)
      return
    } catch (error) {
      if (Date.now() > deadline) throw error
    }
  }
}

/** Every row in a new place, in another order or with another number of bytes; none of them changes. */
const REWRITE = (name: string): string => `
  alter table ${name} add column extra float8 not null default random();
  alter table ${name} drop column extra`

/** Another table of the same name, with the same rows. */
const REPLACE = (name: string): string => `
  begin;
  lock table ${name};
  create table ${name}_next (like ${name} including all);
  insert into ${name}_next select * from ${name};
  drop table ${name};
  alter table ${name}_next rename to ${name};
  alter index ${name}_next_pkey rename to ${name}_pkey;
  commit`

/** Codes of a run whose table is not there. */
const GONE = ['DRIFT_RELATION_DROPPED', '42P01']

/**
 * The table is dropped for good, until somebody makes it again: the only fault after which a run may fail, and then it
 * has to say why.
 */
const dropTable: Fault = async ({ world, flows, random, excused }) => {
  const { flowId, table } = random.pick(flows.filter(isFull))
  await alone(table, async () => {
    excused.set(flowId, GONE)
    const sql = `begin; create table ${table.name}_kept as table ${table.name}; drop table ${table.name}; commit`
    await patiently({ world }, sql)
    const goneAtMs = Date.now()
    await world.askForRun(flowId)
    await untilFailed({ world }, { flowId, goneAtMs })
    await patiently(
      { world },
      `begin; alter table ${table.name}_kept rename to ${table.name};
       alter table ${table.name} add primary key (id); commit`,
    )
  })
}

async function untilFailed(
  { world }: Pick<FaultScene, 'world'>,
  { flowId, goneAtMs }: { readonly flowId: string; readonly goneAtMs: number },
): Promise<void> {
  const failed = `select from flow_run where flow_id = $1 and state = 'failed' and completed_at >= $2`
  for (const deadline = Date.now() + 60_000; Date.now() < deadline; await sleep(200)) {
    const found = await world.metadata.query(failed, [flowId, goneAtMs]).catch(() => undefined)
    if ((found?.rowCount ?? 0) > 0) return
  }
  throw new Error(`The flow ${flowId} has no failed run, and its table is gone.`)
}

const isFull = ({ table }: ChaosFlow): boolean => table.mode === 'full'

export const TABLE_FAULTS: Readonly<Record<string, Fault>> = Object.freeze({
  'table-vacuum-full': statement((name) => `vacuum full ${name}`),
  'table-cluster': statement((name) => `cluster ${name} using ${name}_pkey`),
  'table-rewritten': statement(REWRITE),
  'table-replaced': statement(REPLACE, isFull),
  'table-gone': dropTable,
})
