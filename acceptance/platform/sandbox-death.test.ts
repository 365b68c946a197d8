import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { issueCredentials } from '@headwater/server/boot/credentials.ts'
import { readSettings } from '@headwater/server/boot/read-settings.ts'
import { ApiClient } from '@headwater/testkit/api-client.ts'
import { CATALOG, createDataset, createSchema } from '@headwater/testkit/journey.ts'
import { createMetadataDatabase } from '@headwater/testkit/metadata-database.ts'
import { type ServerProcess, startServerProcess } from '@headwater/testkit/server-process.ts'
import type { TestDatabase } from '@headwater/testkit/test-database.ts'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'

/** Servers that are killed while they empty a sandbox. */
let dataDir: string
let metadata: TestDatabase
let server: ServerProcess | undefined
let client: ApiClient

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'headwater-death-'))
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

const BOXES = '/data/foundation/sandbox-management/sandboxes'

async function untilState(name: string, state: string): Promise<void> {
  const isThere = async () => (await client.get(`${BOXES}/${name}`)).body.state === state
  await vi.waitUntil(isThere, { timeout: 20_000, interval: 30 })
}

for (const [how, changing, end] of [
  ['PUT', 'resetting', 'active'],
  ['DELETE', 'deleting', 'deleted'],
] as const) {
  test(`a sandbox that was ${changing} when the server was killed is ${end} after the next start`, async () => {
    const name = changing
    const body = { name, title: name, type: 'development' }
    expect((await client.post(BOXES, body)).status).toBe(202)
    await untilState(name, 'active')
    const api = client.in(name)
    await createDataset(api, await createSchema(api, { id: { type: 'integer' } }))
    // Nobody can note the folder that is to go, so that the server stands in the middle of its work.
    await metadata.query('begin')
    await metadata.query('lock table lake_removal')
    const asked = how === 'PUT' ? { body: { action: 'reset' } } : {}
    expect((await client.call(how, `${BOXES}/${name}`, asked)).status).toBe(202)
    const waiting = `select from pg_locks where relation = 'lake_removal'::regclass and not granted`
    await vi.waitUntil(async () => (await metadata.query(waiting)).rows.length > 0)
    await kill()
    await metadata.query('commit')
    await start()
    await untilState(name, end)
    if (end === 'active') expect((await client.in(name).get(`${CATALOG}/dataSets`)).body).toEqual({})
    const { rows } = await metadata.query('select from lake_removal')
    expect(rows).toEqual([])
  })
}
