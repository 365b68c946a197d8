import { randomBytes } from 'node:crypto'
import type { Answer, ApiClient } from '@headwater/testkit/api-client.ts'
import {
  CATALOG,
  CONVERSION,
  FLOW,
  FULL,
  finishedRun,
  POSTGRES_SPEC,
  REGISTRY,
} from '@headwater/testkit/journey.ts'
import { MAPPINGS, openWorld, type World } from '../conformance/world.ts'
import { descriptorBody, REGISTRY_BODIES, SPEC_BODIES } from './definition-bodies.ts'

const EXPORT = '/data/foundation/export'
const SANDBOXES = '/data/foundation/sandbox-management/sandboxes'

/** Ids of what exists, by the path of the collection that it is in. */
export type SeedIds = Readonly<Record<string, readonly string[]>>

/** A server full of objects for requests that nobody would send. */
export interface FuzzWorld extends AsyncDisposable {
  readonly world: World
  /** A client who may do everything. */
  readonly admin: ApiClient
  /** For requests that read and for references. */
  readonly kept: SeedIds
  /** For requests that change and delete; many, since they wear out. */
  readonly spare: SeedIds
  /** What no answer and no line of the log may ever hold. */
  readonly canaries: readonly string[]
}

const SPARE_COUNT = 12
const LABELS = '/data/foundation/dataset/datasets'
const SUBSCRIPTIONS = `${FLOW}/subscriptions`
const DESCRIPTORS = `${REGISTRY}/tenant/descriptors`
/** Nothing listens there. */
const DEAF_RECEIVER = 'http://127.0.0.1:9/hook'

/**
 * Opens a world with one object of every kind to read, and spare ones to spoil. Creates do not call the source,
 * and notifications go nowhere: made-up addresses must not be dialled.
 */
export async function openFuzzWorld(): Promise<FuzzWorld> {
  await using opened = new AsyncDisposableStack()
  const env = { HEADWATER_VALIDATE_ON_CREATE: 'false', HEADWATER_WEBHOOK_HOSTS: '127.0.0.1' }
  const world = opened.use(await openWorld({ env }))
  const reader = await createReader(world)
  opened.defer(() => reader.drop())
  const kept = await seedKept(world, reader.params)
  const admin = await world.server.createAdmin()
  const spare = await seedSpare(world, admin, kept)
  const canaries = [reader.password, world.server.client.credentials.client_secret, HEADER_CANARY]
  const resources = opened.move()
  return { world, admin, kept, spare, canaries, [Symbol.asyncDispose]: () => resources.disposeAsync() }
}

const HEADER_CANARY = `canary-${randomBytes(12).toString('hex')}`

/** A role whose password is nowhere but in the connections of these tests. */
async function createReader({ source }: World) {
  const name = `fuzz_${randomBytes(6).toString('hex')}`
  const password = `canary-${randomBytes(12).toString('hex')}`
  await source.query(`create role ${name} login password '${password}'`)
  await source.query(`grant select on all tables in schema public to ${name}`)
  const params = {
    server: source.host,
    port: String(source.port),
    database: source.database,
    username: name,
    password,
    sslMode: 'Disable',
  }
  const drop = async (): Promise<void> => {
    await source.query(`drop owned by ${name}`)
    await source.query(`drop role ${name}`)
  }
  return { params, password, drop }
}

async function seedKept(world: World, params: Answer): Promise<SeedIds> {
  const auth = { specName: 'Basic Authentication', params }
  const connection = await world.makeConnection({ auth })
  const source = await world.makeSource({ baseConnectionId: connection.id })
  const target = await world.makeTarget()
  const { schemaId, datasetId, mappingId } = await world.ready()
  const flow = await world.makeFlow({ sourceConnectionIds: [source.id], targetConnectionIds: [target.id] })
  const { id: runId } = await world.makeRun(flow.id)
  const run = await finishedRun(world.server.client, flow.id)
  const batchId = run.activities.at(-1).targetInfo[0].reference.ids[0]
  const specs = await world.client.get('/flowSpecs')
  const files = await world.server.client.get(`${EXPORT}/batches/${batchId}/files`)
  return {
    [`${FLOW}/connections`]: [connection.id],
    [`${FLOW}/sourceConnections`]: [source.id],
    [`${FLOW}/targetConnections`]: [target.id],
    [`${FLOW}/flows`]: [flow.id],
    [`${FLOW}/runs`]: [runId],
    [`${FLOW}/connectionSpecs`]: [POSTGRES_SPEC.id],
    [`${FLOW}/flowSpecs`]: specs.body.items.map(({ id }: Answer) => id),
    [`${CATALOG}/dataSets`]: [datasetId],
    [`${CATALOG}/v2/dataSets`]: [datasetId],
    [`${CATALOG}/batches`]: [batchId],
    [`${CATALOG}/dataSets/{id}/views`]: await viewIds(world, datasetId),
    [LABELS]: [await makeLabelled(world)],
    [`${EXPORT}/batches`]: [batchId],
    [`${EXPORT}/datasets`]: [datasetId],
    [`${EXPORT}/files`]: files.body.data.map(({ dataSetFileId }: Answer) => dataSetFileId),
    [`${CONVERSION}/mappingSets`]: [mappingId],
    [SANDBOXES]: ['prod'],
    [SUBSCRIPTIONS]: [await makeSubscription(world)],
    [DESCRIPTORS]: [await makeDescriptor(world)],
    ...(await registryIds(world, schemaId)),
  }
}

