import { setTimeout as sleep } from 'node:timers/promises'
import type { ChaosFlow } from './chaos-world.ts'
import type { Fault, FaultScene } from './faults.ts'

/** What happens to the table of a flow, by its owner's hand. It waits where the source is away. */
function statement(sqlOf: (name: string) => string, isFor: (flow: ChaosFlow) => boolean = () => true): Fault {
  return async ({ world, flows, random }) => {
    const flow = random.pick(flows.filter(isFor))
    await patiently({ world }, sqlOf(flow.table.name))
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

const isFull = ({ table }: ChaosFlow): boolean => table.mode === 'full'

export const TABLE_FAULTS: Readonly<Record<string, Fault>> = Object.freeze({
  'table-vacuum-full': statement((name) => `vacuum full ${name}`),
  'table-cluster': statement((name) => `cluster ${name} using ${name}_pkey`),
  'table-rewritten': statement(REWRITE),
  'table-replaced': statement(REPLACE, isFull),
})
