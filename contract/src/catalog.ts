import { type Static, Type } from 'typebox'

/** Requests and answers of Catalog: datasets, batches and their files. Times are epoch milliseconds. */

const OPEN = { additionalProperties: true } as const

export const CatalogPath = Type.Object({ id: Type.String({ description: 'Id of the resource' }) })

/** A page size or an offset: read by hand, because an empty value means that it is absent. */
const Count = (minimum: number, description: string) =>
  Type.Optional(Type.Unsafe<string>({ type: ['integer', 'string'], minimum, description }))

const Text = (description: string) => Type.Optional(Type.String({ description }))

const Texts = (description: string) =>
  Type.Optional(Type.Union([Type.String(), Type.Array(Type.String())], { description }))

const PAGING = {
  limit: Count(1, 'How many entries to return, 1 to 100; 20 when absent'),
  start: Count(0, 'How many entries to leave out at the beginning'),
  orderBy: Text('Sort keys: `asc:name,desc:created`; a bare name sorts ascending'),
  properties: Text('Comma separated top-level properties to return'),
  property: Texts(
    'Condition on a property: `name`, `!name`, `name==v`, `name!=v`, `created>0`, `name~regex`. Several are joined by and',
  ),
  tags: Text('Conditions on tags: `tag:value,other:*`, joined by and'),
  createdAfter: Text('Created later than this time'),
  createdBefore: Text('Created earlier than this time'),
}

/** Every other parameter is a filter on the property of that name: `v`, `!v`, `v,w` or `!v,w`. */
export const DatasetListQuery = Type.Object({ ...PAGING, name: Text('Equal to one of these names') }, OPEN)

export const BatchListQuery = Type.Object(
  {
    ...PAGING,
    status: Text('Equal to one of these states'),
    dataSet: Text('Batches of these datasets'),
    batch: Text('Ids of batches'),
    startAfter: Text('Started later than this time'),
    startBefore: Text('Started earlier than this time'),
    endAfter: Text('Completed later than this time'),
    endBefore: Text('Completed earlier than this time'),
  },
  OPEN,
)

export const FileListQuery = Type.Object(
  { ...PAGING, dataSetId: Text('Files of these datasets'), batch: Text('Files of these batches') },
  OPEN,
)

export const LastBatchListQuery = Type.Object({ ...PAGING, dataSetId: Text('Ids of datasets') }, OPEN)

export const DatasetQuery = Type.Object(
  { properties: Text('Comma separated top-level properties to return') },
  OPEN,
)

export const SchemaRef = Type.Object(
  {
    id: Type.String({
      description: '`$id` of the schema',
      examples: ['https://ns.adobe.com/acme/schemas/0d1e…'],
    }),
    contentType: Type.Optional(
      Type.String({
        examples: ['application/vnd.adobe.xed+json;version=1'],
        description: 'Media type with the version of the schema',
      }),
    ),
  },
  OPEN,
)
export type SchemaRef = Static<typeof SchemaRef>

/** What a client may say about a dataset. The rules of the service check it, so that errors have its words. */
export const DatasetBody = Type.Object(
  {
    name: Type.Optional(Type.Unknown({ description: 'Name of the dataset; required' })),
    description: Type.Optional(Type.Unknown({ description: 'What the dataset holds' })),
    schemaRef: Type.Optional(
      Type.Unknown({ description: 'Schema of its rows: `{id, contentType}`; required' }),
    ),
    tags: Type.Optional(Type.Unknown({ description: 'Names with arrays of texts' })),
    fileDescription: Type.Optional(Type.Unknown()),
    enableErrorDiagnostics: Type.Optional(Type.Unknown()),
  },
  OPEN,
)

/** A merge of properties, or a JSON Patch. */
export const DatasetPatchBody = Type.Union([
  Type.Object({}, OPEN),
  Type.Array(Type.Object({ op: Type.Optional(Type.Unknown()), path: Type.Optional(Type.Unknown()) }, OPEN)),
])

