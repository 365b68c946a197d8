import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { issueCredentials } from '@headwater/server/boot/credentials.ts'
import { readSettings } from '@headwater/server/boot/read-settings.ts'
import { ApiClient } from '@headwater/testkit/api-client.ts'
import { CATALOG, createDataset, createSchema, queryRows } from '@headwater/testkit/journey.ts'
import { createMetadataDatabase } from '@headwater/testkit/metadata-database.ts'
import { type ServerProcess, startServerProcess } from '@headwater/testkit/server-process.ts'
import type { TestDatabase } from '@headwater/testkit/test-database.ts'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { IMPORT, lines, numbered } from './uploads.ts'

/** Servers that are killed while they make rows of what was uploaded. */
const ROWS = 1_000

let dataDir: string
let metadata: TestDatabase
let server: ServerProcess | undefined
let client: ApiClient

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'headwater-import-death-'))
  metadata = await createMetadataDatabase()
  await start()
  const env = { HEADWATER_DATA_DIR: dataDir, DATABASE_URL: metadata.url }
  client = new ApiClient(await issueCredentials(readSettings([], env), { name: 'test' }))
  client.baseUrl = server?.url ?? ''
  await client.authenticate()
})

afterAll(async () => {
  await server?.end('SIGTERM')
  await metadata?.drop()
  await rm(dataDir, { recursive: true, force: true })
})

async function start(): Promise<void> {
  server = await startServerProcess(dataDir, { DATABASE_URL: metadata.url })
  if (client !== undefined) client.baseUrl = server.url
}

async function kill(): Promise<void> {
  await server?.end('SIGKILL')
  server = undefined
}

for (const [where, table] of [
  ['has written the part file', 'import_slice'],
  ['is in the middle of its commit', 'lake_table'],
] as const) {
  test(`a server that is killed when it ${where} leaves it to the next, and each row is there once`, async () => {
    const datasetId = await createDataset(
      client,
      await createSchema(client, { id: { type: 'integer' }, note: { type: 'string' } }),
    )
    const batchId = await uploaded(datasetId)
    const gate = await gateUpdates(table)
    expect((await client.post(`${IMPORT}/batches/${batchId}?action=COMPLETE`)).status).toBe(200)
    await gate.reached()
    await kill()
    await gate.open()
    await start()
    await vi.waitUntil(async () => (await statusOf(batchId)) === 'success', { timeout: 60_000, interval: 50 })
    const [counts] = await queryRows(
      client,
      `select count(*)::integer, count(distinct _headwater.id)::integer from "${datasetId}"`,
    )
    expect(counts).toEqual([ROWS, ROWS])
    const { body } = await client.get(`${CATALOG}/dataSetFiles?batch=${batchId}`)
    expect(Object.keys(body)).toHaveLength(1)
  }, 90_000)
}

const GATE = 4_711

/** Whoever changes a row of the table waits, in the middle of its transaction, until the gate is opened. */
async function gateUpdates(table: string): Promise<{ reached(): Promise<unknown>; open(): Promise<void> }> {
  await metadata.query(`select pg_advisory_lock(${GATE})`)
  await metadata.query(`
    create or replace function wait_at_gate() returns trigger language plpgsql
    as 'begin perform pg_advisory_xact_lock(${GATE}); return new; end'`)
  await metadata.query(
    `create trigger gate before update on ${table} for each row execute function wait_at_gate()`,
  )
  const waiting = `select from pg_locks where locktype = 'advisory' and objid = ${GATE} and not granted`
  return {
    reached: () =>
      vi.waitUntil(async () => (await metadata.query(waiting)).rows.length > 0, { timeout: 20_000 }),
    async open() {
      await metadata.query(`select pg_advisory_unlock(${GATE})`)
      await metadata.query(`drop trigger gate on ${table}`)
    },
  }
}

async function uploaded(datasetId: string): Promise<string> {
  const { body } = await client.post(`${IMPORT}/batches`, { datasetId, inputFormat: { format: 'json' } })
  const url = `${client.baseUrl}${IMPORT}/batches/${body.id}/datasets/${datasetId}/files/rows.json`
  const headers = {
    authorization: `Bearer ${client.token}`,
    'x-api-key': client.credentials.client_id,
    'x-gw-ims-org-id': client.credentials.ims_org,
  }
  const response = await fetch(url, { method: 'PUT', headers, body: lines(...numbered(ROWS)) })
  expect(response.status).toBe(200)
  return body.id
}

async function statusOf(batchId: string): Promise<string> {
  return (await client.get(`${CATALOG}/batches/${batchId}`)).body[batchId].status
}
