import { HeadwaterClient } from '@headwater/client/client.ts'
import type { RegistryResources } from '@headwater/client/resources/registry-resources.ts'
import type { Fetch } from '@headwater/client/send.ts'
import type { MetricsBody } from '@headwater/contract/observability.ts'
import {
  type ListedOperation,
  listOperations,
  type OpenApiNode,
  resolveRef,
} from '@headwater/testkit/openapi/walk-document.ts'
import { startTestServer, type TestServer } from '@headwater/testkit/test-server.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'

/** The typed client beside the document of the API: nothing is missing, and nothing is called that is not there. */
let server: TestServer
let document: OpenApiNode

beforeAll(async () => {
  server = await startTestServer()
  document = await (await fetch(`${server.url}/docs/json`)).json()
})

afterAll(async () => {
  await server?.[Symbol.asyncDispose]()
})

/** What needs no method, and why. */
const WITHOUT_METHOD: readonly RegExp[] = [
  // The older name of field groups, and other ways to change a dataset.
  /_mixins$/,
  /^(patchDatasetV2|mergeDataset)$/,
  // What a file is like, openFile tells as well, getLabels the tag, and each piece how much has come.
  /^(getFileHeaders|getLabelsHeaders|getUploadedFileHeaders)$/,
  // Engines bring clients of their own.
  /^(create|get|has|list|load|report)Iceberg/,
  // Tokens are fetched by themselves, and health is asked without one.
  /^(createToken_v\d|exchangeJwt|listTokenKeys|isAlive|isReady)$/,
]

const ID = '00000000-0000-4000-8000-000000000000'

const DESCRIPTOR = { '@type': 'xdm:descriptorIdentity', 'xdm:sourceSchema': 'x' } as const
const METRICS: MetricsBody = {
  start: '2025-10-01',
  end: '2025-10-02',
  metrics: [{ name: 'timeseries.ingestion.dataset.size' }],
}
const MAPPING = { source: 'x', destination: 'y' }
const MAPPING_SET = { xdmSchema: 'x', mappings: [MAPPING] }
const DATASET = { name: 'x', schemaRef: { id: 'x' } }

const UPLOAD = { datasetId: ID, inputFormat: { format: 'json' } }
const FILE = { batchId: ID, datasetId: ID, path: ID }

const NAMESPACE = { code: 'x', name: 'x', idType: 'COOKIE' } as const

