import type pg from 'pg'

/** A table of this bench: the same rows on every machine, so that figures of two days can be laid side by side. */
export interface BenchTable {
  readonly name: string
  readonly rows: number
  readonly create: string
}

/** A number below `n` that is different in every row and column, and the same every time. */
const pick = (row: string, column: number, n: number): string =>
  `((hashint8(${row} * 64 + ${column}) & 2147483647) % ${n})`
const oneOf = (column: number, ...texts: readonly string[]): string =>
  `(array[${texts.map((text) => `'${text}'`).join(', ')}])[${pick('i', column, texts.length)} + 1]`

const WORDS =
  'carefully quickly furiously slyly blithely deposits requests packages accounts instructions theodolites foxes ideas pending regular express special final bold even ironic silent unusual the about above according across after against along among'

/** The table of TPC-H that everybody measures: numbers, exact decimals, dates, padded and short texts; no NULL. */
export function lineitem(rows: number, name = 'lineitem'): BenchTable {
  const cents = (column: number, from: number, n: number): string =>
    `((${pick('i', column, n)} + ${from}) / 100.0)::numeric(15,2)`
  const word = `(string_to_array('${WORDS}', ' '))[(hashint8(i * 8 + k) & 31) + 1]`
  return {
    name,
    rows,
    create: `
      create unlogged table ${name} as select
        i / 4 + 1 as l_orderkey, ${pick('i', 1, 200_000)}::int + 1 as l_partkey,
        ${pick('i', 2, 10_000)}::int + 1 as l_suppkey, (i % 7)::int + 1 as l_linenumber,
        (${pick('i', 3, 50)} + 1)::numeric(15,2) as l_quantity, ${cents(4, 90_000, 9_500_000)} as l_extendedprice,
        ${cents(5, 0, 11)} as l_discount, ${cents(6, 0, 9)} as l_tax,
        ${oneOf(7, 'R', 'A', 'N')}::char(1) as l_returnflag, ${oneOf(8, 'O', 'F')}::char(1) as l_linestatus,
        date '1992-01-02' + ${pick('i', 9, 2526)} as l_shipdate,
        date '1992-01-31' + ${pick('i', 10, 2466)} as l_commitdate,
        date '1992-01-03' + ${pick('i', 11, 2554)} as l_receiptdate,
        ${oneOf(12, 'DELIVER IN PERSON', 'COLLECT COD', 'NONE', 'TAKE BACK RETURN')}::char(25) as l_shipinstruct,
        ${oneOf(13, 'REG AIR', 'AIR', 'RAIL', 'SHIP', 'TRUCK', 'MAIL', 'FOB')}::char(10) as l_shipmode,
        (select string_agg(${word}, ' ') from generate_series(1, 3 + (hashint8(i) & 1)) k)::varchar(44) as l_comment
      from generate_series(0::bigint, ${rows - 1}) i`,
  }
}

/** What applications log: identifiers, instants, texts of all lengths, json, a fifth of many columns NULL. */
export function events(rows: number): BenchTable {
  const gaps = (when: number, value: string): string => `case when i % 5 <> ${when} then ${value} end`
  return {
    name: 'events',
    rows,
    create: `
      create unlogged table events as select
        md5(i::text)::uuid as id,
        timestamptz '2024-01-01Z' + i * interval '3.7 seconds' + ${pick('i', 1, 1000)} * interval '1 ms' as at,
        ${oneOf(2, 'page_view', 'click', 'purchase', 'signup', 'logout', 'search')} as kind,
        jsonb_build_object(
          'session', md5((i + 1)::text), 'ref', md5((i * 3)::text), 'n', i, 'score', ${pick('i', 3, 65_536)} / 65536.0,
          'path', '/shop/category/' || ${pick('i', 4, 256)} || '/item/' || ${pick('i', 5, 65_536)},
          'agent', ${oneOf(6, 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36', 'Mozilla/5.0 (Windows NT 10.0; Win64; x64)', 'curl/8.1.2')},
          'tags', jsonb_build_array('a' || i % 17, 'b' || i % 31)) as payload,
        ${gaps(0, `(${pick('i', 7, 2_000_000_000)} / 1e7 - 100)::float8`)} as lat,
        ${gaps(1, `(${pick('i', 8, 2_000_000_000)} / 1e7 - 100)::float8`)} as lon,
        ${gaps(2, `${pick('i', 9, 100_000)}::int`)} as user_id,
        ${gaps(3, `${pick('i', 10, 2)} = 1`)} as is_mobile,
        ${gaps(4, `'user ' || ${pick('i', 11, 1_048_576)} || ' did something of note'`)} as note,
        i % 2 = 0 as is_new, (i % 1000)::int as bucket
      from generate_series(0::bigint, ${rows - 1}) i`,
  }
}

/** A narrow table whose rows were changed one after the other, with the index that its owner would give it. */
export function journal(rows: number): BenchTable {
  return {
    name: `journal_${rows}`,
    rows,
    create: `
      create unlogged table journal_${rows} as select
        i as id, timestamptz '2020-01-01Z' + i * interval '1 second' as changed_at, (i % 1000)::int as amount,
        'row ' || i as note
      from generate_series(0::bigint, ${rows - 1}) i;
      create index on journal_${rows} (changed_at)`,
  }
}

export const SMALL_ROWS = 100

/** The many small tables that a schema consists of. */
export function small(index: number): BenchTable {
  return {
    name: `small_${index}`,
    rows: SMALL_ROWS,
    create: `
      create unlogged table small_${index} as select
        i::int as id, 'name ' || i as name, (i / 7.0)::numeric(10,2) as price, timestamptz '2024-01-01Z' + i * interval '1 hour' as at
      from generate_series(1, ${SMALL_ROWS}) i`,
  }
}

/** Makes what is missing, each whole or not at all. */
export async function makeTables(client: pg.Client, tables: readonly BenchTable[]): Promise<number> {
  const { rows } = await client.query<{ relname: string }>(
    "select relname from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'",
  )
  const present = new Set(rows.map(({ relname }) => relname))
  const missing = tables.filter(({ name }) => !present.has(name))
  for (const { name, create } of missing) {
    await client.query(create)
    await client.query(`vacuum analyze ${name}`)
  }
  return missing.length
}
