import { type Static, Type } from 'typebox'
import { AnyObject, Count, Flag, OPEN, Words } from '../schema-parts.ts'
import { SOME } from './ids.ts'

/** Exploring the lake, which needs no connection, and what can be chosen for a kind of system. */

export const SpecExploreQuery = Type.Object(
  {
    objectType: Type.Optional(
      Words(['root', 'table', 'view'], {
        description: 'What to look at. Without it, `object` makes it a table, and nothing the root',
      }),
    ),
    object: Type.Optional(
      Type.String({ description: 'Path of a dataset as the root lists it', examples: [SOME.dataset] }),
    ),
    preview: Flag('Of a dataset: `true` to get rows'),
    previewCount: Count('Of a dataset: rows at most', { minimum: 1, maximum: 1000, default: 100 }),
  },
  OPEN,
)
export type SpecExploreQuery = Static<typeof SpecExploreQuery>

const DATASET_META = {
  kind: Words(['dataset']),
  tableName: Type.String({ description: 'Name in SQL' }),
  schemaId: Type.String({ description: '`$id` of its schema' }),
  behavior: Words(['record', 'time-series', 'adhoc'], { description: 'What its rows are' }),
}

const ListedDataset = Type.Object(
  {
    type: Words(['table']),
    name: Type.String(),
    path: Type.String({ description: 'Id of the dataset: what `object` and `params.dataSetId` take' }),
    canPreview: Type.Boolean(),
    canFetchSchema: Type.Boolean(),
    meta: Type.Object(DATASET_META, { description: 'What is known of it besides' }),
  },
  { title: 'ListedDataset', description: 'A dataset of the lake' },
)

const LakeColumn = Type.Object(
  {
    name: Type.String(),
    type: Type.String(),
    xdm: AnyObject('The type as an XDM schema has it'),
    'meta:xdmType': Type.Optional(Type.String({ description: 'As in schemas' })),
    meta: Type.Object(
      {
        originalType: Type.String({ description: 'As Iceberg writes it: `decimal(12,2)`, `struct`' }),
        nullable: Type.Boolean(),
        comment: Type.Optional(Type.String({ description: 'As the table has it' })),
      },
      { description: 'What is known of it besides' },
    ),
  },
  { title: 'LakeColumn', description: 'A field of a dataset' },
)

const SOME_META = {
  kind: 'dataset',
  tableName: 'orders',
  schemaId: SOME.schema,
  behavior: 'record',
} as const

const SOME_DATASET = {
  format: 'flat',
  schema: {
    columns: [
      {
        name: 'city',
        type: 'string',
        xdm: { type: 'string' },
        'meta:xdmType': 'string',
        meta: { originalType: 'string', nullable: true },
      },
    ],
  },
  meta: { path: SOME.dataset, name: 'Orders', ...SOME_META },
} as const

const ExploredDataset = Type.Object(
  {
    format: Words(['flat', 'hierarchical'], { description: '`hierarchical` when a field has parts' }),
    schema: Type.Object({ columns: Type.Array(LakeColumn) }),
    meta: Type.Object(
      { path: Type.String({ description: 'Its id' }), name: Type.String(), ...DATASET_META },
      { description: 'What is known of it besides' },
    ),
    data: Type.Optional(Type.Array(AnyObject('A row'), { description: 'Rows of the newest commits first' })),
  },
  { title: 'ExploredDataset', description: 'One dataset: its fields, and rows if they were asked for' },
)

export const ExploredStorage = Type.Union([Type.Array(ListedDataset), ExploredDataset], {
  description: 'Of the root an array; of a dataset its fields and rows',
})
export type ExploredStorage = Static<typeof ExploredStorage>

export const STORAGE_EXAMPLES = {
  root: {
    summary: 'What there is',
    value: [
      {
        type: 'table',
        name: 'Orders',
        path: SOME.dataset,
        canPreview: true,
        canFetchSchema: true,
        meta: SOME_META,
      },
    ],
  },
  dataset: { summary: 'Fields of a dataset', value: SOME_DATASET },
} as const

export const ConnectionConfigs = Type.Object(
  {
    items: Type.Array(
      Type.Object({
        columnName: Type.String(),
        columnType: Type.Optional(Type.Unknown({ description: 'Type of the column' })),
      }),
    ),
  },
  {
    title: 'ConnectionConfigs',
    description: 'Columns that all things behind a connection have; in a database each table has its own',
    examples: [{ items: [] }],
  },
)
export type ConnectionConfigs = Static<typeof ConnectionConfigs>
