import type { Session } from '#source/postgres/connect/session.ts'
import type { RelationShape } from '#source/postgres/explore/describe-relation.ts'

/** A node of a plan, as far as it tells how rows are found. */
interface PlanNode {
  readonly 'Node Type': string
  readonly 'Plan Rows': number
  readonly 'Plan Width': number
  readonly 'Index Cond'?: string
  readonly Schema?: string
  readonly 'Relation Name'?: string
  readonly Plans?: readonly PlanNode[]
}

/** What the server expects a read to find. An estimate: nothing that must be exact may depend on it. */
export interface ExpectedRead {
  readonly rows: number
  readonly sizeBytes: number
}

/** What rows come through as they are: nothing here sorts, keeps or writes them to disk. */
const PASSING: ReadonlySet<string> = new Set(['Append', 'Gather', 'Result'])
const BY_INDEX: ReadonlySet<string> = new Set(['Index Scan', 'Index Only Scan'])
/** A store so small that to read all of it is as good as an index, such as the newest of many partitions. */
const SMALL_STORE_BYTES = 1024 * 1024

/**
 * What the server expects of a select when it means to find the rows by indexes alone; `undefined` when it would look
 * through a store, or sort or keep what it finds. The statement is planned, not carried out.
 * @throws SourceError
 */
export async function askIndexRead(
  session: Session,
  select: string,
  shape: RelationShape,
): Promise<ExpectedRead | undefined> {
  const [row] = await session.query<{ 'QUERY PLAN': unknown }>(`explain (verbose, format json) ${select}`)
  const told = row?.['QUERY PLAN']
  const [{ Plan: plan } = {}] = (typeof told === 'string' ? JSON.parse(told) : told) as { Plan?: PlanNode }[]
  if (plan === undefined || !isByIndex(plan, smallStores(shape))) return undefined
  const rows = plan['Plan Rows']
  return { rows, sizeBytes: rows * bytesOfRow(shape, plan) }
}

function isByIndex(node: PlanNode, small: ReadonlySet<string>): boolean {
  const { 'Node Type': type, Plans: below = [], 'Index Cond': condition } = node
  if (BY_INDEX.has(type)) return condition !== undefined
  // Whatever is below it finds places by an index.
  if (type === 'Bitmap Heap Scan') return true
  if (type === 'Seq Scan') return small.has(`${node.Schema}.${node['Relation Name']}`)
  return PASSING.has(type) && below.every((child) => isByIndex(child, small))
}

function smallStores({ leaves }: RelationShape): ReadonlySet<string> {
  const small = leaves.filter(({ sizeBytes }) => sizeBytes <= SMALL_STORE_BYTES)
  return new Set(small.map(({ schema, name }) => `${schema}.${name}`))
}

/** With all that its values take in the store, where that is known; what the server tells leaves long ones out. */
function bytesOfRow({ estimatedRows = 0, sizeBytes }: RelationShape, plan: PlanNode): number {
  return Math.max(plan['Plan Width'], estimatedRows > 0 ? sizeBytes / estimatedRows : 0)
}
