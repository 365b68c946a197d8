import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Answer, ApiClient } from './api-client.ts'
import { CRM_FLOW_SPEC, LAKE_SPEC, POSTGRES_SPEC } from './journey.ts'
import { hasModules, pythonTitle, runPython } from './python.ts'
import type { TestDatabase } from './test-database.ts'

// aepp, the Python client of the platform, as it comes from PyPI.

const SCRIPTS = join(import.meta.dirname, '../../acceptance/clients/aepp')
const SCRIPT = join(SCRIPTS, 'main.py')
const SCHEMA_SCRIPT = join(SCRIPTS, 'schemas.py')
const CATALOG_SCRIPT = join(SCRIPTS, 'catalog_story.py')
const PATIENCE_MS = 120_000

export const hasAepp: boolean = await hasModules('aepp')

/** Says in the name of skipped tests why they are. */
export const aeppTitle: string = pythonTitle('aepp', hasAepp)

/** What each chapter of the tutorial saw, by the chapter's name. */
export type AeppStory = Readonly<Record<string, Answer>>

const PAGE = join(import.meta.dirname, '../../docs/clients.md')

/** The programs of the page for users, with a client's own values in the place of the page's. */
export async function readAeppExamples(client: ApiClient): Promise<readonly string[]> {
  const { ims_org, client_id, client_secret, scopes } = client.credentials
  const values = { ims_org, client_id, client_secret, scopes, access_token: client.token }
  const page = await readFile(PAGE, 'utf8')
  const programs = [...page.matchAll(/```python\n(.*?)```/gs)].map(([, program = '']) => program)
  return programs.map((program) =>
    Object.entries(values)
      .reduce((text, [name, value]) => text.replaceAll(`<${name}>`, value), program)
      .replaceAll('http://127.0.0.1:8787', client.baseUrl),
  )
}

/** Tells the whole tutorial with aepp, about a table of a source, and returns what its methods returned. */
export function tellWithAepp(client: ApiClient, source: TestDatabase, table: string): Promise<AeppStory> {
  const world = {
    ...serverOf(client),
    source: {
      server: source.host,
      port: String(source.port),
      database: source.database,
      username: source.user,
      password: source.password,
      sslMode: 'Disable',
    },
    table,
    postgresSpecId: POSTGRES_SPEC.id,
    lakeSpecId: LAKE_SPEC.id,
    flowSpecId: CRM_FLOW_SPEC.id,
  }
  return runPython(SCRIPT, world, PATIENCE_MS)
}

/** Reads and changes datasets, batches, files and labels with aepp, and returns what its methods returned. */
export function tellCatalogWithAepp(
  client: ApiClient,
  landed: Readonly<Record<string, unknown>>,
): Promise<AeppStory> {
  return runPython(CATALOG_SCRIPT, { ...landed, ...serverOf(client) }, PATIENCE_MS)
}

/** Tells of the registry and the identity namespaces with aepp, and returns what its methods returned. */
export function tellSchemasWithAepp(client: ApiClient): Promise<AeppStory> {
  return runPython(SCHEMA_SCRIPT, serverOf(client), PATIENCE_MS)
}

const INGESTION = join(SCRIPTS, 'ingestion.py')

/** Uploads batches with aepp, and returns what its methods returned. */
export function ingestWithAepp(client: ApiClient, wanted: Answer): Promise<AeppStory> {
  return runPython(INGESTION, { ...serverOf(client), ...wanted }, PATIENCE_MS)
}

/** Manages mapping sets with aepp, and returns what its methods returned. */
export function mapWithAepp(client: ApiClient, wanted: Answer): Promise<AeppStory> {
  return runPython(join(SCRIPTS, 'dataprep.py'), { ...serverOf(client), ...wanted }, PATIENCE_MS)
}

/** Where the server is, and who the client. */
function serverOf({ baseUrl, credentials }: ApiClient): Answer {
  return {
    endpoint: baseUrl,
    orgId: credentials.ims_org,
    clientId: credentials.client_id,
    clientSecret: credentials.client_secret,
    scopes: credentials.scopes,
  }
}
