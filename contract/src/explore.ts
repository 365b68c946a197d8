import { type Static, Type } from 'typebox'

/** What the Flow Service says of a source: its relations, and the columns and rows of one. */

const OPEN = { additionalProperties: true } as const

const Text = (description: string) => Type.Optional(Type.String({ description }))
const Texts = (description: string) => Type.Optional(Type.Array(Type.String(), { description }))

/** What clients of other sources send along. */
const IGNORED = [
  'primaryKey',
  'fileType',
  'FileType',
  'FILE_TYPE',
  'CompressionType',
  'columnDelimiter',
  'sourceParams',
  'determineProperties',
]

export const ExploreQuery = Type.Object(
  {
    objectType: Text('`root` (the default), `table` or `view`'),
    object: Text('Path of a table or view as the root lists it'),
    preview: Text('`true` to get rows'),
    previewCount: Text('Rows at most, 1 to 1000; 100 when absent'),
    filters: Text('Base64 of a row filter in PQL'),
    limit: Text('Of the root: items on a page, 1 to 10000; everything in one answer when absent'),
    continuationToken: Text(
      'Of the root: where the page starts, from the header `x-next-continuation-token` or `Link` of the page before. It decides alone',
    ),
    includePartitions: Text('Of the root: `true` to list partitions besides their tables'),
    schema: Text('Of the root: only what is in this schema'),
    ...Object.fromEntries(IGNORED.map((name) => [name, Text('Of other sources; without effect here')])),
    search: Text('Of the root: only what has this text in its name or path; case does not matter'),
  },
  OPEN,
)

const KIND = Type.String({
  description: '`table`, `partitioned table`, `view`, `materialized view` or `foreign table`',
})
const PARENT = Text('Path of what it is a partition of, or inherits from')

const ExploredItem = Type.Object(
  {
    type: Type.String({ description: '`table` or `view`' }),
    name: Type.String({ description: 'The same as `path`' }),
    path: Type.String({ description: 'What `object` and `params.tableName` take' }),
    canPreview: Type.Boolean({ description: 'False for a materialized view that was never refreshed' }),
    canFetchSchema: Type.Boolean(),
    meta: Type.Object(
      {
        kind: KIND,
        isUnlogged: Type.Optional(Type.Boolean()),
        isPartition: Type.Optional(Type.Boolean()),
        parent: PARENT,
        comment: Text('As the database has it'),
        estimatedRows: Type.Optional(Type.Integer({ description: 'As of the last VACUUM or ANALYZE' })),
        estimatedBytes: Type.Optional(Type.Integer({ description: 'As of the last VACUUM or ANALYZE' })),
      },
      OPEN,
    ),
  },
  OPEN,
)

const ExploredColumn = Type.Object(
  {
    name: Type.String(),
    type: Type.String(),
    xdm: Type.Object({}, OPEN),
    'meta:xdmType': Type.Optional(Type.String()),
    meta: Type.Object(
      {
        originalType: Type.String({ description: 'As PostgreSQL prints it: `numeric(12,2)`' }),
        nullable: Type.Boolean(),
        primaryKeyPosition: Type.Optional(Type.Integer({ minimum: 1 })),
        generated: Text('`stored`, `virtual` or `identity`'),
        default: Text('As SQL'),
        comment: Text('As the database has it'),
        arrayDimensions: Type.Optional(Type.Integer({ description: 'As declared' })),
        domainOf: Text('Type below the domain'),
        enumValues: Texts('Labels of an enum, or of the elements of an array, in their order'),
      },
      OPEN,
    ),
  },
  OPEN,
)

const UniqueKey = Type.Object({ name: Type.String(), columns: Type.Array(Type.String()) })
const ForeignKey = Type.Object({
  name: Type.String(),
  columns: Type.Array(Type.String()),
  references: Type.String({ description: 'Path of the other relation' }),
  referencedColumns: Type.Array(Type.String()),
})

const WatermarkCandidate = Type.Object({
  name: Type.String(),
  type: Type.String(),
  sees: Type.String({
    description: '`changes`: set at every write; `inserts`: set once, updates go unseen; `unknown`',
  }),
  isIndexed: Type.Boolean(),
  isNotNull: Type.Boolean(),
  isDeltaColumn: Type.Boolean({ description: 'A flow takes it as its `deltaColumn`' }),
  why: Type.String({ description: 'What speaks for it and against it' }),
})

const PreviewFacts = Type.Object({
  isPartial: Type.Boolean({ description: 'There may be more rows, although fewer than wanted came' }),
  reason: Text('Why it is partial'),
  cutValues: Type.Optional(
    Type.Array(
      Type.Object({
        row: Type.Integer({ description: 'Index in `data`' }),
        column: Type.String(),
        sizeBytes: Type.Integer(),
      }),
      {
        description:
          'Values over 64 KiB. Of text and bytea the first 1024 characters or bytes are shown, of other types at most those',
      },
    ),
  ),
})

const ExploredMeta = Type.Object(
  {
    path: Type.String(),
    kind: KIND,
    comment: Text('As the database has it'),
    isUnlogged: Type.Optional(Type.Boolean()),
    isPartition: Type.Optional(Type.Boolean()),
    parent: PARENT,
    partitionKey: Text('Of a partitioned table: `RANGE (placed_at)`'),
    hasRowSecurity: Type.Optional(
      Type.Boolean({ description: 'Row-level security filters what this user sees' }),
    ),
    estimatedRows: Type.Optional(
      Type.Integer({ description: 'From the last ANALYZE and the size now, with all partitions' }),
    ),
    sizeBytes: Type.Optional(Type.Integer({ description: 'Heap and long values, without indexes' })),
    primaryKey: Texts('Columns of the primary key in its order'),
    uniqueKeys: Type.Array(UniqueKey),
    foreignKeys: Type.Array(ForeignKey),
    watermarkCandidates: Type.Array(WatermarkCandidate, {
      description: 'Columns that an incremental flow could follow, best first',
    }),
    parallelRead: Type.Object({ isPossible: Type.Boolean(), reason: Text('Why not') }),
    preview: Type.Optional(PreviewFacts),
  },
  OPEN,
)

export const Explored = Type.Union([
  Type.Array(ExploredItem),
  Type.Object(
    {
      format: Type.String({ description: '`flat`' }),
      schema: Type.Object({ columns: Type.Array(ExploredColumn) }),
      meta: ExploredMeta,
      data: Type.Optional(
        Type.Array(Type.Object({}, OPEN), {
          description:
            'Rows by column, without NULLs. Numbers that JSON cannot say exactly are text, timestamps in ISO 8601, bytea in Base64, all else as PostgreSQL prints it',
        }),
      ),
    },
    OPEN,
  ),
])

export type ExploreQuery = Static<typeof ExploreQuery>
