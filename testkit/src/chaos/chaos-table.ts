/** A database that answers statements. */
export interface Queryable {
  query<Row extends Record<string, unknown>>(sql: string, params?: unknown[]): Promise<{ rows: Row[] }>
}

/** A table of the source whose rows are compared with what has landed. */
export interface ChaosTable {
  readonly name: string
  /** `full`: each run brings all rows; `incremental`: each brings those that are new. */
  readonly mode: 'full' | 'incremental'
}

/** Rows and the sum of their digests, which does not depend on their order. */
export interface Fingerprint {
  readonly rowCount: number
  readonly digest: string
}

const COLUMNS = ['id', 'label', 'amount', 'note'] as const
export const CHAOS_COLUMNS: readonly string[] = COLUMNS

/** Of a row, in words that PostgreSQL and DuckDB print alike. */
function textOf(column: (name: string) => string): string {
  return COLUMNS.map((name) => `coalesce(${column(name)}::varchar, '~')`).join(" || '|' || ")
}

export function createTableSql({ name }: ChaosTable): string {
  return `create table ${name} (
    id bigint primary key, label text not null, amount numeric(12,2), note text,
    updated_at timestamptz not null default clock_timestamp())`
}

/** Rows of a few hundred bytes, some of them NULL in places. */
export function insertRowsSql({ name }: ChaosTable, from: number, count: number): string {
  return `insert into ${name} (id, label, amount, note)
    select i, 'row ' || i, case when i % 7 = 0 then null else (i % 100000)::numeric / 100 end,
           case when i % 3 = 0 then null else repeat(md5(i::text), 1 + (i % 8)::int) end
      from generate_series(${from}, ${from + count - 1}) i`
}

/** What the source holds, as SQL on the source finds it. */
export async function fingerprintOfSource(source: Queryable, { name }: ChaosTable): Promise<Fingerprint> {
  const digest = `('x' || substr(md5(${textOf((column) => column)}), 1, 15))::bit(60)::bigint`
  const { rows } = await source.query<{ count: string; digest: string }>(
    `select count(*)::text as count, coalesce(sum(${digest}), 0)::text as digest from ${name}`,
  )
  return { rowCount: Number(rows[0]?.count), digest: rows[0]?.digest ?? '' }
}

/** The statement that finds the same in the lake: rows, sum of digests, different keys. */
export function fingerprintOfLakeSql(datasetId: string): string {
  const text = textOf((column) => `_headwater.${column}`)
  return `select count(*)::varchar, coalesce(sum(('0x' || substr(md5(${text}), 1, 15))::ubigint), 0)::varchar,
                 count(distinct _headwater.id)::varchar from "${datasetId}"`
}
