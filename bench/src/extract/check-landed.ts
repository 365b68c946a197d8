import { createDuckDb } from '@headwater/server/lake/query/duckdb.ts'
import { quoteName, quotePath } from '@headwater/server/lake/query/sql-text.ts'
import pg from 'pg'

/** A column as two databases sum it up; both texts are equal when the columns are. */
interface Aggregate {
  readonly column: string
  readonly postgres: string
  readonly duckdb: (value: string) => string
}

/** The files of a table, and where its columns are in them. */
export interface LandedFiles {
  readonly paths: readonly string[]
  /** The struct that the columns stand in; absent where they stand at the top. */
  readonly below?: string
}

/**
 * What differs between the table and the files, by SQL on either side: rows, values that are there, and of each
 * column a sum, or the smallest and the largest. Empty when nothing does.
 */
export async function differences(url: string, table: string, landed: LandedFiles): Promise<string[]> {
  const aggregates = (await columnsOf(url, table)).flatMap(({ name, type }) => aggregatesOf(name, type))
  const inPostgres = await askPostgres(url, table, aggregates)
  const inFiles = await askDuckDb(landed, aggregates)
  return aggregates.flatMap(({ column, postgres }, index) => {
    const [sent, found] = [withoutZeros(inPostgres[index]), withoutZeros(inFiles[index])]
    return sent === found ? [] : [`${column}: ${postgres} is ${sent}, in the files ${found}`]
  })
}

/** A wider scale than the column's makes zeros at the end and loses nothing. */
function withoutZeros(text: string | undefined): string | undefined {
  return text !== undefined && /^-?\d+\.\d+$/.test(text) ? text.replace(/\.?0+$/, '') : text
}

async function columnsOf(url: string, table: string): Promise<{ name: string; type: string }[]> {
  return withClient(url, async (client) => {
    const { rows } = await client.query<{ name: string; type: string }>(
      `select attname as name, atttypid::regtype::text as type from pg_attribute
        where attrelid = $1::regclass and attnum > 0 and not attisdropped order by attnum`,
      [`public.${table}`],
    )
    return rows
  })
}

function aggregatesOf(name: string, type: string): Aggregate[] {
  const column = quoteName(name)
  const count = { column: name, postgres: `count(${column})`, duckdb: (value: string) => `count(${value})` }
  return [count, ...(SUMS[type] ?? EXTREMES)(name, column)]
}

type MakeAggregates = (name: string, column: string) => Aggregate[]

/** Values that have no sum: their ends, as text. */
const EXTREMES: MakeAggregates = (column, quoted) =>
  ['min', 'max'].map((end) => ({
    column,
    postgres: `${end}(${quoted}::text collate "C")`,
    duckdb: (value) => `${end}(${value}::varchar)`,
  }))

const summed =
  (postgres: (column: string) => string, duckdb: (value: string) => string): MakeAggregates =>
  (column, quoted) => [
    {
      column,
      postgres: `sum(${postgres(quoted)})`,
      duckdb: (value) => `sum(${duckdb(value)})`,
    },
  ]

const asIs = summed(
  (column) => `${column}::numeric`,
  (value) => value,
)

const lengths = summed(
  (column) => `octet_length(${column})`,
  (value) => `strlen(${value})`,
)

const SUMS: Readonly<Record<string, MakeAggregates>> = {
  bigint: asIs,
  integer: asIs,
  numeric: asIs,
  boolean: summed(
    (column) => `${column}::int`,
    (value) => `${value}::int`,
  ),
  date: summed(
    (column) => `${column} - date '2000-01-01'`,
    (value) => `(${value}::date - date '2000-01-01')`,
  ),
  'timestamp with time zone': summed(
    (column) => `(extract(epoch from ${column}) * 1000000)::bigint`,
    (value) => `epoch_us(${value})`,
  ),
  'timestamp without time zone': summed(
    (column) => `(extract(epoch from ${column}) * 1000000)::bigint`,
    (value) => `epoch_us(${value})`,
  ),
  text: (column, quoted) => [...EXTREMES(column, quoted), ...lengths(column, quoted)],
  'character varying': (column, quoted) => [...EXTREMES(column, quoted), ...lengths(column, quoted)],
  character: lengths,
  // Doubles have no sum that is the same in every order. Both ends arrive here as numbers and are written alike.
  'double precision': (column, quoted) =>
    ['min', 'max'].map((end) => ({
      column,
      postgres: `${end}(${quoted})`,
      duckdb: (value) => `${end}(${value})`,
    })),
  // Some programs leave the 16 bytes as they are, with or without saying that they are a uuid.
  uuid: (column, quoted) =>
    ['min', 'max'].map((end) => ({
      column,
      postgres: `${end}(${quoted}::text collate "C")`,
      duckdb: (value) => `${end}(${textOfUuid(value)})`,
    })),
  jsonb: summed(
    (column) => `octet_length(${column}::text)`,
    (value) => `strlen(${value})`,
  ),
}

/** Of a uuid, of its text, or of its bytes: the digits without strokes tell the same order as the value itself. */
function textOfUuid(value: string): string {
  const digits = `case when typeof(${value}) = 'BLOB' then lower(hex(${value}::blob)) else replace(${value}::varchar, '-', '') end`
  return `regexp_replace(${digits}, '^(.{8})(.{4})(.{4})(.{4})(.{12})$', '\\1-\\2-\\3-\\4-\\5')`
}

async function askPostgres(url: string, table: string, aggregates: readonly Aggregate[]): Promise<string[]> {
  const list = aggregates.map(({ postgres }) => postgres).join(', ')
  return withClient(url, async (client) => {
    const { rows } = await client.query({
      text: `select ${list} from public.${table}`,
      rowMode: 'array',
    })
    return (rows[0] as unknown[]).map(String)
  })
}

async function askDuckDb({ paths, below }: LandedFiles, aggregates: readonly Aggregate[]): Promise<string[]> {
  const list = aggregates.map(({ column, duckdb }) => duckdb(fieldOf(column, below)))
  const files = `read_parquet([${paths.map(quotePath).join(', ')}])`
  await using duck = createDuckDb({ memoryLimit: '2GB' })
  return await duck.withConnection(async (connection) => {
    const result = await connection.runAndReadAll(`select ${list.join(', ')} from ${files}`)
    return (result.getRows()[0] ?? []).map(String)
  })
}

const fieldOf = (column: string, below: string | undefined): string =>
  below === undefined ? quoteName(column) : `${quoteName(below)}.${quoteName(column)}`

async function withClient<T>(url: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return await use(client)
  } finally {
    await client.end()
  }
}
