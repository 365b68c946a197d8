import { type Static, type TSchema, Type } from 'typebox'
import { THESE } from './catalog-ids.ts'
import { AnyObject, Count, EpochMs, Filled, Flag, OPEN, Words } from './schema-parts.ts'

/** Requests and answers of Catalog: datasets, batches and their files. Times are epoch milliseconds. */

export const DatasetPath = Type.Object({
  id: Type.String({ description: 'Id of the dataset', examples: [THESE.dataset] }),
})
export const BatchPath = Type.Object({
  id: Type.String({ description: 'Id of the batch', examples: [THESE.batch] }),
})

export const ViewPath = Type.Object({
  ...DatasetPath.properties,
  viewId: Type.String({ description: 'Id of the view', examples: [THESE.view] }),
})

/** Changes are for the version that `If-Match` names, and for any without it. */
export const DatasetIfMatch = Type.Object(
  {
    'if-match': Type.Optional(
      Type.String({
        title: 'DatasetIfMatch',
        description:
          'The version of the dataset as you last read it; refused with 412 when it is another by now',
        examples: ['1.0.3'],
      }),
    ),
  },
  OPEN,
)

export const BatchIfMatch = Type.Object(
  {
    'if-match': Type.Optional(
      Type.String({
        title: 'BatchIfMatch',
        description:
          'The version of the batch as you last read it; refused with 412 when it is another by now',
        examples: ['1.0.1'],
      }),
    ),
  },
  OPEN,
)

export const DatasetDeletion = Type.Object(
  { force: Flag('Delete the dataset even while a flow writes into it; the next run of the flow fails then') },
  OPEN,
)

/** A write that is only checked. */
export const ValidateOnly = Type.Object(
  {
    pragma: Type.Optional(
      Type.String({
        title: 'ValidateOnly',
        description: '`validate-only` to have the request checked and nothing written',
        examples: ['validate-only'],
      }),
    ),
  },
  OPEN,
)

export const DatasetChangeHeaders = Type.Object(
  { ...DatasetIfMatch.properties, ...ValidateOnly.properties },
  OPEN,
)

const Text = (description: string, ...examples: readonly string[]) =>
  Type.Optional(Type.String({ description, ...(examples.length === 0 ? {} : { examples }) }))

const Time = (description: string) =>
  Type.Optional(Type.Integer({ description: `${description}, in epoch milliseconds` }))

const PAGING = {
  limit: Count('How many entries to return', { minimum: 1, maximum: 100, default: 20 }),
  start: Count('How many entries to leave out at the beginning', { minimum: 0, default: 0 }),
  orderBy: Text('Sort keys; a bare name sorts ascending', 'asc:name,desc:created'),
  properties: Text('Top-level properties to return, separated by commas', 'name,created'),
  property: Type.Optional(
    Type.Array(Type.String(), {
      description:
        'A condition on a property: `name`, `!name`, `name==v`, `name!=v`, `created>0`, `name~regex`; several are joined by and',
      examples: [['name==Orders']],
    }),
  ),
  tags: Text('Conditions on tags, joined by and', 'tag:value,other:*'),
  createdAfter: Time('Created later than this'),
  createdBefore: Time('Created earlier than this'),
}

/** Every other parameter is a filter on the property of that name: `v`, `!v`, `v,w` or `!v,w`. */
export const DatasetListQuery = Type.Object({ ...PAGING, name: Text('Equal to one of these names') }, OPEN)

export const BatchListQuery = Type.Object(
  {
    ...PAGING,
    status: Text('Equal to one of these states', 'success'),
    dataSet: Text('Batches of these datasets', THESE.dataset),
    batch: Text('Ids of batches', THESE.batch),
    startAfter: Time('Started later than this'),
    startBefore: Time('Started earlier than this'),
    endAfter: Time('Completed later than this'),
    endBefore: Time('Completed earlier than this'),
  },
  OPEN,
)

export const FileListQuery = Type.Object(
  {
    ...PAGING,
    dataSetId: Text('Files of these datasets', THESE.dataset),
    batch: Text('Files of these batches', THESE.batch),
  },
  OPEN,
)

