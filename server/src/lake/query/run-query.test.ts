import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { LakeField, LakeType } from '#columns/column-type.ts'
import { createDuckDb, type DuckDb } from './duckdb.ts'
import { previewRows } from './preview-rows.ts'
import { QueryError, QueryTimeoutError } from './query-error.ts'
import { type QueryTable, runQuery } from './run-query.ts'

let folder: string
let duck: DuckDb
let tables: QueryTable[]

const field = (id: number, name: string, type: LakeType): LakeField => ({ id, name, required: false, type })

const FIELDS: readonly LakeField[] = [
  field(1, 'id', { kind: 'long' }),
  field(2, 'renamed', { kind: 'string' }),
  field(3, 'person', {
    kind: 'struct',
    fields: [field(4, 'name', { kind: 'string' }), field(5, 'later', { kind: 'date' })],
  }),
  field(6, 'never', { kind: 'decimal', precision: 38, scale: 9 }),
  field(7, 'list', {
    kind: 'list',
    elementId: 8,
    elementRequired: false,
    element: { kind: 'struct', fields: [field(9, 'a', { kind: 'int' }), field(10, 'b', { kind: 'string' })] },
  }),
]

beforeAll(async () => {
  // The name has what DuckDB would take for a pattern.
  folder = await mkdtemp(join(tmpdir(), "query-[x]'?-"))
  duck = createDuckDb()
  const copy = (sql: string, file: string, ids: string) =>
    duck.withConnection((connection) =>
      connection.run(
        `copy (${sql}) to '${join(folder, file).replaceAll("'", "''")}' (format parquet, field_ids ${ids})`,
      ),
    )
  await copy("select i as id, 'old ' || i as was from range(5) t(i)", 'a.parquet', '{id: 1, was: 2}')
  await copy(
    "select 'new ' || i as renamed, i as id, {name: 'n' || i} as person, [{a: i::int}] as list from range(5, 8) t(i)",
    'b.parquet',
    '{renamed: 2, id: 1, person: {__duckdb_field_id: 3, name: 4}, list: {__duckdb_field_id: 7, element: {__duckdb_field_id: 8, a: 9}}}',
  )
  await writeFile(join(folder, 'secret.csv'), 'secret\n42\n')
  tables = [
    {
      names: ['orders', 'My Dataset'],
      fields: FIELDS,
      paths: [join(folder, 'a.parquet'), join(folder, 'b.parquet')],
    },
    { names: ['empty', 'ORDERS'], fields: FIELDS, paths: [] },
  ]
})

