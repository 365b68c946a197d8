import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { loadTables } from '@headwater/demo/load-data.ts'
import { movies } from '@headwater/demo/stories/movies.ts'
import { DEMO_TABLES } from '@headwater/demo/tables.ts'
import type { Answer } from '@headwater/testkit/api-client.ts'
import { connectTo, finishedRun, ingest } from '@headwater/testkit/journey.ts'
import { hasPyiceberg, pyicebergTitle, readWithPyiceberg } from '@headwater/testkit/pyiceberg.ts'
import { createTestDatabase, type TestDatabase } from '@headwater/testkit/test-database.ts'
import { startTestServer, type TestServer } from '@headwater/testkit/test-server.ts'
import { icebergRead } from 'icebird'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'

/**
 * Real public data, ingested through the API, then read from the lake by programs that are not ours: they find
 * the table by its path and must agree with SQL on the source.
 */
const ZIPCODES = [
  { column: 'zip_code', type: 'string' },
  { column: 'latitude', type: 'number' },
  { column: 'longitude', type: 'number' },
  { column: 'city', type: 'string' },
  { column: 'state', type: 'string' },
  { column: 'county', type: 'string' },
]

let source: TestDatabase
let server: TestServer
/** Folder of each landed table. */
const folders = { movies: '', zipcodes: '' }

beforeAll(async () => {
  source = await createTestDatabase()
  server = await startTestServer()
  const client = new pg.Client({ connectionString: source.url })
  await client.connect()
  await loadTables(
    client,
    DEMO_TABLES.filter(({ name }) => name in folders),
  )
  await client.end()
  const connectionId = await connectTo(server.client, source)
  folders.movies = await land(connectionId, movies.relation, movies.fields, movies.mappings('headwater'))
  const fields = Object.fromEntries(ZIPCODES.map(({ column, type }) => [column, { type }]))
  const mappings = ZIPCODES.map(({ column }) => ({
    sourceType: 'ATTRIBUTE',
    source: column,
    destination: `_headwater.${column}`,
  }))
  folders.zipcodes = await land(connectionId, 'public.zipcodes', fields, mappings)
})

afterAll(async () => {
  await server?.[Symbol.asyncDispose]()
  await source?.drop()
})

async function land(connectionId: string, tableName: string, fields: Answer, mappings: readonly Answer[]) {
  const { flowId, datasetId } = await ingest(server.client, connectionId, { tableName, fields, mappings })
  const run = await finishedRun(server.client, flowId)
  expect(run.metrics.statusSummary.status, JSON.stringify(run.metrics.statusSummary)).toBe('success')
  return join(server.lakeDir, 'prod', datasetId)
}

/** The newest metadata file, as a reader of a plain folder finds it. */
async function metadataPath(folder: string): Promise<string> {
  const version = await readFile(join(folder, 'metadata', 'version-hint.text'), 'utf8')
  return join(folder, 'metadata', `v${version}.metadata.json`)
}

async function askSource(sql: string): Promise<Answer> {
  return (await source.query(sql)).rows[0]
}