export const LastBatchListQuery = Type.Object(
  { ...PAGING, dataSetId: Text('Ids of datasets', THESE.dataset) },
  OPEN,
)

export const DatasetQuery = Type.Object(
  { properties: Text('Top-level properties to return, separated by commas', 'name,created') },
  OPEN,
)

export const BatchQuery = Type.Object(
  {
    ...DatasetQuery.properties,
    aggregate: Flag('Accepted; a batch here has no parts whose figures could be added up'),
  },
  OPEN,
)

export const SchemaRef = Type.Object(
  {
    id: Filled('`$id` of the schema', { examples: [THESE.schema] }),
    contentType: Type.Optional(
      Type.String({
        description: 'Media type with the version of the schema',
        default: 'application/vnd.adobe.xed-full+json;version=1',
        examples: ['application/vnd.adobe.xed+json;version=1'],
      }),
    ),
  },
  { ...OPEN, title: 'SchemaRef', description: 'A schema of the registry' },
)
export type SchemaRef = Static<typeof SchemaRef>

const TagValue = Type.Union([Type.String(), Type.Number(), Type.Boolean()])

const Tags = Type.Record(Type.String(), Type.Union([TagValue, Type.Array(TagValue)]), {
  description:
    'Names with arrays of texts. `adobe/pqs/table` is the name of the table in SQL; one is made of `name` when absent',
  examples: [{ 'adobe/pqs/table': ['orders'], unifiedProfile: ['enabled:true'] }],
})

const ORDERS = {
  name: 'Orders',
  description: 'What was ordered',
  schemaRef: { id: THESE.schema, contentType: 'application/vnd.adobe.xed+json;version=1' },
  tags: { 'adobe/pqs/table': ['orders'] },
} as const

/** What a client may say about a dataset. */
export const DatasetBody = Type.Object(
  {
    name: Filled('Name of the dataset', { pattern: '\\S' }),
    description: Type.Optional(Type.Unknown({ description: 'What the dataset holds' })),
    schemaRef: SchemaRef,
    tags: Type.Optional(Tags),
    fileDescription: Type.Optional(Type.Unknown({ description: 'Kept and shown' })),
    enableErrorDiagnostics: Type.Optional(Type.Unknown({ description: 'Kept and shown; flows decide' })),
  },
  { ...OPEN, title: 'DatasetBody', description: 'A dataset to be made', examples: [ORDERS] },
)
export type DatasetBody = Static<typeof DatasetBody>

const PatchOperation = Type.Object(
  {
    op: Words(['add', 'remove', 'replace', 'move', 'copy', 'test'], {
      description: 'In any case of letters',
    }),
    path: Type.String({ description: 'JSON Pointer', examples: ['/description'] }),
    from: Type.Optional(Type.String({ description: 'JSON Pointer, of `move` and `copy`' })),
    value: Type.Optional(Type.Unknown({ description: 'The new value' })),
  },
  { ...OPEN, title: 'PatchOperation', description: 'One operation of a JSON Patch (RFC 6902)' },
)

const DatasetMerge = Type.Object(
  {},
  { ...OPEN, title: 'DatasetMerge', description: 'Properties to merge; null removes one' },
)

/** A merge of properties, or a JSON Patch. */
export const DatasetPatchBody = Type.Union([DatasetMerge, Type.Array(PatchOperation)], {
  title: 'DatasetPatch',
  description: 'A merge of properties, or a JSON Patch',
  examples: [{ description: 'What was ordered and paid' }],
})
export type DatasetPatchBody = Static<typeof DatasetPatchBody>

const SOME_DATASET = {
  ...ORDERS,
  tags: { 'adobe/pqs/table': ['orders'], 'adobe/siphon/table/format': ['parquet'] },
  imsOrg: THESE.org,
  sandboxId: THESE.sandbox,
  created: THESE.at,
  updated: THESE.at,
  createdClient: THESE.client,
  createdUser: THESE.user,
  updatedUser: THESE.user,
  version: '1.0.3',
  viewId: THESE.view,
  files: `@/dataSetFiles?dataSetId=${THESE.dataset}`,
  basePath: `prod/${THESE.dataset}`,
  state: 'ACTIVE',
  classification: { dataBehavior: 'record', managedBy: 'CUSTOMER' },
  fileDescription: { persisted: true, containerFormat: 'parquet', format: 'parquet' },
  persistence: { adls: { location: `prod/${THESE.dataset}` } },
  statsCache: { rowCount: 120000, storageSize: 5242880, fileCount: 3 },
  extensions: {
    adobe_lakeHouse: {
      metrics: { rowCount: 120000, storageSize: 5242880 },
      tableHealthMetrics: { noOfFilesTotal: 3, noOfPartitionsTotal: 1 },
    },
  },
  lastBatchId: THESE.batch,
  lastBatchStatus: 'success',
  lastSuccessfulBatch: THESE.batch,
} as const

