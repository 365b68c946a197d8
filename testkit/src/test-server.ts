import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type AppContext, openAppContext } from '@headwater/server/boot/app-context.ts'
import { issueCredentials } from '@headwater/server/boot/credentials.ts'
import { readSettings } from '@headwater/server/boot/read-settings.ts'
import { createLog } from '@headwater/server/log/log.ts'
import { ApiClient } from './api-client.ts'
import { createMetadataDatabase } from './metadata-database.ts'

/** A whole server in this process, over a metadata database and a lake of its own. */
export interface TestServer extends AsyncDisposable {
  readonly url: string
  readonly lakeDir: string
  readonly client: ApiClient
  /** Lines of the log so far: JSON objects. */
  readonly log: readonly string[]
  /** Ends the server and starts another over the same data. */
  restart(): Promise<void>
}

export interface TestServerOptions {
  readonly env?: Readonly<Record<string, string>> | undefined
}

/** Starts a server on a free port of loopback and makes a client for it. */
export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const dataDir = await mkdtemp(join(tmpdir(), 'headwater-server-'))
  const database = await createMetadataDatabase()
  const env = { DATABASE_URL: database.url, HEADWATER_DATA_DIR: dataDir, HEADWATER_PORT: '0', ...options.env }
  const settings = readSettings([], env)
  const lines: string[] = []
  const log = createLog({ level: 'debug', destination: { write: (line) => void lines.push(line) } })
  let context: AppContext = await openAppContext({ ...settings, log })
  const credentials = { ...(await issueCredentials(settings, 'test')), base_url: context.url }
  const client = new ApiClient(credentials)
  await client.authenticate()
  return {
    get url() {
      return context.url
    },
    lakeDir: join(dataDir, 'lake'),
    client,
    log: lines,
    async restart() {
      await context[Symbol.asyncDispose]()
      context = await openAppContext({ ...settings, log })
      client.baseUrl = context.url
    },
    async [Symbol.asyncDispose]() {
      await context[Symbol.asyncDispose]()
      await database.drop()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}