/** What calls each operation. */
const CALLS: Readonly<Record<string, (it: HeadwaterClient) => Promise<unknown>>> = {
  getSampleData: (it) => it.registry.sample(ID),
  createTableSchema: (it) =>
    it.registry.createTableSchema({ baseConnectionId: ID, tableName: 'public.orders' }),
  listIdentityNamespaces: (it) => it.identityNamespaces.list(),
  createIdentityNamespace: (it) => it.identityNamespaces.create(NAMESPACE),
  getIdentityNamespace: (it) => it.identityNamespaces.get(ID),
  listConnectionSpecs: (it) => it.connectionSpecs.list(),
  createConnectionSpec: (it) => it.connectionSpecs.create({ name: 'x', providerId: 'y' }),
  getConnectionSpec: (it) => it.connectionSpecs.get(ID),
  replaceConnectionSpec: (it) => it.connectionSpecs.replace(ID, { name: 'x', providerId: 'y' }),
  exploreConnectionSpec: (it) => it.connectionSpecs.explore(ID),
  listConnectionSpecConfigs: (it) => it.connectionSpecs.configs(ID),
  listFlowSpecs: (it) => it.flowSpecs.list(),
  createFlowSpec: (it) => it.flowSpecs.create({ name: 'x', providerId: 'y' }),
  getFlowSpec: (it) => it.flowSpecs.get(ID),
  replaceFlowSpec: (it) => it.flowSpecs.replace(ID, { name: 'x', providerId: 'y' }),
  searchFlowSpecs: (it) => it.flowSpecs.search({}),
  listConnections: (it) => it.connections.list(),
  createConnection: (it) => it.connections.createDraft({ connectionSpec: { id: ID } }),
  getConnection: (it) => it.connections.get(ID),
  patchConnection: (it) => it.connections.patch(ID, '*', []),
  deleteConnection: (it) => it.connections.delete(ID),
  testConnection: (it) => it.connections.test(ID),
  exploreConnection: (it) => it.connections.explore(ID),
  listConnectionConfigs: (it) => it.connections.configs(ID),
  actOnConnection: (it) => it.connections.publish(ID),
  searchConnections: (it) => it.connections.search({}),
  listSourceConnections: (it) => it.sourceConnections.list(),
  createSourceConnection: (it) => it.sourceConnections.createDraft({ connectionSpec: { id: ID } }),
  getSourceConnection: (it) => it.sourceConnections.get(ID),
  patchSourceConnection: (it) => it.sourceConnections.patch(ID, '*', []),
  deleteSourceConnection: (it) => it.sourceConnections.delete(ID),
  actOnSourceConnection: (it) => it.sourceConnections.publish(ID),
  listTargetConnections: (it) => it.targetConnections.list(),
  createTargetConnection: (it) => it.targetConnections.createDraft({ connectionSpec: { id: ID } }),
  getTargetConnection: (it) => it.targetConnections.get(ID),
  patchTargetConnection: (it) => it.targetConnections.patch(ID, '*', []),
  deleteTargetConnection: (it) => it.targetConnections.delete(ID),
  actOnTargetConnection: (it) => it.targetConnections.publish(ID),
  listFlows: (it) => it.flows.list(),
  createFlow: (it) => it.flows.createDraft({ flowSpec: { id: ID } }),
  getFlow: (it) => it.flows.get(ID),
  patchFlow: (it) => it.flows.patch(ID, '*', []),
  deleteFlow: (it) => it.flows.delete(ID),
  actOnFlow: (it) => it.flows.enable(ID),
  searchFlows: (it) => it.flows.search({}, { sandboxIds: [ID] }),
  listRuns: (it) => it.runs.list(),
  createRun: (it) => it.runs.create({ flowId: ID }),
  getRun: (it) => it.runs.get(ID),
  putRun: (it) => it.runs.put(ID, '*', {}),
  actOnRun: (it) => it.runs.retrigger(ID),
  listSubscriptions: (it) => it.subscriptions.list(),
  createSubscription: (it) => it.subscriptions.create({ name: 'x', url: 'http://localhost' }),
  getSubscription: (it) => it.subscriptions.get(ID),
  patchSubscription: (it) => it.subscriptions.patch(ID, '*', []),
  deleteSubscription: (it) => it.subscriptions.delete(ID),
  actOnSubscription: (it) => it.subscriptions.enable(ID),
  listDeliveries: (it) => it.subscriptions.listDeliveries(ID),
  getDelivery: (it) => it.subscriptions.getDelivery(ID, ID),
  actOnDelivery: (it) => it.subscriptions.redeliver(ID, ID),
  ...callsOfRegistry('schemas', (it) => it.registry.schemas),
  ...callsOfRegistry('classes', (it) => it.registry.classes),
  ...callsOfRegistry('fieldgroups', (it) => it.registry.fieldGroups),
  ...callsOfRegistry('datatypes', (it) => it.registry.dataTypes),
  list_behaviors: (it) => it.registry.behaviors.list({ property: ['title~x'] }),
  get_behaviors: (it) => it.registry.behaviors.get(ID),
  list_unions: (it) => it.registry.unions.list({ orderby: 'title', limit: 5 }),
  get_union: (it) => it.registry.unions.get(ID),
  getRegistryStats: (it) => it.registry.stats(),
  list_descriptors: (it) => it.registry.descriptors.list(),
  get_descriptor: (it) => it.registry.descriptors.get(ID),
  create_descriptor: (it) => it.registry.descriptors.create(DESCRIPTOR),
  replace_descriptor: (it) => it.registry.descriptors.replace(ID, DESCRIPTOR),
  delete_descriptor: (it) => it.registry.descriptors.delete(ID),
  listDatasets: (it) => it.datasets.list({ limit: 5 }),
  getDataset: (it) => it.datasets.get(ID),
  createDataset: (it) => it.datasets.create(DATASET),
  replaceDataset: (it) => it.datasets.replace(ID, DATASET),
  patchDataset: (it) => it.datasets.patch(ID, { name: 'x' }),
  deleteDataset: (it) => it.datasets.delete(ID, { ifMatch: '*', force: true }),
  listDatasetViews: (it) => it.datasets.listViews(ID),
  getDatasetView: (it) => it.datasets.getView(ID, ID),
  listDatasetViewFiles: (it) => it.datasets.listViewFiles(ID, ID, { batch: ID }),
  previewDataset: (it) => it.datasets.preview(ID),
  listDatasetFiles: (it) => it.datasets.listFiles({ batch: ID }),
  listBatches: (it) => it.batches.list({ status: 'success' }),
  listLastBatches: (it) => it.batches.listLast(),
  createBatch: (it) => it.batches.create({ status: 'loading' }),
  createOrMergeBatch: (it) => it.batches.create({ status: 'loading' }, { id: ID }),
  replaceBatch: (it) => it.batches.replace(ID, { status: 'loading' }, { ifMatch: '1.0.0' }),
  patchBatch: (it) => it.batches.patch(ID, { status: 'inactive' }),
  deleteBatch: (it) => it.batches.delete(ID),
  getBatch: (it) => it.batches.get(ID),
  listBatchFiles: (it) => it.batches.listFiles(ID, { limit: 5 }),
  getFile: (it) => it.batches.openFile(ID, 'part-0.parquet'),
  getBatchMeta: (it) => it.batches.listMeta(ID, { path: 'row_errors' }),
  getFailedRows: (it) => it.batches.listFailed(ID),
  createUpload: (it) => it.uploads.create(UPLOAD),
  replayBatches: (it) => it.uploads.replay({ ...UPLOAD, predecessors: [ID] }),
  uploadFile: (it) => it.uploads.putFile(FILE, '{}'),
  uploadFilePart: (it) => it.uploads.putPart({ ...FILE, firstByte: 0 }, new Uint8Array(2)),
  actOnUploadedFile: (it) => it.uploads.beginFile(FILE),
  previewUpload: (it) => it.uploads.preview({ batchId: ID, datasetId: ID, nrow: 3 }),
  actOnBatch: (it) => it.uploads.complete(ID),
  listActiveSandboxes: (it) => it.sandboxes.listActive(),
  listSandboxes: (it) => it.sandboxes.list({ limit: 5 }),
  listSandboxTypes: (it) => it.sandboxes.listTypes(),
  getSandbox: (it) => it.sandboxes.get(ID),
  createSandbox: (it) => it.sandboxes.create({ name: 'x', type: 'development' }),
  patchSandbox: (it) => it.sandboxes.patch(ID, { title: 'x' }),
  resetSandbox: (it) => it.sandboxes.reset(ID, { validationOnly: 'true' }),
  deleteSandbox: (it) => it.sandboxes.delete(ID),
  getLabels: (it) => it.datasets.getLabels(ID),
  createLabels: (it) => it.datasets.createLabels(ID, { labels: ['C1'] }),
  replaceLabels: (it) => it.datasets.replaceLabels(ID, '*', { labels: ['C1'] }),
  deleteLabels: (it) => it.datasets.deleteLabels(ID, '*'),
  readMetrics: (it) => it.readMetrics(METRICS),
  listMappingSets: (it) => it.mappingSets.list({ orderBy: '-createdDate', limit: 5 }),
  getMappingSet: (it) => it.mappingSets.get(ID, { version: 0 }),
  createMappingSet: (it) => it.mappingSets.create(MAPPING_SET),
  updateMappingSet: (it) => it.mappingSets.update(ID, MAPPING_SET),
  deleteMappingSet: (it) => it.mappingSets.delete(ID),
  validateMappingSet: (it) => it.mappingSets.validate(MAPPING_SET),
  previewMappingSet: (it) => it.mappingSets.preview({ sourceConnectionId: ID, mappingSet: MAPPING_SET }),
  suggestMappings: (it) => it.mappingSets.suggest({ xdmSchema: ID, columns: [{ name: 'x' }] }),
  listMappings: (it) => it.mappingSets.listMappings(ID, { version: 0 }),
  getMapping: (it) => it.mappingSets.getMapping(ID, ID),
  createMapping: (it) => it.mappingSets.createMapping(ID, MAPPING),
  replaceMapping: (it) => it.mappingSets.replaceMapping(ID, ID, MAPPING),
  deleteMapping: (it) => it.mappingSets.deleteMapping(ID, ID),
  listMappingFunctions: (it) => it.mappingLanguage.functions(),
  listMappingOperators: (it) => it.mappingLanguage.operators(),
  validateExpression: (it) => it.mappingLanguage.validate('1 + 2'),
  listEvents: (it) => it.monitoring.events({ since: '1760000000000', kinds: 'run' }),
  readIngestion: (it) => it.monitoring.ingestion({ start: '2025-10-01', end: '2025-10-02' }),
  readRunDetail: (it) => it.monitoring.run(ID),
  readLakeTable: (it) => it.monitoring.table(ID),
  listTableFiles: (it) => it.monitoring.tableFiles(ID, { limit: 5 }),
  listAuditEntries: (it) => it.monitoring.audit({ limit: 5 }),
  runQuery: (it) => it.query({ sql: 'select 1' }),
}

