import type pg from 'pg'
import { COLUMNS, type Column, layOut } from './layout.ts'
import type { Parts, TortureTable } from './table.ts'

/** A value taken apart by the server, each piece as the text that COPY prints of it. */
export type Told = null | string | readonly Told[] | { readonly [name: string]: Told }

/** One value of a row. */
export interface ToldCell {
  /** As `COPY … TO STDOUT` prints it. */
  readonly text: string | null
  /** Its parts; that text where it has none. */
  readonly told: Told
}

export interface ToldRow {
  readonly rowNumber: number
  readonly cells: { readonly [column: string]: ToldCell }
}

/** What a run's sessions have as well, so that texts mean the same. */
const SETTINGS = `set datestyle = 'ISO, MDY'; set intervalstyle = 'postgres'; set timezone = 'UTC';
  set extra_float_digits = 1; set bytea_output = 'hex'`

/** Makes the table with its rows. */
export async function makeTable(client: pg.Client, table: TortureTable, name: string): Promise<void> {
  const columns = COLUMNS.map((column) => `${column} ${table.type}`)
  await client.query(`create table ${name} (row_number int primary key, ${columns.join(', ')})`)
  const literal = (text: string | null): string =>
    text === null ? 'null' : `${client.escapeLiteral(text)}::${table.type}`
  const rows = layOut(table).map(
    ({ values }, row) => `(${[row, ...COLUMNS.map((column) => literal(values[column]))]})`,
  )
  await client.query(`insert into ${name} values ${rows.join(', ')}`)
}

/** All rows of a table by the server's own words. */
export async function askServer(
  client: pg.Client,
  { parts }: TortureTable,
  name: string,
): Promise<ToldRow[]> {
  await client.query(SETTINGS)
  const texts = await copyText(client, `select row_number, ${COLUMNS} from ${name} order by row_number`)
  const told = COLUMNS.map((column) => `${partsSql(parts, column)} as ${column}`)
  const { rows } = await client.query<Record<Column, Told>>(`select ${told} from ${name} order by row_number`)
  return texts.map(([rowNumber, ...fields], index) => ({
    rowNumber: Number(rowNumber),
    cells: Object.fromEntries(
      COLUMNS.map((column, place) => [
        column,
        { text: fields[place] ?? null, told: rows[index]?.[column] ?? null },
      ]),
    ),
  }))
}

/** The columns of each row that COPY sends, without the escapes of its text format. */
export async function copyText(client: pg.Client, sql: string): Promise<(string | null)[][]> {
  const chunks: Buffer[] = []
  const { connection } = client as unknown as { connection: NodeJS.EventEmitter }
  const take = ({ chunk }: { readonly chunk: Buffer }): void => void chunks.push(Buffer.from(chunk))
  connection.on('copyData', take)
  try {
    await client.query(`copy (${sql}) to stdout`)
  } finally {
    connection.off('copyData', take)
  }
  const lines = Buffer.concat(chunks).toString('utf8').split('\n').slice(0, -1)
  return lines.map((line) => line.split('\t').map((field) => (field === '\\N' ? null : unescaped(field))))
}

const ESCAPES: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' }

function unescaped(field: string): string {
  return field.replace(/\\(.)/gs, (_, character: string) => ESCAPES[character] ?? character)
}

/** `format` prints by the type's output function, as COPY does. */
function textSql(value: string): string {
  return `case when ${value} is not null then to_json(format('%s', ${value})) end`
}

function partsSql(parts: Parts, value: string): string {
  switch (parts.kind) {
    case 'none':
    case 'float':
      return textSql(value)
    case 'money':
      return textSql(`(${value})::numeric`)
    case 'array':
      // Of more dimensions, or not from 1 on, it is no list, and only its text is exact.
      return `case when array_ndims(${value}) > 1 or array_lower(${value}, 1) <> 1 then ${textSql(value)}
        when ${value} is not null then coalesce((
        select json_agg(${partsSql(parts.element, `(${value})[place]`)} order by place)
          from generate_subscripts(${value}, 1) place), '[]'::json) end`
    case 'range':
      return rangeSql(value)
    case 'multirange':
      return `case when ${value} is not null then coalesce((
        select json_agg(${rangeSql('item')} order by place)
          from unnest(${value}) with ordinality as items (item, place)), '[]'::json) end`
    case 'composite': {
      const members = Object.entries(parts.attributes).map(
        ([name, inner]) => `'${name}', ${partsSql(inner, `(${value})."${name}"`)}`,
      )
      // A row of NULLs is not null itself, which only its text tells.
      return `case when format('%s', ${value}) <> '' then json_build_object(${members.join(', ')}) end`
    }
    case 'hstore':
      return `hstore_to_json(${value})`
    case 'interval':
      return `case when not isfinite(${value}) then ${infiniteSql(value)}
        when ${value} is not null then json_build_object(
        'months', (extract(year from ${value}) * 12 + extract(month from ${value}))::bigint::text,
        'days', extract(day from ${value})::bigint::text,
        'microseconds', ((extract(hour from ${value}) * 3600 + extract(minute from ${value}) * 60) * 1000000
          + extract(microseconds from ${value}))::numeric::bigint::text) end`
  }
}

/** What the server keeps of them, which none of its functions tells. */
function infiniteSql(value: string): string {
  const parts = (months: string, micros: string) =>
    `json_build_object('months', '${months}', 'days', '${months}', 'microseconds', '${micros}')`
  const [least, most] = ['-2147483648', '2147483647']
  return `case when ${value} < '0' then ${parts(least, '-9223372036854775808')}
    else ${parts(most, '9223372036854775807')} end`
}

function rangeSql(value: string): string {
  return `case when ${value} is not null then json_build_object(
    'lower', ${textSql(`lower(${value})`)}, 'upper', ${textSql(`upper(${value})`)},
    'lowerInclusive', case when not isempty(${value}) then format('%s', lower_inc(${value})) end,
    'upperInclusive', case when not isempty(${value}) then format('%s', upper_inc(${value})) end,
    'isEmpty', format('%s', isempty(${value}))) end`
}
