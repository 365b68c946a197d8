import { type Static, Type } from 'typebox'
import { THESE } from '../catalog-ids.ts'
import { AnyObject, Count, OPEN } from '../schema-parts.ts'

/** The tables of datasets as the lake has them: fields, snapshots, files. */

const Figure = (description: string) => Type.Integer({ minimum: 0, description })
const SnapshotId = (description: string) =>
  Type.String({
    description: `${description}; a decimal number of up to 63 bits`,
    examples: ['4718302958201948'],
  })

export const TableSnapshot = Type.Object(
  {
    id: SnapshotId('Its id'),
    parentId: Type.Optional(SnapshotId('The snapshot before it')),
    at: Type.Integer({ description: 'When it was made, in epoch milliseconds' }),
    operation: Type.String({ description: 'What it did', examples: ['append'] }),
    isCurrent: Type.Boolean({ description: 'It is what readers see' }),
    addedRecords: Figure('Rows that it added'),
    deletedRecords: Figure('Rows that it took away'),
    addedFiles: Figure('Files that it added'),
    deletedFiles: Figure('Files that it took away'),
    totalRecords: Figure('Rows with it'),
    totalFiles: Figure('Files with it'),
    totalBytes: Figure('Bytes of these files'),
    batchId: Type.Optional(
      Type.String({ description: 'The batch that it brought', examples: [THESE.batch] }),
    ),
    summary: AnyObject('All that its writer noted'),
  },
  { title: 'TableSnapshot', description: 'One version of the content of a table' },
)
export type TableSnapshot = Static<typeof TableSnapshot>

const AT = 1_760_000_000_000

const SOME_SNAPSHOT = {
  id: '4718302958201948',
  at: AT,
  operation: 'append',
  isCurrent: true,
  addedRecords: 998,
  deletedRecords: 0,
  addedFiles: 1,
  deletedFiles: 0,
  totalRecords: 998,
  totalFiles: 1,
  totalBytes: 21_000,
  batchId: THESE.batch,
  summary: { operation: 'append' },
} as const

export const LakeTable = Type.Object(
  {
    datasetId: Type.String({ examples: [THESE.dataset] }),
    tableName: Type.String({ description: 'Its name in SQL and in the catalog', examples: ['orders'] }),
    namespace: Type.String({ description: 'Its namespace in the catalog: the sandbox', examples: ['prod'] }),
    location: Type.String({ description: 'Where its files are', examples: ['s3://lake/prod/65f0'] }),
    metadataLocation: Type.String({
      description: 'Its current metadata file, for readers without a catalog',
      examples: ['s3://lake/prod/65f0/metadata/00001-a.metadata.json'],
    }),
    fields: Type.Array(
      Type.Object({
        path: Type.String({ description: 'With dots between its parts', examples: ['_acme.city'] }),
        type: Type.String({ description: 'In the words of Iceberg', examples: ['decimal(12,2)'] }),
        required: Type.Boolean(),
      }),
      { description: 'The fields that hold values, without the objects around them' },
    ),
    snapshots: Type.Array(TableSnapshot, { description: 'The newest first, 200 at most' }),
    snapshotCount: Figure('How many there are'),
  },
  {
    title: 'LakeTable',
    description: 'The table of a dataset as the lake has it',
    examples: [
      {
        datasetId: THESE.dataset,
        tableName: 'orders',
        namespace: 'prod',
        location: `s3://lake/prod/${THESE.dataset}`,
        metadataLocation: `s3://lake/prod/${THESE.dataset}/metadata/00001-a.metadata.json`,
        fields: [{ path: '_acme.city', type: 'string', required: false }],
        snapshots: [SOME_SNAPSHOT],
        snapshotCount: 1,
      },
    ],
  },
)
export type LakeTable = Static<typeof LakeTable>

export const TableFilesQuery = Type.Object(
  {
    snapshot: Type.Optional(SnapshotId('The files of this snapshot; of the current one when absent')),
    start: Count('How many files to leave out at the beginning', { minimum: 0, default: 0 }),
    limit: Count('How many files to return', { minimum: 1, maximum: 1000, default: 100 }),
  },
  OPEN,
)

export const TableFiles = Type.Object(
  {
    files: Type.Array(
      Type.Object({
        path: Type.String({
          description: 'Where it is',
          examples: ['s3://lake/prod/65f0/data/part-0.parquet'],
        }),
        rowCount: Figure('Rows in it'),
        sizeBytes: Figure('Its size'),
        snapshotId: SnapshotId('The snapshot that added it'),
      }),
      { description: 'The newest first' },
    ),
    total: Figure('How many files there are'),
    rowCount: Figure('Rows in all of them'),
    sizeBytes: Figure('Bytes of all of them'),
  },
  {
    title: 'TableFiles',
    description: 'The data files of a snapshot',
    examples: [
      {
        files: [
          {
            path: 's3://lake/prod/65f0/data/part-0.parquet',
            rowCount: 998,
            sizeBytes: 21_000,
            snapshotId: '4718302958201948',
          },
        ],
        total: 1,
        rowCount: 998,
        sizeBytes: 21_000,
      },
    ],
  },
)
export type TableFiles = Static<typeof TableFiles>