function callsOfRegistry(
  kind: string,
  of: (client: HeadwaterClient) => RegistryResources,
): Record<string, (it: HeadwaterClient) => Promise<unknown>> {
  return {
    [`list_${kind}`]: (it) => of(it).list({}, { container: 'global' }),
    [`get_${kind}`]: (it) => of(it).get(ID, { isShort: true }),
    [`create_${kind}`]: (it) => of(it).create({ title: 'x' }),
    [`replace_${kind}`]: (it) => of(it).replace(ID, { title: 'x' }),
    [`patch_${kind}`]: (it) => of(it).patch(ID, []),
    [`delete_${kind}`]: (it) => of(it).delete(ID),
  }
}

test('every operation has a method', () => {
  const ids = listOperations(document).map(({ id }) => id)
  const wanted = ids.filter((id) => !WITHOUT_METHOD.some((pattern) => pattern.test(id)))
  expect(Object.keys(CALLS).sort()).toEqual(wanted.sort())
})

test.each(Object.entries(CALLS))('%s is called as the document says', async (operationId, call) => {
  const described = listOperations(document).find(({ id }) => id === operationId)
  if (described === undefined) throw new Error(`${operationId} is not in the document`)
  const sent: Sent[] = []
  await call(new HeadwaterClient({ ...ofServer(), fetch: answerWithExample(described, sent) }))
  const [{ method, path, query } = { method: '', path: '', query: [] }] = sent
  expect(sent).toHaveLength(1)
  expect(method).toBe(described.method)
  expect(path).toMatch(
    new RegExp(`^${described.path.replace('{container}', '(tenant|global)').replaceAll(/\{\w+\}/g, ID)}$`),
  )
  const { parameters = [] } = described.operation
  const names = parameters.map((parameter: OpenApiNode) => resolveRef(document, parameter).name)
  expect(names).toEqual(expect.arrayContaining(query))
})

interface Sent {
  readonly method: string
  readonly path: string
  /** Names of parameters. */
  readonly query: string[]
}

/** Notes what is sent and answers with the first example of the document. */
function answerWithExample({ operation }: ListedOperation, sent: Sent[]): Fetch {
  const [status, answer] = Object.entries<OpenApiNode>(operation.responses)[0] ?? []
  const [example] = Object.values<OpenApiNode>(answer?.content?.['application/json']?.examples ?? {})
  return async (url, { method }) => {
    const { pathname, searchParams } = new URL(url)
    sent.push({ method: String(method).toLowerCase(), path: pathname, query: [...searchParams.keys()] })
    if (example === undefined) return new Response(null, { status: Number(status) })
    return Response.json(resolveRef(document, example).value, { status: Number(status) })
  }
}

function ofServer() {
  const { client_id: clientId, ims_org: orgId } = server.client.credentials
  return { baseUrl: server.url, credentials: { clientId, orgId, token: 'any' } }
}
