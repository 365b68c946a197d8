import type { Answer } from './api-client.ts'
import type { TestDatabase } from './test-database.ts'

/**
 * A table with faults of twelve kinds planted in it, one a row, and a mapping set that meets each of them. The text
 * of the fault, and what a mended mapping makes of it, stand beside it.
 */
export interface PlantedFault {
  /** The column that holds it. */
  readonly column: string
  /** SQL of the sound values, of `i`. */
  readonly sound: string
  /** SQL of the fault. */
  readonly fault: string
  /** As it is printed; null for NULL. */
  readonly text: string | null
  readonly code: string
  readonly type: string
  readonly field: Answer
  readonly isRequired?: boolean
  /** The expression of the mapping set, where it is not the column. */
  readonly source?: string
  /** The expression that mends it; without one `valuePolicy` does. */
  readonly mended?: string
  /** What the field then holds, as DuckDB casts it to text; null for NULL. */
  readonly becomes: string | null
}

const NUMBER = (lakeType: string) => ({ type: 'number', 'meta:lakeType': lakeType })

export const PLANTED_FAULTS: readonly PlantedFault[] = [
  {
    column: 'quantity',
    type: 'text',
    sound: 'i % 1000',
    fault: "'twelve'",
    text: 'twelve',
    code: 'MAPPER-3700-400',
    field: { type: 'integer' },
    isRequired: true,
    mended: 'quantity == "twelve" ? "12" : quantity',
    becomes: '12',
  },
  {
    column: 'price',
    type: 'text',
    sound: 'round((i % 100000) / 100.0, 2)',
    fault: "'1.234,50'",
    text: '1.234,50',
    code: 'MAPPER-3700-400',
    field: NUMBER('decimal(12,2)'),
    isRequired: true,
    mended: 'price == "1.234,50" ? "1234.50" : price',
    becomes: '1234.50',
  },
  {
    column: 'placed',
    type: 'text',
    sound:
      "to_char(timestamp '2026-01-01' + i % 1000000 * interval '1 second', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')",
    fault: "'2026-02-31T00:00:00Z'",
    text: '2026-02-31T00:00:00Z',
    code: 'MAPPER-3700-400',
    field: { type: 'string', format: 'date-time' },
    isRequired: true,
    mended: 'placed == "2026-02-31T00:00:00Z" ? "2026-03-03T00:00:00Z" : placed',
    becomes: '2026-03-03 00:00:00+00',
  },
  {
    column: 'amount',
    type: 'numeric(20,2)',
    sound: 'i % 1000000 + 0.25',
    fault: '123456789012.25',
    text: '123456789012.25',
    code: 'MAPPER-3700-400',
    field: NUMBER('decimal(10,2)'),
    isRequired: true,
    mended: 'amount > 99999999 ? 99999999.99 : amount',
    becomes: '99999999.99',
  },
  {
    column: 'serial',
    type: 'bigint',
    sound: 'i',
    fault: '3000000000',
    text: '3000000000',
    code: 'MAPPER-3700-400',
    field: { type: 'integer', minimum: 0, maximum: 2147483647 },
    isRequired: true,
    mended: 'serial > 2147483647 ? 2147483647 : serial',
    becomes: '2147483647',
  },
  {
    column: 'name',
    type: 'text',
    sound: "'name ' || i",
    fault: 'null',
    text: null,
    code: 'INGEST-1555-400',
    field: { type: 'string' },
    isRequired: true,
    mended: 'coalesce(name, "nobody")',
    becomes: 'nobody',
  },
  {
    column: 'colour',
    type: 'text',
    sound: "(array['red', 'green', 'blue'])[i % 3 + 1]",
    fault: "'octarine'",
    text: 'octarine',
    code: 'HW-SCHEMA-ENUM',
    field: { type: 'string', enum: ['red', 'green', 'blue'] },
    mended: 'colour == "octarine" ? "green" : colour',
    becomes: 'green',
  },
  {
    column: 'code',
    type: 'text',
    sound: "'AB' || lpad((i % 10000)::text, 4, '0')",
    fault: "'ab12'",
    text: 'ab12',
    code: 'HW-SCHEMA-PATTERN',
    field: { type: 'string', pattern: '^[A-Z]{2}[0-9]{4}$' },
    mended: 'code == "ab12" ? "AB0012" : code',
    becomes: 'AB0012',
  },
  {
    column: 'note',
    type: 'text',
    sound: "'note ' || i % 100",
    fault: "repeat('long ', 5)",
    text: 'long '.repeat(5),
    code: 'HW-SCHEMA-LENGTH',
    field: { type: 'string', maxLength: 12 },
    mended: 'substr(note, 0, 12)',
    becomes: 'long long lo',
  },
  {
    column: 'ratio',
    type: 'numeric(10,4)',
    sound: '(i % 10000) / 10000.0',
    fault: "'NaN'",
    text: 'NaN',
    code: 'HW-NUMERIC-SPECIAL',
    field: NUMBER('decimal(10,4)'),
    becomes: null,
  },
  {
    column: 'valid_until',
    type: 'timestamptz',
    sound: "timestamptz '2026-01-01Z' + i % 1000000 * interval '1 minute'",
    fault: "'infinity'",
    text: 'infinity',
    code: 'HW-TEMPORAL-INFINITY',
    field: { type: 'string', format: 'date-time' },
    becomes: null,
  },
  {
    column: 'parts',
    type: 'int',
    sound: '(array[1, 2, 4, 5])[i % 4 + 1]',
    fault: '0',
    text: '0',
    code: 'MAPPER-3700-400',
    field: { type: 'integer' },
    isRequired: true,
    source: '100 / parts',
    mended: 'parts == 0 ? 0 : 100 / parts',
    becomes: '0',
  },
]