/** What the schema consists of, by the kinds of the registry. */
async function registryIds(world: World, schemaId: string): Promise<SeedIds> {
  const kinds = ['schemas', 'classes', 'fieldgroups', 'mixins', 'datatypes', 'behaviors']
  const found = await Promise.all(
    kinds.map(async (kind) => {
      const container = kind === 'schemas' ? 'tenant' : 'global'
      const listed = await world.server.client.get(`${REGISTRY}/${container}/${kind}`, {
        headers: { accept: 'application/vnd.adobe.xed-id+json' },
      })
      const ids = (listed.body?.results ?? []).map((item: Answer) => item['meta:altId'] ?? item.$id)
      return [`${REGISTRY}/{container}/${kind}`, ids.slice(0, 3)] as const
    }),
  )
  return { ...Object.fromEntries(found), [`${REGISTRY}/{container}/schemas`]: [schemaId] }
}

/** Objects that a flow does not need. Flows among them run in the far future only. */
async function seedSpare(world: World, admin: ApiClient, kept: SeedIds): Promise<SeedIds> {
  const made = await Promise.all(
    Object.entries(spareMakers(world, admin)).map(
      async ([path, make]) => [path, await times(SPARE_COUNT, make)] as const,
    ),
  )
  return { ...kept, ...Object.fromEntries(made), [SANDBOXES]: [await makeSandbox(world)] }
}

function spareMakers(
  world: World,
  admin: ApiClient,
): Readonly<Record<string, (index: number) => Promise<string>>> {
  const make = async (path: string, body: Promise<Answer>, index: number): Promise<string> =>
    (await world.make(index % 3 === 0 ? `${path}?mode=draft` : path, await body)).id
  return {
    [`${FLOW}/connections`]: (index) => make('/connections', Promise.resolve(world.connectionBody()), index),
    [`${FLOW}/sourceConnections`]: (index) => make('/sourceConnections', world.sourceBody(), index),
    [`${FLOW}/targetConnections`]: (index) => make('/targetConnections', world.targetBody(), index),
    [`${FLOW}/flows`]: (index) => make('/flows', world.flowBody(), index),
    [SUBSCRIPTIONS]: () => makeSubscription(world),
    [`${CATALOG}/dataSets`]: () => makeDataset(world),
    [`${CATALOG}/v2/dataSets`]: () => makeDataset(world),
    [`${CATALOG}/batches`]: () => makeBatch(world),
    // The first has none, so that it can get some.
    [LABELS]: (index) => (index === 0 ? makeDataset(world) : makeLabelled(world)),
    [`${CONVERSION}/mappingSets`]: async () => world.makeMapping((await world.ready()).schemaId, MAPPINGS),
    [DESCRIPTORS]: () => makeDescriptor(world),
    [`${FLOW}/connectionSpecs`]: () => makeSpec(world, admin, 'connectionSpecs'),
    [`${FLOW}/flowSpecs`]: () => makeSpec(world, admin, 'flowSpecs'),
    ...Object.fromEntries(
      Object.keys(REGISTRY_BODIES).map((kind) => [
        `${REGISTRY}/{container}/${kind}`,
        () => makeResource(world, kind),
      ]),
    ),
  }
}

async function makeSpec(world: World, admin: ApiClient, kind: keyof typeof SPEC_BODIES): Promise<string> {
  const body = { ...SPEC_BODIES[kind], name: world.newName('spec') }
  return (await admin.post(`${FLOW}/${kind}`, body)).body.id
}

async function makeSubscription(world: World): Promise<string> {
  const headers = { Authorization: `Bearer ${HEADER_CANARY}` }
  const body = { name: world.newName('subscription'), url: DEAF_RECEIVER, headers }
  return (await world.make('/subscriptions', body)).id
}

/** An identity on a schema of its own, since a schema has one only for each of its fields. */
async function makeDescriptor(world: World): Promise<string> {
  const body = descriptorBody(await world.makeSchema())
  const { body: made } = await world.server.client.post(DESCRIPTORS, body)
  return made['@id']
}

async function makeResource(world: World, kind: string): Promise<string> {
  const body = { ...REGISTRY_BODIES[kind], title: world.newName(kind) }
  const { body: made } = await world.server.client.post(`${REGISTRY}/tenant/${kind}`, body)
  return made['$id']
}

async function makeDataset(world: World): Promise<string> {
  const { schemaId } = await world.ready()
  const body = { name: world.newName('spare'), schemaRef: { id: schemaId, contentType: FULL } }
  const { body: answer } = await world.server.client.post(`${CATALOG}/dataSets`, body)
  return String(answer[0]).replace('@/dataSets/', '')
}

async function viewIds({ server }: World, datasetId: string): Promise<string[]> {
  return Object.keys((await server.client.get(`${CATALOG}/dataSets/${datasetId}/views`)).body)
}

async function makeBatch(world: World): Promise<string> {
  const relatedObjects = [{ type: 'dataSet', id: (await world.ready()).datasetId }]
  const body = { status: 'loading', relatedObjects }
  const { body: answer } = await world.server.client.post(`${CATALOG}/batches`, body)
  return String(answer[0]).replace('@/batches/', '')
}

async function makeLabelled(world: World): Promise<string> {
  const id = await makeDataset(world)
  await world.server.client.post(`${LABELS}/${id}/labels`, { labels: ['C1'] })
  return id
}

async function makeSandbox(world: World): Promise<string> {
  const body = { name: 'spare', title: 'Spare', type: 'development' }
  await world.server.client.post(SANDBOXES, body)
  return 'spare'
}

async function times<T>(count: number, make: (index: number) => Promise<T>): Promise<T[]> {
  const made: T[] = []
  while (made.length < count) made.push(await make(made.length))
  return made
}
