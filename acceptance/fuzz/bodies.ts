import type { Answer } from '@headwater/testkit/api-client.ts'
import { FULL } from '@headwater/testkit/journey.ts'
import { MAPPINGS, type World } from '../conformance/world.ts'
import { NEW } from './arbitrary-json.ts'
import { descriptorBody, REGISTRY_BODIES, SPEC_BODIES } from './definition-bodies.ts'

/** A body that an operation takes, by the operation's name. What is not here comes from the document's examples. */
export type Bodies = Readonly<Record<string, unknown>>

const RENAME = [
  { op: 'add', path: '/name', value: 'renamed' },
  { op: 'add', path: '/description', value: 'changed' },
]

const PQL = {
  type: 'PQL',
  format: 'pql/json',
  value: {
    nodeType: 'fnApply',
    fnName: 'and',
    params: [
      {
        nodeType: 'fnApply',
        fnName: '>=',
        params: [
          { nodeType: 'fieldLookup', fieldName: 'id' },
          { nodeType: 'literal', value: 2 },
        ],
      },
    ],
  },
}

const COLUMNS = [{ name: 'id', type: 'integer', meta: { originalType: 'integer' }, xdm: { type: 'integer' } }]

/** Bodies that point to objects of the world, so that a request with one thing wrong gets as far as that thing. */
export async function prepareBodies(world: World): Promise<Bodies> {
  const ready = await world.ready()
  return {
    ...(await flowServiceBodies(world)),
    ...registryBodies(ready.schemaId),
    createTableSchema: { baseConnectionId: ready.connectionId, tableName: 'public.orders', title: NEW },
    createIdentityNamespace: { code: 'Loyalty', name: 'Loyalty number', idType: 'CROSS_DEVICE' },
    ...dataBodies(ready.schemaId, ready.datasetId),
    ...tokenBodies(world),
  }
}

async function flowServiceBodies(world: World): Promise<Bodies> {
  const source = await world.sourceBody()
  const flow = await world.makeFlow()
  const subscription = {
    name: 'made up',
    url: 'http://127.0.0.1:9/hook',
    flowIds: [flow.id],
    events: ['success'],
  }
  return {
    createConnection: world.connectionBody(),
    patchConnection: [...RENAME, { op: 'replace', path: '/auth/params', value: world.basicParams() }],
    createSourceConnection: { ...source, params: { ...source.params, columns: COLUMNS, filters: PQL } },
    patchSourceConnection: [...RENAME, { op: 'add', path: '/params/filters', value: PQL }],
    createTargetConnection: await world.targetBody(),
    patchTargetConnection: RENAME,
    createFlow: await world.flowBody({
      options: { errorDiagnosticsEnabled: true, partialIngestionPercent: 5 },
    }),
    patchFlow: [
      ...RENAME,
      { op: 'replace', path: '/scheduleParams/frequency', value: 'week' },
      {
        op: 'add',
        path: '/transformations/0',
        value: { name: 'Copy', params: { deltaColumn: { name: 'updated_at' } } },
      },
      { op: 'add', path: '/policy', value: { enforcementRefs: ['a'] } },
    ],
    createRun: {
      flowId: flow.id,
      params: {
        startTime: '1663735590',
        windowStartTime: '1651584991',
        windowEndTime: '1663735590',
        deltaColumn: { name: 'updated_at' },
      },
    },
    putRun: { metrics: { statusSummary: { status: 'success' } }, predecessors: [], recordTypes: [] },
    createSubscription: subscription,
    patchSubscription: [...RENAME, { op: 'replace', path: '/events', value: ['failure'] }],
    ...specBodies(),
    ...searchBodies(),
  }
}

function specBodies(): Bodies {
  const connectionSpec = { ...SPEC_BODIES.connectionSpecs, name: NEW }
  const flowSpec = { ...SPEC_BODIES.flowSpecs, name: NEW }
  return {
    createConnectionSpec: connectionSpec,
    replaceConnectionSpec: connectionSpec,
    createFlowSpec: flowSpec,
    replaceFlowSpec: flowSpec,
  }
}

function searchBodies(): Bodies {
  const search = { queryString: 'state==enabled&name!=x', limit: 2, orderby: '-createdAt', count: false }
  return {
    searchConnections: search,
    searchFlows: { ...search, projectionFields: 'id,name' },
    searchFlowSpecs: { queryString: 'name==CRMToAEP', projectionFields: 'id' },
  }
}

