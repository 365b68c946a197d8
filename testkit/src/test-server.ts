import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type AppContext, openAppContext } from '@headwater/server/boot/app-context.ts'
import { issueCredentials, type WantedCredentials } from '@headwater/server/boot/credentials.ts'
import { createOrganisation } from '@headwater/server/boot/organisations.ts'
import { readSettings, type Settings } from '@headwater/server/boot/read-settings.ts'
import { createLog } from '@headwater/server/log/log.ts'
import { ApiClient } from './api-client.ts'
import { createMetadataDatabase } from './metadata-database.ts'

/** A whole server in this process, over a metadata database and a lake of its own unless told otherwise. */
export interface TestServer extends AsyncDisposable {
  readonly url: string
  readonly dataDir: string
  /** The lake, while it is a folder of the server's own. */
  readonly lakeDir: string
  readonly client: ApiClient
  /** Of its metadata. */
  readonly databaseUrl: string
  /** A new client that administers the same organisation. */
  createAdmin(): Promise<ApiClient>
  /** A new client with what it is to be able to do. */
  createClient(wanted: Partial<WantedCredentials>): Promise<ApiClient>
  /** Another organisation on the same server. */
  createOrganisation(tenantId: string): Promise<string>
  /** Lines of the log so far: JSON objects. */
  readonly log: readonly string[]
  /** Ends the server and starts another over the same data. */
  restart(): Promise<void>
  /** Ends the server and leaves its data to look at. Idempotent. */
  stop(): Promise<void>
}

export interface TestServerOptions {
  /** A DATABASE_URL here is left as it is at the end; without one the server gets a database of its own. */
  readonly env?: Readonly<Record<string, string>> | undefined
  /** Speaks with the credentials and the token of this one instead of making its own. */
  readonly client?: ApiClient | undefined
}

/** Starts a server on a free port of loopback and makes a client for it. */
export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  await using started = new AsyncDisposableStack()
  const dataDir = await mkdtemp(join(tmpdir(), 'headwater-server-'))
  started.defer(() => rm(dataDir, { recursive: true, force: true }))
  const databaseUrl = options.env?.['DATABASE_URL'] ?? started.use(await createMetadataDatabase()).url
  const env = {
    HEADWATER_DATA_DIR: dataDir,
    HEADWATER_PORT: '0',
    ...options.env,
    DATABASE_URL: databaseUrl,
  }
  const settings = readSettings([], env)
  const lines: string[] = []
  const log = createLog({ level: 'debug', destination: { write: (line) => void lines.push(line) } })
  let context: AppContext = await openAppContext({ ...settings, log })
  const stop = async (): Promise<void> => context[Symbol.asyncDispose]()
  started.defer(stop)
  const client = options.client?.at(urlOf(context)) ?? (await createClient(settings, urlOf(context)))
  const resources = started.move()
  return {
    get url() {
      return urlOf(context)
    },
    dataDir,
    lakeDir: join(dataDir, 'lake'),
    client,
    databaseUrl,
    createAdmin: () => createClient(settings, urlOf(context), { isAdmin: true }),
    createClient: (wanted) => createClient(settings, urlOf(context), wanted),
    createOrganisation: async (tenantId) => (await createOrganisation(settings, tenantId)).orgId,
    log: lines,
    async restart() {
      await stop()
      context = await openAppContext({ ...settings, log })
      client.baseUrl = urlOf(context)
    },
    stop,
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  }
}

function urlOf({ url }: AppContext): string {
  if (url === undefined) throw new Error('a worker answers nobody')
  return url
}

async function createClient(
  settings: Settings,
  url: string,
  wanted: Partial<WantedCredentials> = {},
): Promise<ApiClient> {
  const credentials = await issueCredentials(settings, { name: 'test', ...wanted })
  const client = new ApiClient({ ...credentials, base_url: url })
  await client.authenticate()
  return client
}
