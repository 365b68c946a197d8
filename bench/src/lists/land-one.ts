import { issueCredentials } from '@headwater/server/boot/credentials.ts'
import { readSettings } from '@headwater/server/boot/read-settings.ts'
import { ApiClient } from '@headwater/testkit/api-client.ts'
import { connectTo, finishedRun, ingest } from '@headwater/testkit/journey.ts'
import { startServerProcess } from '@headwater/testkit/server-process.ts'
import pg from 'pg'

/**
 * Goes the documented way once, so that the database holds one real resource of each kind and a real run. Their
 * documents are what everything else is made after.
 */
export async function landOne(
  metadataUrl: string,
  { dataDir, sourceUrl }: { readonly dataDir: string; readonly sourceUrl: string },
): Promise<void> {
  await makeSource(sourceUrl)
  const server = await startServerProcess(dataDir, { DATABASE_URL: metadataUrl })
  try {
    const client = await createClient(metadataUrl, dataDir, server.url)
    const { hostname: host, port, username: user, password, pathname } = new URL(sourceUrl)
    const database = pathname.slice(1)
    const connectionId = await connectTo(client, { host, port: Number(port), user, password, database })
    const { flowId } = await ingest(client, connectionId, {
      tableName: 'public.orders',
      fields: { id: { type: 'integer' }, city: { type: 'string' } },
      mappings: [
        { sourceType: 'ATTRIBUTE', source: 'id', destination: '_headwater.id' },
        { sourceType: 'ATTRIBUTE', source: 'city', destination: '_headwater.city' },
      ],
      copy: { deltaColumn: { name: 'updated_at' } },
    })
    await finishedRun(client, flowId)
  } finally {
    await server.end('SIGTERM')
  }
}

/** A client of the server at `url`, which works over this database. */
export async function createClient(metadataUrl: string, dataDir: string, url: string): Promise<ApiClient> {
  const settings = readSettings([], { DATABASE_URL: metadataUrl, HEADWATER_DATA_DIR: dataDir })
  const client = new ApiClient({ ...(await issueCredentials(settings, { name: 'bench' })), base_url: url })
  await client.authenticate()
  return client
}

async function makeSource(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query(`
    create table if not exists orders as
      select n::bigint as id, 'city ' || n as city, now() as updated_at from generate_series(1, 100) n`)
  await client.end()
}
