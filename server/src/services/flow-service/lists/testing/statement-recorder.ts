import type pg from 'pg'

/** A statement as it was sent, with its values. */
export interface RecordedStatement {
  readonly text: string
  readonly values: readonly unknown[]
}

/** One step of a plan, with those below it. */
export interface PlanNode {
  readonly 'Node Type': string
  readonly 'Relation Name'?: string
  readonly 'Index Name'?: string
  readonly 'Index Cond'?: string
  readonly 'Plan Rows': number
  readonly Plans?: readonly PlanNode[]
}

/** Notes every statement that connections of the pool send; to be called before there are any. */
export function recordStatements(pool: pg.Pool): RecordedStatement[] {
  const recorded: RecordedStatement[] = []
  pool.on('connect', (client) => {
    const send = client.query.bind(client) as (...args: unknown[]) => unknown
    const query = (...args: unknown[]): unknown => {
      const [text, values] = args
      if (typeof text === 'string') recorded.push({ text, values: Array.isArray(values) ? values : [] })
      return send(...args)
    }
    client.query = query as typeof client.query
  })
  return recorded
}

/** All steps of the plan that a statement gets. */
export async function planOf(
  client: pg.Client | pg.Pool,
  { text, values }: RecordedStatement,
): Promise<readonly PlanNode[]> {
  const { rows } = await client.query(`explain (format json) ${text}`, [...values])
  return flatten(rows[0]['QUERY PLAN'][0].Plan)
}

function flatten(node: PlanNode): readonly PlanNode[] {
  return [node, ...(node.Plans ?? []).flatMap(flatten)]
}
