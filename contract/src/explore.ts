import { type Static, Type } from 'typebox'
import { AnyObject, Count, Flag, OPEN, Words } from './schema-parts.ts'

/** What the Flow Service says of a source: its relations, and the columns and rows of one. */

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
    objectType: Type.Optional(
      Words(['root', 'table', 'view'], {
        description: 'What to look at. Without it, `object` makes it a table, and nothing the root',
      }),
    ),
    object: Type.Optional(
      Type.String({
        description: 'Path of a table or view as the root lists it',
        examples: ['public.orders'],
      }),
    ),
    preview: Flag('Of a table: `true` to get rows'),
    previewCount: Count('Of a table: rows at most', { minimum: 1, maximum: 1000, default: 100 }),
    filters: Type.Optional(
      Type.String({
        description: 'Of a table: Base64 of a row filter (see the schema RowFilter)',
        examples: ['eyJ0eXBlIjoiUFFMIiwiZm9ybWF0IjoicHFsL3RleHQiLCJ2YWx1ZSI6ImNpdHkgbGlrZSBcIkxvcyVcIiJ9'],
      }),
    ),
    limit: Count('Of the root: items on a page; everything in one answer when absent', {
      minimum: 1,
      maximum: 10000,
    }),
    continuationToken: Text(
      'Of the root: where the page starts, from the header `x-next-continuation-token` or `Link` of the page before. It decides alone',
    ),
    includePartitions: Flag('Of the root: `true` to list partitions besides their tables'),
    schema: Text('Of the root: only what is in this schema'),
    ...Object.fromEntries(IGNORED.map((name) => [name, Text('Of other sources; without effect here')])),
    search: Text('Of the root: only what has this text in its name or path; case does not matter'),
  },
  OPEN,
)

const KIND = Words(['table', 'partitioned table', 'view', 'materialized view', 'foreign table'], {
  description: 'What it is in PostgreSQL',
})
const PARENT = Text('Path of what it is a partition of, or inherits from')

const ExploredItem = Type.Object(
  {
    type: Words(['table', 'view']),
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
      { description: 'What is known of it besides' },
    ),
  },
  { title: 'ExploredItem', description: 'A table or view of the source' },
)
export type ExploredItem = Static<typeof ExploredItem>

const ExploredColumn = Type.Object(
  {
    name: Type.String(),
    type: Type.String(),
    xdm: AnyObject('The type as an XDM schema has it'),
    'meta:xdmType': Type.Optional(Type.String()),
    meta: Type.Object(
      {
        originalType: Type.String({ description: 'As PostgreSQL prints it: `numeric(12,2)`' }),
        nullable: Type.Boolean(),
        primaryKeyPosition: Type.Optional(Type.Integer({ minimum: 1 })),
        generated: Type.Optional(Words(['stored', 'virtual', 'identity'])),
        default: Text('As SQL'),
        comment: Text('As the database has it'),
        arrayDimensions: Type.Optional(Type.Integer({ description: 'As declared' })),
        domainOf: Text('Type below the domain'),
        enumValues: Texts('Labels of an enum, or of the elements of an array, in their order'),
      },
      { description: 'What is known of it besides' },
    ),
  },
  { title: 'ExploredColumn', description: 'A column of a table or view' },
)
export type ExploredColumn = Static<typeof ExploredColumn>

const UniqueKey = Type.Object(
  { name: Type.String(), columns: Type.Array(Type.String()) },
  { title: 'UniqueKey' },
)
const ForeignKey = Type.Object(
  {
    name: Type.String(),
    columns: Type.Array(Type.String()),
    references: Type.String({ description: 'Path of the other relation' }),
    referencedColumns: Type.Array(Type.String()),
  },
  { title: 'ForeignKey' },
)

const WatermarkCandidate = Type.Object(
  {
    name: Type.String(),
    type: Type.String(),
    sees: Words(['changes', 'inserts', 'unknown'], {
      description: '`changes`: set at every write; `inserts`: set once, updates go unseen',
    }),
    isIndexed: Type.Boolean(),
    isNotNull: Type.Boolean(),
    isDeltaColumn: Type.Boolean({ description: 'A flow takes it as its `deltaColumn`' }),
    why: Type.String({ description: 'What speaks for it and against it' }),
  },
  { title: 'WatermarkCandidate', description: 'A column that an incremental flow could follow' },
)

const PreviewFacts = Type.Object(
  {
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
  },
  { title: 'PreviewFacts', description: 'How complete the rows are' },
)

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
  { title: 'ExploredMeta', description: 'What is known of the relation besides' },
)

const SOME_COLUMN = {
  name: 'updated_at',
  type: 'string',
  xdm: { type: 'string', format: 'date-time' },
  'meta:xdmType': 'date-time',
  meta: { originalType: 'timestamp with time zone', nullable: false },
} as const

const SOME_TABLE = {
  format: 'flat',
  schema: { columns: [SOME_COLUMN] },
  meta: {
    path: 'public.orders',
    kind: 'table',
    estimatedRows: 120000,
    sizeBytes: 18350080,
    primaryKey: ['id'],
    uniqueKeys: [],
    foreignKeys: [],
    watermarkCandidates: [
      {
        name: 'updated_at',
        type: 'timestamp with time zone',
        sees: 'changes',
        isIndexed: true,
        isNotNull: true,
        isDeltaColumn: true,
        why: 'A trigger sets it at every write; it is indexed.',
      },
    ],
    parallelRead: { isPossible: true },
  },
} as const

export const ExploredTable = Type.Object(
  {
    format: Words(['flat']),
    schema: Type.Object({ columns: Type.Array(ExploredColumn) }),
    meta: ExploredMeta,
    data: Type.Optional(
      Type.Array(AnyObject('A row'), {
        description:
          'Rows by column, without NULLs. Numbers that JSON cannot say exactly are text, timestamps in ISO 8601, bytea in Base64, all else as PostgreSQL prints it',
      }),
    ),
  },
  { title: 'ExploredTable', description: 'One table or view: its columns, and rows if they were asked for' },
)
export type ExploredTable = Static<typeof ExploredTable>

export const EXPLORE_EXAMPLES = {
  root: {
    summary: 'What there is',
    value: [
      {
        type: 'table',
        name: 'public.orders',
        path: 'public.orders',
        canPreview: true,
        canFetchSchema: true,
        meta: { kind: 'table', estimatedRows: 120000, estimatedBytes: 18350080 },
      },
    ],
  },
  table: { summary: 'Columns of a table', value: SOME_TABLE },
  preview: {
    summary: 'The same with rows',
    value: {
      ...SOME_TABLE,
      meta: { ...SOME_TABLE.meta, preview: { isPartial: false } },
      data: [{ updated_at: '2025-10-09T08:53:20.000000Z' }],
    },
  },
} as const

export const Explored = Type.Union([Type.Array(ExploredItem), ExploredTable], {
  description: 'Of the root an array; of a table its columns and rows',
})
export type Explored = Static<typeof Explored>

/** Where the next page of the root is, because the documented answer has no room for it. */
export const EXPLORE_HEADERS = {
  link: Type.String({ description: 'The next page, as a link with `rel="next"`; absent on the last' }),
  'x-next-continuation-token': Type.String({
    description: 'The token of the next page; absent on the last',
    examples: ['eyJjb25uZWN0aW9uSWQiOiI2YTNjMmIxMCJ9'],
  }),
}

export type ExploreQuery = Static<typeof ExploreQuery>