function registryBodies(schemaId: string): Bodies {
  const patch = [{ op: 'replace', path: '/title', value: NEW }]
  return {
    ...Object.fromEntries(
      Object.entries(REGISTRY_BODIES).flatMap(([kind, body]): [string, unknown][] => [
        [`create_${kind}`, { ...body, title: NEW }],
        [`replace_${kind}`, { ...body, title: NEW }],
        [`patch_${kind}`, patch],
      ]),
    ),
    create_descriptor: descriptorBody(schemaId),
    replace_descriptor: descriptorBody(schemaId),
  }
}

function dataBodies(schemaId: string, datasetId: string): Bodies {
  const schemaRef = { id: schemaId, contentType: FULL }
  const set = { name: 'made up', outputSchema: { schemaRef }, mappings: MAPPINGS }
  const dataset = { name: 'made up', schemaRef, tags: { unifiedProfile: ['enabled:false'] } }
  const upload = {
    datasetId,
    inputFormat: { format: 'csv', delimiter: ';' },
    tags: { a: ['b'] },
    enableErrorDiagnostics: true,
    partialIngestionPercent: 5,
  }
  const sandbox = { name: NEW, title: 'Made up', type: 'development' }
  return {
    createDataset: dataset,
    replaceDataset: dataset,
    mergeDataset: { description: 'changed', tags: { a: ['b'] } },
    patchDatasetV2: { description: 'changed', tags: { a: ['b'] } },
    patchDataset: [{ op: 'add', path: '/description', value: 'changed' }],
    ...batchBodies(datasetId),
    ...labelBodies(schemaId),
    readMetrics: {
      start: '2020-01-01T00:00:00Z',
      end: '2100-01-01T00:00:00Z',
      granularity: 'DAY',
      metrics: [
        {
          name: 'timeseries.ingestion.dataset.recordsuccess.count',
          filters: [{ name: 'dataSetId', value: datasetId, groupBy: true }],
          aggregator: 'sum',
          downsample: 'sum',
        },
      ],
    },
    createMappingSet: set,
    updateMappingSet: set,
    validateMappingSet: set,
    createMapping: { sourceType: 'EXPRESSION', source: 'lower(note)', destination: '_id' },
    suggestMappings: { outputSchema: set.outputSchema, columns: COLUMNS },
    previewMappingSet: { data: { id: 1, note: 'x', amount: 1.5 }, mappingSet: set } satisfies Answer,
    validateExpression: {
      expression: 'concat(note, " of ", format_date(updated_at))',
      sampleData: '{"note":"x"}',
    },
    runQuery: { sql: `select _headwater.id, count(*) from "${datasetId}" group by 1 order by 1 limit 3` },
    createUpload: upload,
    replayBatches: upload,
    createSandbox: sandbox,
    patchSandbox: { title: 'Made up again' },
    resetSandbox: { action: 'reset' },
  }
}

function batchBodies(datasetId: string): Bodies {
  const batch = {
    status: 'processing',
    relatedObjects: [{ type: 'dataSet', id: datasetId }],
    externalId: 'theirs',
    started: 1_700_000_000_000,
    recordCount: 3,
    metrics: { inputRecordCount: 3, outputRecordCount: 2, failedRecordCount: 1 },
    errors: [{ code: 'X-1', description: 'one row' }],
    tags: { a: ['b'] },
    inputFormat: { format: 'json' },
    replay: { predecessors: [], reason: 'replace' },
  }
  return {
    createBatch: batch,
    replaceBatch: batch,
    createOrMergeBatch: { tags: { c: ['d'] } },
    patchBatch: [{ op: 'add', path: '/tags/e', value: ['f'] }],
  }
}

function labelBodies(schemaId: string): Bodies {
  const option = { id: schemaId, contentType: FULL, schemaPath: '/properties/_headwater/properties/id' }
  const labels = { labels: ['C1', 'C2'], optionalLabels: [{ option, labels: ['I1'] }] }
  return { createLabels: labels, replaceLabels: labels }
}

function tokenBodies({ server }: World): Bodies {
  const { client_id, client_secret, scopes: scope } = server.client.credentials
  const token = { grant_type: 'client_credentials', client_id, client_secret, scope }
  return { createToken_v1: token, createToken_v2: token, createToken_v3: token }
}