export const Dataset = Type.Object(
  {
    name: Type.String(),
    description: Type.Optional(Type.String()),
    imsOrg: Type.String(),
    sandboxId: Type.String(),
    created: Type.Number(),
    updated: Type.Number(),
    createdClient: Type.String(),
    createdUser: Type.String(),
    updatedUser: Type.String(),
    version: Type.String({ description: '`1.0.n`; n grows with every write' }),
    viewId: Type.String(),
    files: Type.String({ description: 'Where its files are listed' }),
    basePath: Type.String({ description: 'Where its table is in the lake' }),
    state: Type.String(),
    schemaRef: SchemaRef,
    fileDescription: Type.Object({}, OPEN),
    tags: Type.Record(Type.String(), Type.Unknown()),
    classification: Type.Object({ dataBehavior: Type.String(), managedBy: Type.String() }),
    lastBatchId: Type.Optional(Type.String()),
    lastBatchStatus: Type.Optional(Type.String()),
    lastSuccessfulBatch: Type.Optional(Type.String()),
    lastFailedBatch: Type.Optional(Type.String()),
    extensions: Type.Object({}, OPEN),
  },
  OPEN,
)

export const Batch = Type.Object(
  {
    id: Type.String(),
    externalId: Type.String(),
    imsOrg: Type.String(),
    sandboxId: Type.String(),
    status: Type.String(),
    created: Type.Number(),
    updated: Type.Number(),
    started: Type.Optional(Type.Number()),
    completed: Type.Optional(Type.Number()),
    createdClient: Type.String(),
    createdUser: Type.String(),
    updatedUser: Type.String(),
    version: Type.String(),
    relatedObjects: Type.Array(Type.Object({ type: Type.String(), id: Type.String() })),
    metrics: Type.Record(Type.String(), Type.Number()),
    errors: Type.Array(Type.Object({ code: Type.String(), description: Type.String() }, OPEN)),
    tags: Type.Record(Type.String(), Type.Unknown()),
  },
  OPEN,
)

export const DatasetFile = Type.Object(
  {
    id: Type.String({ description: '`{batch id}-{n}`' }),
    batchId: Type.String(),
    dataSetId: Type.String(),
    dataSetViewId: Type.String(),
    imsOrg: Type.String(),
    records: Type.Number(),
    sizeInBytes: Type.Number(),
    isValid: Type.Boolean(),
    created: Type.Number(),
    updated: Type.Number(),
    version: Type.String(),
  },
  OPEN,
)

export const LastBatch = Type.Object(
  {
    lastBatchId: Type.String(),
    lastBatchStatus: Type.String(),
    lastSuccessfulBatchId: Type.Optional(Type.String()),
    lastFailedBatchId: Type.Optional(Type.String()),
    imsOrg: Type.String(),
    sandboxId: Type.String(),
    created: Type.Number(),
    updated: Type.Number(),
  },
  OPEN,
)

/** With `properties` in the request an entry has only those of them that it knows, hence the partial entries. */
export const DatasetsById = Type.Record(Type.String(), Type.Partial(Dataset, OPEN))
export const BatchesById = Type.Record(Type.String(), Type.Partial(Batch, OPEN))
export const FilesById = Type.Record(Type.String(), Type.Partial(DatasetFile, OPEN))
export const LastBatchesById = Type.Record(Type.String(), Type.Partial(LastBatch, OPEN))

/** `["@/dataSets/{id}"]`: what was written. */
/** With `Pragma: validate-only`, when nothing is wrong. */
export const CheckedOnly = Type.Array(Type.String(), {
  maxItems: 0,
  description: 'With the header `Pragma: validate-only`: nothing was made, and nothing is wrong',
  examples: [[]],
})

export const References = Type.Array(Type.String(), { examples: [['@/dataSets/5c8c3c555033b814b69f947f']] })