afterAll(async () => {
  await duck[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

const query = (sql: string, more: { maxRows?: number; timeoutMs?: number; signal?: AbortSignal } = {}) =>
  runQuery(duck, { sql, tables, maxRows: 100, timeoutMs: 30_000, ...more })
const rowsOf = async (sql: string) => (await query(sql)).rows

describe('runQuery', () => {
  it('reads files of all ages by field id', async () => {
    expect(await rowsOf('select id, renamed, person, never, list from orders order by id limit 6')).toEqual([
      ['0', 'old 0', null, null, null],
      ['1', 'old 1', null, null, null],
      ['2', 'old 2', null, null, null],
      ['3', 'old 3', null, null, null],
      ['4', 'old 4', null, null, null],
      ['5', 'new 5', { name: 'n5', later: null }, null, [{ a: 5, b: null }]],
    ])
  })

  it('knows a table by each of its names, in any case', async () => {
    expect(await rowsOf('select count(*) from "my dataset"')).toEqual([['8']])
    expect(await rowsOf('select count(*) from ORDERS')).toEqual([['8']])
  })

  it('gives an empty table its columns and their types', async () => {
    const { columns, rows } = await query('select * from empty')
    expect(rows).toEqual([])
    expect(columns).toEqual([
      { name: 'id', type: 'BIGINT' },
      { name: 'renamed', type: 'VARCHAR' },
      { name: 'person', type: 'STRUCT("name" VARCHAR, "later" DATE)' },
      { name: 'never', type: 'DECIMAL(38,9)' },
      { name: 'list', type: 'STRUCT("a" INTEGER, "b" VARCHAR)[]' },
    ])
  })

  it('gives values as JSON holds them without loss', async () => {
    const { rows } = await query(`select
      9007199254740993, 170141183460469231731687303715884105727, 1.10::decimal(38,2), 'nan'::double, '-inf'::float, 1.5,
      timestamp '2024-02-29 12:34:56.000001', timestamptz '1969-12-31 23:59:59.5+00', timestamp '2024-01-01',
      date '0001-01-01', date 'infinity', timestamptz '-infinity', time '01:02:03.5', '\\x00\\xFF'::blob, true, null, 7::smallint,
      map {'k': 1::bigint}, map {1: [2]}, '00112233-4455-6677-8899-aabbccddeeff'::uuid, interval 1 day,
      timestamp '9999-12-31 23:59:59' + interval 1 second, timestamp_s '2020-01-01 00:00:01', [1, null]::int[2]`)
    expect(rows[0]).toEqual([
      '9007199254740993',
      '170141183460469231731687303715884105727',
      '1.10',
      'NaN',
      '-Infinity',
      '1.5',
      '2024-02-29T12:34:56.000001',
      '1969-12-31T23:59:59.500000Z',
      '2024-01-01T00:00:00',
      '0001-01-01',
      'infinity',
      '-infinity',
      '01:02:03.5',
      'AP8=',
      true,
      null,
      7,
      { k: '1' },
      [{ key: 1, value: [2] }],
      '00112233-4455-6677-8899-aabbccddeeff',
      '1 day',
      '+010000-01-01T00:00:00',
      '2020-01-01T00:00:01',
      [1, null],
    ])
  })

  it('runs in UTC', async () => {
    expect(await rowsOf("select timestamptz '2024-06-01 12:00:00'::varchar")).toEqual([
      ['2024-06-01 12:00:00+00'],
    ])
  })

  it('stops at the limit of rows', async () => {
    expect(await query('select id from orders order by id', { maxRows: 2 })).toMatchObject({
      rows: [['0'], ['1']],
      truncated: true,
    })
    expect(await query('select id from orders', { maxRows: 8 })).toMatchObject({ truncated: false })
    const many = await query('select * from range(100000)', { maxRows: 5000 })
    expect(many.rows).toHaveLength(5000)
    expect(many.truncated).toBe(true)
  })

  it.each([
    'with a as (select * from orders), b as (from a) select count(*) from b',
    'with recursive n(i) as (select 1 union all select i + 1 from n where i < 3) select * from n',
    'values (1), (2)',
    'from orders',
    'describe orders',
    'describe select * from orders',
    'summarize orders',
    'select * from orders; -- done',
    'select * from range(3) join unnest([1, 2]) on true',
    'select (select max(id) from orders), exists(from empty)',
    'select * from (select id from orders) as t natural join orders',
    'show tables',
  ])('runs %s', async (sql) => {
    expect((await query(sql)).columns.length).toBeGreaterThan(0)
  })

  it.each([
    ['', 'expected one statement, found 0'],
    ['-- nothing', 'expected one statement, found 0'],
    ['selec 1', 'Parser Error: syntax error at or near "selec"'],
    ['select 1; select 2', 'expected one statement, found 2'],
    ['select nope from orders', 'Referenced column "nope" not found'],
    ['select * from nope', 'There is no table named nope.'],
    ["select 'x'::int", 'Could not convert string'],
    ['select ?', 'parameter'],
  ])('answers %j with the reason', async (sql, message) => {
    const running = query(sql)
    await expect(running).rejects.toThrow(QueryError)
    await expect(running).rejects.toThrow(message)
  })

  it.each([
    'insert into orders values (1)',
    'update orders set id = 1',
    'delete from orders',
    'create table t as select 1',
    'drop view orders',
    "copy (select 1) to '$folder/out.csv'",
    "copy orders from '$folder/secret.csv'",
    "attach '$folder/x.db'",
    "export database '$folder/x'",
    "import database '$folder'",
    'install httpfs',
    'load httpfs',
    "set memory_limit = '10GB'",
    'reset memory_limit',
    'set enable_external_access = true',
    'pragma database_list',
    'call enable_logging()',
    'begin',
    'vacuum',
    'checkpoint',
    'explain select 1',
    'prepare p as select 1',
    'use orders',
    "select * from read_csv('$folder/secret.csv')",
    "select * from read_text('$folder/secret.csv')",
    "select * from read_blob('$folder/secret.csv')",
    "select * from read_parquet('$folder/a.parquet')",
    "select * from parquet_metadata('$folder/a.parquet')",
    "select * from '$folder/secret.csv'",
    "select * from '$folder/a.parquet'",
    'select * from "$folder/secret.csv"',
    "select * from glob('$folder/*')",
    "select * from sniff_csv('$folder/secret.csv')",
    "select * from read_csv('http://127.0.0.1:1/x')",
    "from query('select 42')",
    "from query_table('$folder/secret.csv')",
    'select * from duckdb_settings()',
    'select * from duckdb_secrets()',
    'select * from duckdb_views',
    'select * from duckdb_views()',
    'select * from sqlite_master',
    'select * from information_schema.views',
    'select * from pg_catalog.pg_views',
    "select * from enable_logging(storage = 'file', storage_path = '$folder/a.parquet')",
    "with x as (select * from enable_logging('QueryLog')) select 1",
    "select (select count(*) from READ_TEXT('$folder/secret.csv'))",
    "describe select * from read_csv('$folder/secret.csv')",
    "summarize '$folder/secret.csv'",
    "describe '$folder/a.parquet'",
    "values ((select content from read_text('$folder/secret.csv')))",
    "select * from json_execute_serialized_sql(json_serialize_sql('select 42'))",
    "select * from orders where exists (from glob('/*'))",
    "select * from orders order by (select count(*) from glob('/*'))",
    "select 1 union all select count(*) from glob('/*')",
    "pivot read_csv('$folder/secret.csv') on secret",
  ])('refuses %s', async (sql) => {
    const before = await readFile(join(folder, 'a.parquet'))
    const quoted = folder.replaceAll("'", "''")
    await expect(query(sql.replaceAll('$folder', quoted))).rejects.toThrow(QueryError)
    expect((await readFile(join(folder, 'a.parquet'))).equals(before)).toBe(true)
    expect(existsSync(join(folder, 'out.csv'))).toBe(false)
  })

  it('stops a query that takes too long', async () => {
    const long = 'select count(*) from range(100000000000) a where range % 7 = 3'
    const running = query(long, { timeoutMs: 100 })
    await expect(running).rejects.toThrow(QueryTimeoutError)
    await expect(running).rejects.toThrow('stopped after 100 ms')
  })

  it('stops when told to', async () => {
    const controller = new AbortController()
    const running = query('select count(*) from range(100000000000)', { signal: controller.signal })
    setTimeout(() => controller.abort(new Error('enough')), 50)
    await expect(running).rejects.toThrow('enough')
    await expect(query('select 1', { signal: AbortSignal.abort(new Error('before')) })).rejects.toThrow(
      'before',
    )
  })
})

describe('the locked engine', () => {
  it('opens the listed files and nothing else, whatever the statement', async () => {
    await duck.withLockedConnection([join(folder, 'a.parquet')], async (connection) => {
      const quoted = folder.replaceAll("'", "''")
      const allowed = await connection.runAndReadAll(
        `select count(*) from read_parquet('${quoted}/a.parquet')`,
      )
      expect(allowed.getRows()).toEqual([[5n]])
      for (const sql of [
        `select * from read_parquet('${quoted}/b.parquet')`,
        `select * from read_text('${quoted}/secret.csv')`,
        `copy (select 1) to '${quoted}/out.csv'`,
        `attach '${quoted}/x.db'`,
        "set memory_limit = '10GB'",
        'set enable_external_access = true',
        'load httpfs',
      ]) {
        await expect(connection.run(sql), sql).rejects.toThrow(/Permission|locked|disabled/)
      }
    })
  })
})

describe('previewRows', () => {
  const preview = (limit: number) =>
    previewRows(duck, { fields: FIELDS, paths: tables[0]?.paths ?? [], limit })

  it('gives rows of the newest files as nested objects', async () => {
    const rows = await preview(4)
    expect(rows.map((row) => row['id'])).toEqual(['5', '6', '7', '0'])
    expect(rows[0]).toEqual({
      id: '5',
      renamed: 'new 5',
      person: { name: 'n5', later: null },
      never: null,
      list: [{ a: 5, b: null }],
    })
  })

  it('gives all rows there are, and none of an empty table', async () => {
    expect(await preview(100)).toHaveLength(8)
    expect(await previewRows(duck, { fields: FIELDS, paths: [], limit: 5 })).toEqual([])
  })
})