export const FAULT_COUNT = 137

/** What was planted where: the ids of the rows, by kind. */
export function plantedIds(rowCount: number): readonly { readonly id: number; readonly kind: number }[] {
  const distance = Math.floor(rowCount / FAULT_COUNT)
  return Array.from({ length: FAULT_COUNT }, (_, index) => ({
    id: 1 + index * distance + (index % distance),
    kind: index % PLANTED_FAULTS.length,
  }))
}

/** Makes the table, `public.planted`, with a key that no mapping reads. */
export async function plantFaults(database: Pick<TestDatabase, 'query'>, rowCount: number): Promise<void> {
  const planted = plantedIds(rowCount)
  const values = PLANTED_FAULTS.map(
    ({ column, type, sound, fault }, kind) =>
      `case when kind = ${kind} then (${fault})::${type} else (${sound})::${type} end as ${column}`,
  )
  await database.query(`
    create table planted_at as select * from (values ${planted.map(({ id, kind }) => `(${id}, ${kind})`).join(', ')}) as it (id, kind);
    create table planted as
      select i::bigint as id, ${values.join(', ')}
      from generate_series(1, ${rowCount}) i left join planted_at on planted_at.id = i;
    alter table planted add primary key (id);
    analyze planted`)
}

/** Every row is bad: with all kinds in turn. */
export async function plantNothingElse(
  database: Pick<TestDatabase, 'query'>,
  rowCount: number,
): Promise<void> {
  const values = PLANTED_FAULTS.map(
    ({ column, type, sound, fault }, kind) =>
      `case when i % ${PLANTED_FAULTS.length} = ${kind} then (${fault})::${type} else (${sound})::${type} end as ${column}`,
  )
  await database.query(`
    create table hopeless as
      select i::bigint as id, ${values.join(', ')} from generate_series(1, ${rowCount}) i;
    alter table hopeless add primary key (id);
    analyze hopeless`)
}

/** Fields below the tenant's namespace, and which of them are required. */
export const PLANTED_FIELDS: Answer = Object.fromEntries(
  PLANTED_FAULTS.map(({ column, field }) => [column, field]),
)
export const REQUIRED_FIELDS: readonly string[] = PLANTED_FAULTS.filter(({ isRequired }) => isRequired).map(
  ({ column }) => column,
)

/** The mapping set as it was thought of, or as it is after the faults were seen. */
export function plantedMappings({ isMended = false } = {}): readonly Answer[] {
  return PLANTED_FAULTS.map(({ column, source, mended }) => {
    const expression = isMended ? (mended ?? source) : source
    return {
      sourceType: expression === undefined ? 'ATTRIBUTE' : 'EXPRESSION',
      source: expression ?? column,
      destination: `_headwater.${column}`,
    }
  })
}

/** What mends the faults that no mapping can see. */
export const MENDED_POLICY = { default: 'null' }

/**
 * One row of two texts, the number of rows and a digest of all values, of the sound rows of the source. The server
 * of the source computes it; DuckDB does the same over what has landed, with code of its own.
 */
export async function digestOfSource(database: Pick<TestDatabase, 'query'>): Promise<readonly string[]> {
  const { rows } = await database.query<{ count: string; digest: string }>(`
    select count(*)::text as count,
           sum(('x' || substr(md5(concat_ws('|', quantity, price, extract(epoch from placed::timestamptz)::bigint,
             amount, serial, name, colour, code, note, ratio, extract(epoch from valid_until)::bigint, 100 / parts)), 1, 12))::bit(48)::bigint)::text as digest
      from planted where id not in (select id from planted_at)`)
  return [rows[0]?.count ?? '', rows[0]?.digest ?? '']
}

/** The same of a dataset. */
export function landedDigestSql(datasetId: string, where = 'true'): string {
  const field = (name: string) => `_headwater.${name}`
  const seconds = (name: string) => `(epoch_us(${field(name)}) // 1000000)`
  return `select count(*)::varchar, coalesce(sum(('0x' || substr(md5(concat_ws('|', ${field('quantity')},
      ${field('price')}, ${seconds('placed')}, ${['amount', 'serial', 'name', 'colour', 'code', 'note', 'ratio'].map(field).join(', ')},
      ${seconds('valid_until')}, ${field('parts')})), 1, 12))::bigint), 0)::varchar
    from "${datasetId}" where ${where}`
}