describe(pyicebergTitle, () => {
  test.skipIf(!hasPyiceberg)(
    'movies: counts, NULLs, sums and bounds of nested fields equal SQL',
    async () => {
      const table: Answer = await readWithPyiceberg(await metadataPath(folders.movies))
      const movie = table.columns._headwater.fields.movie.fields
      const { takings, ratings } = { takings: movie.takings.fields, ratings: movie.ratings.fields }
      const sent = await askSource(`select count(*)::integer as rows, count(director)::integer as directors,
        count(worldwide_gross)::integer as worldwide, sum(worldwide_gross)::text as worldwide_sum,
        min(worldwide_gross)::text as worldwide_min, max(worldwide_gross)::text as worldwide_max,
        sum(worldwide_gross - production_budget)::text as profit_sum,
        count(worldwide_gross - production_budget)::integer as profits,
        sum(imdb_rating)::text as imdb_sum, min(imdb_rating)::text as imdb_min, max(imdb_rating)::text as imdb_max,
        min(to_date(release_date, 'Mon DD YYYY'))::text as first, max(to_date(release_date, 'Mon DD YYYY'))::text as last,
        count(release_date)::integer as dates from movies`)
      expect(table.rows).toBe(sent.rows)
      expect(movie.director).toMatchObject({ values: sent.directors, nulls: sent.rows - sent.directors })
      expect(takings.worldwide).toMatchObject({
        values: sent.worldwide,
        sum: sent.worldwide_sum,
        min: sent.worldwide_min,
        max: sent.worldwide_max,
      })
      expect(takings.profit).toMatchObject({ values: sent.profits, sum: sent.profit_sum })
      expect(ratings.imdb).toMatchObject({ sum: sent.imdb_sum, min: sent.imdb_min, max: sent.imdb_max })
      expect(movie.released).toMatchObject({ values: sent.dates, min: sent.first, max: sent.last })
    },
  )

  test.skipIf(!hasPyiceberg)('zipcodes: forty thousand rows, doubles and texts equal SQL', async () => {
    const table: Answer = await readWithPyiceberg(await metadataPath(folders.zipcodes))
    const sent = await askSource(`select count(*)::integer as rows, count(county)::integer as counties,
        min(latitude)::text as south, max(latitude)::text as north, sum(latitude::numeric)::float8 as latitudes,
        min(city collate "C") as first, max(city collate "C") as last from zipcodes`)
    const fields = table.columns._headwater.fields
    expect(table.rows).toBe(sent.rows)
    expect(fields.county).toMatchObject({ values: sent.counties, nulls: sent.rows - sent.counties })
    expect(fields.city).toMatchObject({ min: sent.first, max: sent.last })
    expect(fields.latitude).toMatchObject({ min: sent.south, max: sent.north })
    expect(Number(fields.latitude.sum)).toBeCloseTo(sent.latitudes, 4)
  })
})

describe('icebird', () => {
  afterEach(() => {
    vi.unstubAllGlobals()
  })

  test('movies: every row, field by field, equals the source', async () => {
    vi.stubGlobal('fetch', fetchFile)
    const rows: Answer[] = await icebergRead({ tableUrl: `file://${folders.movies}` })
    const { rows: sent } = await source.query(
      `select id, title, director, worldwide_gross::text as worldwide, imdb_rating::text as imdb,
         to_date(release_date, 'Mon DD YYYY')::text as released from movies order by id`,
    )
    const found = rows
      .toSorted((a, b) => Number(a._id) - Number(b._id))
      .map(({ _id, _headwater: { movie } }) => ({
        id: Number(_id),
        title: movie.title ?? null,
        director: movie.director ?? null,
        worldwide: movie.takings?.worldwide?.toString() ?? null,
        // This reader multiplies decimals as doubles, so it is asked for the digits that the type has.
        imdb: movie.ratings?.imdb?.toFixed(1) ?? null,
        released: movie.released?.toISOString().slice(0, 10) ?? null,
      }))
    expect(found).toEqual(sent)
  })
})

/** This reader knows URLs only; this lets it read `file:` ones. */
async function fetchFile(input: string | URL, init: RequestInit = {}): Promise<Response> {
  const path = fileURLToPath(String(input))
  const { size } = await stat(path)
  if (init.method === 'HEAD') return new Response(null, { headers: { 'content-length': String(size) } })
  const bytes = await readFile(path)
  const range = /bytes=(\d+)-(\d+)?/.exec(new Headers(init.headers).get('range') ?? '')
  if (range === null) return new Response(bytes)
  const [start, end] = [Number(range[1]), range[2] === undefined ? size : Number(range[2]) + 1]
  return new Response(bytes.subarray(start, end), { status: 206 })
}
