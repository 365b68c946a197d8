import { createMetadataDatabase } from '@headwater/testkit/metadata-database.ts'
import { SCOPE, seedSandboxes } from '@headwater/testkit/service-world.ts'
import type { TestDatabase } from '@headwater/testkit/test-database.ts'
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  CONNECTIONS,
  type EntityKind,
  FLOWS,
  RUNS,
  SOURCE_CONNECTIONS,
  TARGET_CONNECTIONS,
} from '#services/flow-service/entities/entity-kinds.ts'
import { listDocuments } from '#services/flow-service/entities/entity-reader.ts'
import { type Database, openDatabase, openPool } from '#store/database.ts'
import { buildQuery } from './list-query.ts'
import {
  type PlanNode,
  planOf,
  type RecordedStatement,
  recordStatements,
} from './testing/statement-recorder.ts'

/**
 * Lists stay fast while tables grow only as long as an index has their order, and knows their equalities. The planner
 * is forbidden everything else here: where it sorts or scans all the same, there is no such index. How fast they are
 * is measured by `npm run bench -- lists`.
 */

const FORBIDDEN = ['seqscan', 'sort']
const LARGE = [CONNECTIONS, SOURCE_CONNECTIONS, TARGET_CONNECTIONS, FLOWS, RUNS]

let metadata: TestDatabase
let pool: pg.Pool
let db: Database
let recorded: RecordedStatement[]

beforeAll(async () => {
  metadata = await createMetadataDatabase()
  const options = FORBIDDEN.map((what) => `-c enable_${what}=off`).join(' ')
  pool = openPool({ url: `${metadata.url}?options=${encodeURIComponent(options)}` }, { max: 1 })
  recorded = recordStatements(pool)
  db = openDatabase(pool)
  await seedSandboxes(db)
})
afterAll(async () => {
  await db.destroy()
  await metadata.drop()
})

interface Wanted {
  readonly property?: readonly string[]
  readonly orderby?: string
  readonly after?: readonly string[]
}

/** Every step of the plans of what a list sends, without those of small tables. */
async function plansOf(kind: EntityKind, { property = [], orderby, after }: Wanted): Promise<PlanNode[]> {
  const tokens = { format: () => '', parse: () => expect.unreachable() }
  const query = buildQuery({ property, orderby }, { name: kind.name, filterable: kind, tokens })
  recorded.length = 0
  await listDocuments(db, SCOPE, kind, { ...query, after })
  const nodes: PlanNode[] = []
  for (const statement of recorded.splice(0)) nodes.push(...(await planOf(pool, statement)))
  return nodes.filter((node) => node['Relation Name'] !== 'sandbox')
}

function workOf(nodes: readonly PlanNode[]): readonly string[] {
  return nodes.map((node) => node['Node Type']).filter((type) => type === 'Seq Scan' || type === 'Sort')
}

/** Fields whose order an index is there for. */
function orderedFields({ columns }: EntityKind): readonly string[] {
  return Object.entries(columns)
    .filter(([, { type, isNullable }]) => type !== 'texts' && type !== 'flag' && isNullable !== true)
    .map(([field]) => field)
}

describe.each(LARGE.map((kind) => ({ kind, name: kind.name })))('a list of $name', ({ kind }) => {
  test.each(orderedFields(kind).flatMap((field) => [field, `-${field}`]))(
    'in the order of %s walks along an index',
    async (orderby) => {
      expect(workOf(await plansOf(kind, { orderby }))).toEqual([])
    },
  )

  test('goes on after a place by that index', async () => {
    const after = ['1700000000000', '11111111-1111-4111-8111-111111111111']
    const nodes = await plansOf(kind, { orderby: '-createdAt', after })
    expect(workOf(nodes)).toEqual([])
    expect(nodes.map((node) => node['Index Cond'] ?? '').join()).toMatch(/created_at/)
  })
})
