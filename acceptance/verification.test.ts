import { TYPE_SAMPLES } from '@headwater/server/source/postgres/explore/testing/type-samples.ts'
import type { Answer } from '@headwater/testkit/api-client.ts'
import { connectTo, FLOW } from '@headwater/testkit/journey.ts'
import { type LandedTable, landTable } from '@headwater/testkit/table-journey.ts'
import { createTestDatabase, type TestDatabase } from '@headwater/testkit/test-database.ts'
import { startTestServer, type TestServer } from '@headwater/testkit/test-server.ts'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'

/** How runs prove what they have delivered, level by level. */
let source: TestDatabase
let server: TestServer
let connectionId: string

beforeAll(async () => {
  source = await createTestDatabase()
  server = await startTestServer({ env: { HEADWATER_SLICE_TARGET_BYTES: '1MiB' } })
  connectionId = await connectTo(server.client, source)
  await source.query(`create table orders as
    select i as id, case when i % 7 > 0 then 'order ' || i end as note, (i * 1.25)::numeric(12,2) as amount,
           timestamptz '2024-01-01' + i * interval '1 minute 0.001 seconds' as placed
      from generate_series(1, 40000) i`)
})

afterAll(async () => {
  await server?.[Symbol.asyncDispose]()
  await source?.drop()
})

function land(verify: Answer, tableName = 'public.orders', more: Answer = {}): Promise<LandedTable> {
  return landTable(server.client, connectionId, {
    tableName,
    options: { ...more, ...(verify && { verify }) },
  })
}

/** The results of the slices, as the ledger keeps them. */
async function slicesOf({ run }: LandedTable): Promise<Answer[]> {
  const metadata = new pg.Client({ connectionString: server.databaseUrl })
  await metadata.connect()
  const { rows } = await metadata.query('select result from run_slice where run_id = $1 order by ordinal', [
    run.id,
  ])
  await metadata.end()
  return rows.map(({ result }) => result)
}

test('by default both sides of every field stand in the proof: counts and digests, and the ends in each slice', async () => {
  const landed = await land(undefined)
  const { proof } = landed.run
  expect(proof).toMatchObject({
    level: 'digest',
    rowsRead: 40_000,
    rowsLanded: 40_000,
    fields: 4,
    agreeing: 4,
  })
  for (const { path: _path, sent, ...found } of proof.digests) expect(found).toEqual(sent)
  expect(
    proof.digests.map(({ path, valueCount, nullCount }: Answer) => [path, valueCount, nullCount]),
  ).toEqual([
    ['_headwater.amount', 40_000, 0],
    ['_headwater.id', 40_000, 0],
    ['_headwater.note', 34_286, 5_714],
    ['_headwater.placed', 40_000, 0],
  ])
  const slices = await slicesOf(landed)
  expect(slices.length).toBeGreaterThan(1)
  const [first] = slices
  expect(first.proof.map(({ sent }: Answer) => [sent.min, sent.max])).toEqual([
    ['1.25', (first.rowsRead * 1.25).toFixed(2)],
    ['1', String(first.rowsRead)],
    ['order 1', expect.stringMatching(/^order 9/)],
    ['2024-01-01T00:01:00.001000Z', expect.stringMatching(/^2024-01-\d\dT.*\d{6}Z$/)],
  ])
  for (const { proof: leaves } of slices)
    for (const { sent, landed: found } of leaves) expect(found).toEqual(sent)
})

test('less is proven where less is asked for', async () => {
  const counts = (await land('counts')).run.proof
  expect(counts).toMatchObject({ level: 'counts', fields: 4, agreeing: 4, rowsLanded: 40_000 })
  expect(counts.digests[2]).toEqual({
    path: '_headwater.note',
    valueCount: 34_286,
    nullCount: 5_714,
    sent: { valueCount: 34_286, nullCount: 5_714 },
  })
  expect((await land('none')).run.proof).toMatchObject({
    level: 'none',
    fields: 0,
    digests: [],
    rowsLanded: 40_000,
  })
})

test('PostgreSQL counts and digests itself what it has sent', async () => {
  const landed = await land('source')
  expect(landed.run.proof).toMatchObject({ level: 'source', agreeing: 4, source: { columns: 4, byValue: 4 } })
  const [first] = await slicesOf(landed)
  expect(first.source.rowCount).toBe(first.rowsRead)
  expect(first.source.columns[1]).toEqual({
    column: 'id',
    valueCount: first.rowsRead,
    hash: expect.stringMatching(/^-?\d+$/),
    min: '1',
    max: String(first.rowsRead),
  })
})

test('PostgreSQL agrees for every type with every edge', async () => {
  const { rows } = await source.query<{ name: string }>(
    `select typname as name from pg_type where typnamespace = 'pg_catalog'::regnamespace`,
  )
  const known = new Set(rows.map(({ name }) => name))
  // Moments of the last 48 years that PostgreSQL has are beyond 64 bits of microseconds since 1970.
  const types = Object.entries(TYPE_SAMPLES)
    .map(([type, samples]) => [type, samples.filter((sample) => !sample.startsWith('294276'))] as const)
    .filter(([type, samples]) => known.has(type) && samples.length > 0)
  const columns = types.map(([type], index) => `c${index} ${type === 'char' ? '"char"' : type}`)
  await source.query(`create table everything (id int primary key, ${columns.join(', ')})`)
  const height = Math.max(...types.map(([, samples]) => samples.length))
  for (let row = 0; row < height; row++) {
    const values = types.map(([type, samples]) => {
      const sample = samples[row]
      return sample === undefined
        ? 'null'
        : `'${sample.replaceAll("'", "''")}'::${type === 'char' ? '"char"' : type}`
    })
    await source.query(`insert into everything values (${row}, ${values.join(', ')})`)
  }
  const { run } = await land('source', 'public.everything', { partialIngestionPercent: 100 })
  expect(run.metrics.statusSummary.status, JSON.stringify(run.metrics.statusSummary)).toBe('success')
  // All but floats, and bytes, whose columns are counted.
  expect(run.proof.source).toEqual({ columns: types.length + 1, byValue: types.length + 1 - 3 })
})

test('a level that there is not is refused', async () => {
  await expect(land('paranoid')).rejects.toThrow('options.verify')
  const { body } = await server.client.get(`${FLOW}/flows?limit=1`)
  expect(body.items).toHaveLength(1)
})
