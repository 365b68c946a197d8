import { join } from 'node:path'
import { aeppTitle, hasAepp, tellWithAepp } from '@headwater/testkit/aepp.ts'
import type { Answer } from '@headwater/testkit/api-client.ts'
import {
  curlTitle,
  followStep,
  hasCurl,
  type Notes,
  readTutorial,
  takeNotes,
} from '@headwater/testkit/curl.ts'
import { CATALOG } from '@headwater/testkit/journey.ts'
import { createTestDatabase, type TestDatabase } from '@headwater/testkit/test-database.ts'
import { startTestServer, type TestServer } from '@headwater/testkit/test-server.ts'
import { parquetMetadata, parquetReadObjects } from 'hyparquet'
import { compressors } from 'hyparquet-compressors'
import { afterAll, beforeAll, describe, expect } from 'vitest'
import { statement } from '../conformance/statement.ts'

/**
 * The documented ways from a table to a dataset, gone by the clients that they are written for. What is compared in
 * the end are the rows of the source with those of the files, which an independent reader reads.
 */
const TUTORIALS = join(import.meta.dirname, '../clients/curl')
const EXPORT = '/data/foundation/export'

let source: TestDatabase
let server: TestServer

beforeAll(async () => {
  source = await createTestDatabase()
  await source.query(`
    create schema test1;
    create table test1."Mytable" ("TestID" text primary key, "Name" text, "Datefield" timestamp);
    insert into test1."Mytable"
      select 'id ' || n, nullif('name ' || n, 'name 7'), timestamp '2021-02-03 17:19:33' + n * interval '1 day'
        from generate_series(1, 50) n;
    create table orders (id bigint primary key, city text, placed_at timestamptz);
    insert into orders
      select n, 'city ' || n, timestamptz '2024-01-01' + n * interval '1 hour' from generate_series(1, 20) n`)
  server = await startTestServer()
})

afterAll(async () => {
  await server?.[Symbol.asyncDispose]()
  await source?.drop()
})

/** The rows of the files of a dataset's successful batches, downloaded, by batch. */
async function filesOf(datasetId: string): Promise<readonly Answer[][]> {
  const { client } = server
  const batches = await client.get(`${CATALOG}/batches?dataSet=${datasetId}&status=success`)
  const ids = Object.keys(batches.body).sort()
  const rows: Answer[][] = []
  for (const id of ids) {
    const files = await client.get(`${EXPORT}/batches/${id}/files`)
    const found: Answer[] = []
    for (const { dataSetFileId } of files.body.data) found.push(...(await rowsOf(dataSetFileId)))
    rows.push(found)
  }
  return rows
}

async function rowsOf(fileId: string): Promise<Answer[]> {
  const { token, credentials, baseUrl } = server.client
  const listed = await server.client.get(`${EXPORT}/files/${fileId}`)
  const [{ name }] = listed.body.data
  const response = await fetch(`${baseUrl}${EXPORT}/files/${fileId}?path=${encodeURIComponent(name)}`, {
    headers: {
      authorization: `Bearer ${token}`,
      'x-api-key': credentials.client_id,
      'x-gw-ims-org-id': credentials.ims_org,
      'x-sandbox-name': 'prod',
    },
  })
  const file = await response.arrayBuffer()
  return parquetReadObjects({ file, metadata: parquetMetadata(file), compressors })
}

function notes(): Notes {
  const { credentials } = server.client
  return {
    API_KEY: credentials.client_id,
    CLIENT_SECRET: credentials.client_secret,
    SCOPES: credentials.scopes,
    ORG_ID: credentials.ims_org,
    SANDBOX_NAME: 'prod',
    SERVER: source.host,
    PORT: String(source.port),
    DATABASE: source.database,
    USERNAME: source.user,
    PASSWORD: source.password,
    TABLE_PATH: 'test1.Mytable',
  }
}

describe.skipIf(!hasCurl)(curlTitle, () => {
  statement(145, 'the tutorial for databases ends in files that hold the rows of the source', async () => {
    let noted = notes()
    for (const file of ['01-authenticate', '02-base-connection', '03-dataflow', '04-monitor']) {
      for (const step of await readTutorial(join(TUTORIALS, `${file}.sh`))) {
        const answer = await followStep(step, server.url, noted)
        expect(answer.status, `${file}: ${step.title}: ${answer.text.slice(0, 500)}`).toBe(step.status)
        noted = takeNotes(step, answer, noted)
      }
    }
    const { rows: wanted } = await source.query(
      `select "TestID" as id, "Name" as name, "Datefield"::date::text as day from test1."Mytable" order by 1`,
    )
    const [first = []] = await filesOf(noted['DATASET_ID'] ?? '')
    const landed = first.map(({ _id, person }) => ({
      id: _id,
      name: person?.name?.fullName ?? null,
      day: new Date(person.birthDate).toISOString().slice(0, 10),
    }))
    expect(landed.sort((a, b) => (a.id < b.id ? -1 : 1))).toEqual(wanted)
  })
})

describe.skipIf(!hasAepp)(aeppTitle, () => {
  statement(146, 'aepp goes the same way, and its files hold the rows of the source', async () => {
    const { journey } = await tellWithAepp(server.client, source, 'public.orders')
    expect(journey.raised).toBeUndefined()
    const { rows: wanted } = await source.query(
      'select id::int, city, extract(epoch from placed_at)::int as at from orders order by 1',
    )
    const [first = []] = await filesOf(journey.datasetId)
    const landed = first.map(({ _headwater: { id, city, placedAt } }) => ({
      id: Number(id),
      city,
      at: new Date(placedAt).getTime() / 1000,
    }))
    expect(landed.sort((a, b) => a.id - b.id)).toEqual(wanted)
  })
})