export const Dataset = Type.Object(
  {
    name: Type.String(),
    description: Type.Optional(Type.Unknown({ description: 'As it was sent' })),
    imsOrg: Type.String(),
    sandboxId: Type.String({ format: 'uuid' }),
    created: EpochMs('When it was made'),
    updated: EpochMs('When it was last changed'),
    createdClient: Type.String(),
    createdUser: Type.String(),
    updatedUser: Type.String(),
    version: Type.String({ description: '`1.0.n`; n grows with every change', examples: ['1.0.3'] }),
    viewId: Type.String(),
    files: Type.String({ description: 'Where its files are listed' }),
    basePath: Type.String({
      description: 'Where its table is in the lake',
      examples: [`prod/${THESE.dataset}`],
    }),
    state: Type.String({ examples: ['ACTIVE'] }),
    schemaRef: SchemaRef,
    fileDescription: Type.Optional(Type.Unknown({ description: 'As it was sent' })),
    tags: Type.Record(Type.String(), Type.Unknown(), {
      description: 'Those that were sent, and two of the server',
    }),
    classification: Type.Object({
      dataBehavior: Words(['record', 'time-series', 'adhoc']),
      managedBy: Type.String(),
    }),
    lastBatchId: Type.Optional(Type.String({ description: 'Id of the newest batch' })),
    lastBatchStatus: Type.Optional(Type.String({ description: 'Its status' })),
    lastSuccessfulBatch: Type.Optional(Type.String()),
    lastFailedBatch: Type.Optional(Type.String()),
    persistence: Type.Optional(AnyObject('`adls.location` is where its table is in the lake')),
    statsCache: Type.Optional(AnyObject('`rowCount`, `storageSize` and `fileCount` of the table')),
    extensions: AnyObject(
      '`adobe_lakeHouse.metrics` has `rowCount` and `storageSize` of the table, `tableHealthMetrics` the number of its files',
    ),
  },
  {
    ...OPEN,
    title: 'Dataset',
    description: 'A table of the lake',
    examples: [SOME_DATASET],
  },
)
export type Dataset = Static<typeof Dataset>

const BatchError = Type.Object(
  {
    code: Type.String({ examples: ['INGEST-1212-400'] }),
    description: Type.String({ description: 'What happened and what to do' }),
    recordCount: Type.Optional(Type.Integer({ description: 'How many rows it is about' })),
    rows: Type.Optional(Type.Array(Type.Unknown(), { description: 'Some of these rows' })),
  },
  { title: 'BatchError', description: 'An error of a batch' },
)

const SOME_BATCH = {
  id: THESE.batch,
  externalId: THESE.batch,
  imsOrg: THESE.org,
  sandboxId: THESE.sandbox,
  status: 'success',
  created: THESE.at,
  updated: THESE.at + 4200,
  started: THESE.at,
  completed: THESE.at + 4200,
  createdClient: THESE.client,
  createdUser: THESE.user,
  updatedUser: THESE.user,
  version: '1.0.1',
  relatedObjects: [{ type: 'dataSet', id: THESE.dataset }],
  metrics: { inputRecordCount: 1000, outputRecordCount: 998, failedRecordCount: 2 },
  errors: [],
  tags: { flowId: ['0f9e8d7c-6b5a-4f4e-8d3c-2b1a0f9e8d7c'] },
} as const

/** Two more words are read and never answered: `active` is `success`, `failure` is `failed`. */
const BATCH_STATUSES = [
  'loading',
  'loaded',
  'queued',
  'processing',
  'staging',
  'staged',
  'retrying',
  'stalled',
  'success',
  'failed',
  'aborted',
  'abandoned',
  'inactive',
  'deleted',
] as const

