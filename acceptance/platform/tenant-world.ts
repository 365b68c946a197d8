import type { ApiClient, ApiResponse } from '@headwater/testkit/api-client.ts'
import { FLOW, finishedRun, REGISTRY } from '@headwater/testkit/journey.ts'
import { vi } from 'vitest'
import { openWorld, type World } from '../conformance/world.ts'
import { type Bodies, prepareBodies } from '../fuzz/bodies.ts'
import { descriptorBody } from '../fuzz/definition-bodies.ts'
import type { Operation } from '../fuzz/operations.ts'
import { findTargets, type Target } from './tenants.ts'

/** A server with something of every kind, and every operation with the paths of what there is. */
export interface Tenants {
  readonly world: World
  /** Who made all of it. */
  readonly owner: ApiClient
  readonly targets: readonly Target[]
  readonly bodies: Bodies
}

export async function openTenants(): Promise<Tenants> {
  const world = await openWorld({ env: { HEADWATER_VALIDATE_ON_CREATE: 'false' } })
  const owner = world.server.client
  await makeOneOfEach(world)
  return { world, owner, bodies: await prepareBodies(world), targets: await findTargets(owner) }
}

/** Something of every kind, so that there is no operation without something that it could give away. */
async function makeOneOfEach(world: World): Promise<void> {
  const owner = world.server.client
  const { schemaId, datasetId } = await world.ready()
  const flow = await world.makeFlow()
  await world.makeRun(flow.id)
  await finishedRun(owner, flow.id)
  const hook = { name: world.newName('subscription'), url: 'http://127.0.0.1:9/hook', events: ['success'] }
  const { id } = await world.make('/subscriptions', { ...hook, flowIds: [flow.id] })
  await world.makeRun(flow.id)
  const deliveries = async () => (await owner.get(`${FLOW}/subscriptions/${id}/deliveries`)).body.items
  await vi.waitUntil(async () => (await deliveries()).length > 0, { timeout: 20_000, interval: 30 })
  const identity = { ...descriptorBody(schemaId), 'xdm:isPrimary': true }
  await owner.post(`${REGISTRY}/tenant/descriptors`, identity)
  const union = [{ op: 'add', path: '/meta:immutableTags', value: ['union'] }]
  const joined = await owner.call('PATCH', `${REGISTRY}/tenant/schemas/${encodeURIComponent(schemaId)}`, {
    body: union,
  })
  if (joined.status !== 200) throw new Error(`no union: ${JSON.stringify(joined.body)}`)
  await owner.post(`${REGISTRY}/tenant/datatypes`, {
    title: world.newName('data type'),
    type: 'object',
    properties: { kestrel: { type: 'string' } },
  })
  await owner.post(`/data/foundation/dataset/datasets/${datasetId}/labels`, { labels: ['C1'] })
  await owner.post('/data/core/idnamespace/identities', {
    code: 'Kestrel',
    name: 'Kestrel number',
    idType: 'CROSS_DEVICE',
  })
  await makeUpload(owner, datasetId)
  const admin = await world.server.createAdmin()
  for (const kind of ['connectionSpecs', 'flowSpecs']) {
    const name = `kestrel ${kind}`
    await admin.post(`${FLOW}/${kind}`, {
      name,
      providerId: '0ed90a81-07f4-4586-8190-b40eccef1c5a',
      version: '1.0',
    })
  }
}

/** A batch that waits for more files. */
async function makeUpload(owner: ApiClient, datasetId: string): Promise<void> {
  const batches = '/data/foundation/import/batches'
  const { body } = await owner.post(batches, { datasetId, inputFormat: { format: 'json' } })
  const url = `${batches}/${body.id}/datasets/${datasetId}/files/rows.json`
  const { status } = await owner.call('PUT', url, { body: { _headwater: { note: 'kestrel' } } })
  if (status !== 200) throw new Error(`no upload: ${status}`)
}

/** A request of an operation about what is at a path. */
export function askFor(
  client: ApiClient,
  { operation, path, bodies }: { operation: Operation; path: string; bodies: Bodies },
): Promise<ApiResponse> {
  const isItem = operation.path.includes('{')
  const accept = isItem ? 'application/vnd.adobe.xed+json;version=1' : 'application/vnd.adobe.xed-id+json'
  const headers = {
    ...(operation.path.startsWith(REGISTRY) && operation.method === 'GET' ? { accept } : {}),
    ...(operation.method === 'GET' ? {} : { 'if-match': '*' }),
  }
  const query = operation.path.endsWith('/action') ? '?op=disable' : ''
  return client.call(operation.method, path + query, { headers, ...bodyOf(operation, bodies) })
}

export function bodyOf(
  { operationId, hasBody, example }: Operation,
  bodies: Bodies,
): { readonly body?: unknown } {
  if (!hasBody) return {}
  const body = JSON.stringify(bodies[operationId] ?? example ?? {})
  return { body: body.replaceAll('@new@', () => `kestrel-new-${++counter}`) }
}

let counter = 0