const BATCH_WORDS = [...BATCH_STATUSES, 'active', 'failure'] as const

const BATCH_CLAIMS = {
  externalId: Type.Optional(Type.String({ description: 'What others call it; its id when absent' })),
  started: Type.Optional(Type.Integer({ minimum: 0, description: 'In epoch milliseconds' })),
  completed: Type.Optional(Type.Integer({ minimum: 0, description: 'In epoch milliseconds' })),
  recordCount: Type.Optional(Type.Integer({ minimum: 0, description: 'Rows that came out' })),
  failedRecordCount: Type.Optional(Type.Integer({ minimum: 0, description: 'Rows that did not' })),
  size: Type.Optional(Type.Integer({ minimum: 0, description: 'In bytes' })),
  metrics: Type.Optional(
    Type.Record(Type.String(), Type.Number(), {
      description: '`inputRecordCount` is `outputRecordCount` and `failedRecordCount` together',
    }),
  ),
  errors: Type.Optional(Type.Array(Type.Object({ code: Type.String() }, OPEN))),
  replay: Type.Optional(AnyObject('`predecessors`, the ids of batches that it replaces, and a `reason`')),
  tags: Type.Optional(Type.Record(Type.String(), Type.Union([TagValue, Type.Array(TagValue)]))),
}

const SOME_CLAIM = {
  status: 'loading',
  relatedObjects: [{ type: 'dataSet', id: THESE.dataset }],
  tags: { source: ['nightly'] },
} as const

/** What a client may say about a batch. */
export const BatchBody = Type.Object(
  {
    status: Words(BATCH_WORDS, { description: 'A change goes along the steps of the life of a batch' }),
    relatedObjects: Type.Optional(
      Type.Array(Type.Object({ type: Type.String(), id: Type.String() }, OPEN), {
        description: 'Names the dataset, with the type `dataSet`; a create needs it',
      }),
    ),
    ...BATCH_CLAIMS,
  },
  { ...OPEN, title: 'BatchBody', description: 'A batch to be written down', examples: [SOME_CLAIM] },
)
export type BatchBody = Static<typeof BatchBody>

const BatchMerge = Type.Object(
  {},
  { ...OPEN, title: 'BatchMerge', description: 'Properties to merge; null removes one' },
)

export const BatchPatchBody = Type.Union([BatchMerge, Type.Array(PatchOperation)], {
  title: 'BatchPatch',
  description: 'A merge of properties, or a JSON Patch',
  examples: [{ status: 'inactive' }],
})
export type BatchPatchBody = Static<typeof BatchPatchBody>

export const Batch = Type.Object(
  {
    id: Type.String({ examples: [THESE.batch] }),
    externalId: Type.String(),
    imsOrg: Type.String(),
    sandboxId: Type.String({ format: 'uuid' }),
    status: Words(BATCH_STATUSES, {
      description: 'Rows are seen in `success` alone; `inactive` has had some, `failed` has none',
      examples: ['success'],
    }),
    created: EpochMs('When it was made'),
    updated: EpochMs('When it was last changed'),
    started: Type.Optional(EpochMs('When it began')),
    completed: Type.Optional(EpochMs('When it ended')),
    createdClient: Type.String(),
    createdUser: Type.String(),
    updatedUser: Type.String(),
    version: Type.String(),
    relatedObjects: Type.Array(Type.Object({ type: Type.String(), id: Type.String() }), {
      description: 'The dataset first',
    }),
    metrics: Type.Record(Type.String(), Type.Number(), { description: 'Counts of rows, files and bytes' }),
    errors: Type.Array(BatchError),
    tags: Type.Record(Type.String(), Type.Unknown(), { description: 'The flow and the run it is from' }),
  },
  { ...OPEN, title: 'Batch', description: 'What one run landed in a dataset', examples: [SOME_BATCH] },
)
export type Batch = Static<typeof Batch>

const SOME_FILE = {
  id: THESE.file,
  batchId: THESE.batch,
  dataSetId: THESE.dataset,
  dataSetViewId: THESE.view,
  imsOrg: THESE.org,
  records: 998,
  sizeInBytes: 21000,
  isValid: true,
  created: THESE.at,
  updated: THESE.at,
  version: '1.0.0',
} as const

export const DatasetFile = Type.Object(
  {
    id: Type.String({ description: '`{batch id}-{n}`', examples: [THESE.file] }),
    batchId: Type.String(),
    dataSetId: Type.String(),
    dataSetViewId: Type.String(),
    imsOrg: Type.String(),
    records: Type.Integer({ description: 'Rows in it' }),
    sizeInBytes: Type.Integer(),
    isValid: Type.Boolean(),
    created: EpochMs('When it was made'),
    updated: EpochMs('When it was last changed'),
    version: Type.String(),
  },
  { ...OPEN, title: 'DatasetFile', description: 'A Parquet file that readers of a dataset see' },
)
export type DatasetFile = Static<typeof DatasetFile>

const SOME_LAST_BATCH = {
  lastBatchId: THESE.batch,
  lastBatchStatus: 'success',
  lastSuccessfulBatchId: THESE.batch,
  imsOrg: THESE.org,
  sandboxId: THESE.sandbox,
  created: THESE.at,
  updated: THESE.at,
} as const

export const LastBatch = Type.Object(
  {
    lastBatchId: Type.String(),
    lastBatchStatus: Type.String(),
    lastSuccessfulBatchId: Type.Optional(Type.String()),
    lastFailedBatchId: Type.Optional(Type.String()),
    imsOrg: Type.String(),
    sandboxId: Type.String({ format: 'uuid' }),
    created: EpochMs('When it was made'),
    updated: EpochMs('When it was last changed'),
  },
  { ...OPEN, title: 'LastBatch', description: 'The newest batches of a dataset' },
)
export type LastBatch = Static<typeof LastBatch>

const SOME_VIEW = {
  name: 'Orders',
  dataSetId: THESE.dataset,
  isDefault: true,
  files: `@/dataSets/${THESE.dataset}/views/${THESE.view}/files`,
} as const

export const DatasetView = Type.Object(
  {
    name: Type.String(),
    dataSetId: Type.String(),
    isDefault: Type.Boolean(),
    files: Type.String({ description: 'Where its files are listed' }),
  },
  { ...OPEN, title: 'DatasetView', description: 'All columns of a dataset: its only view' },
)
export type DatasetView = Static<typeof DatasetView>

const CatalogProjection = Type.Object(
  {},
  { ...OPEN, title: 'CatalogProjection', description: 'The properties that were asked for' },
)

/** With `properties` in the request an entry has only those of them that it knows. */
const byId = <Entry extends TSchema>(entry: Entry, id: string, example: unknown) =>
  Type.Record(Type.String(), Type.Union([entry, CatalogProjection]), { examples: [{ [id]: example }] })

export const DatasetsById = byId(Dataset, THESE.dataset, SOME_DATASET)
export const BatchesById = byId(Batch, THESE.batch, SOME_BATCH)
export const FilesById = byId(DatasetFile, THESE.file, SOME_FILE)
export const ViewsById = Type.Record(Type.String(), DatasetView, { examples: [{ [THESE.view]: SOME_VIEW }] })
export const LastBatchesById = byId(LastBatch, THESE.dataset, SOME_LAST_BATCH)

/** With `Pragma: validate-only`, when nothing is wrong. */
export const CheckedOnly = Type.Array(Type.String(), {
  maxItems: 0,
  description: 'With the header `Pragma: validate-only`: nothing was made, and nothing is wrong',
  examples: [[]],
})

export const BatchReferences = Type.Array(Type.String({ examples: [`@/batches/${THESE.batch}`] }), {
  title: 'BatchReferences',
  description: 'What was written: `["@/batches/{id}"]`',
  examples: [[`@/batches/${THESE.batch}`]],
})

/** What was written. */
export const References = Type.Array(Type.String({ examples: [`@/dataSets/${THESE.dataset}`] }), {
  title: 'DatasetReferences',
  description: 'What was written: `["@/dataSets/{id}"]`',
  examples: [[`@/dataSets/${THESE.dataset}`]],
})
export type References = Static<typeof References>
