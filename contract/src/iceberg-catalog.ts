import { type Static, type TSchema, Type } from 'typebox'
import { OPEN } from './schema-parts.ts'

/** Apache Iceberg's REST catalog, as far as readers need it. Words and shapes are those of its specification. */

const Identifier = Type.Object(
  {
    namespace: Type.Array(Type.String(), { description: 'The sandbox', examples: [['prod']] }),
    name: Type.String({ description: 'The name of the dataset in SQL', examples: ['web_orders'] }),
  },
  { title: 'IcebergTableIdentifier', description: 'A table of the catalog' },
)

const NextPage = Type.Optional(
  Type.Union([Type.String(), Type.Null()], {
    description: 'Where the next page starts; null on the last one, absent where pages were not asked for',
    examples: ['web_orders'],
  }),
)

export const CatalogQuery = Type.Object(
  { warehouse: Type.Optional(Type.String({ description: 'Any; there is one catalog for all sandboxes' })) },
  OPEN,
)

export const CatalogConfig = Type.Object(
  {
    defaults: Type.Record(Type.String(), Type.String()),
    overrides: Type.Record(Type.String(), Type.String()),
    endpoints: Type.Array(Type.String(), { description: 'What the catalog answers; it is for reading' }),
  },
  {
    title: 'IcebergCatalogConfig',
    description: 'What a client has to know before it asks',
    examples: [
      { defaults: {}, overrides: {}, endpoints: ['GET /v1/{prefix}/namespaces/{namespace}/tables/{table}'] },
    ],
  },
)
export type CatalogConfig = Static<typeof CatalogConfig>

const Paging = {
  pageToken: Type.Optional(
    Type.String({ description: 'From the page before; empty, or absent, for the first one' }),
  ),
  pageSize: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 1000, description: 'Entries of a page; all in one without it' }),
  ),
}

export const TablesQuery = Type.Object(Paging, OPEN)

export const NamespacesQuery = Type.Object(
  {
    ...Paging,
    parent: Type.Optional(
      Type.String({ description: 'List what is below; nothing is, since namespaces have one level' }),
    ),
  },
  OPEN,
)

export const NamespaceList = Type.Object(
  { namespaces: Type.Array(Type.Array(Type.String())), 'next-page-token': NextPage },
  {
    title: 'IcebergNamespaces',
    description: 'The sandboxes whose datasets the client may view',
    examples: [{ namespaces: [['prod'], ['dev']] }],
  },
)
export type NamespaceList = Static<typeof NamespaceList>

export const Namespace = Type.Object(
  { namespace: Type.Array(Type.String()), properties: Type.Record(Type.String(), Type.String()) },
  {
    title: 'IcebergNamespace',
    description: 'A sandbox',
    examples: [{ namespace: ['prod'], properties: { 'headwater.sandbox-type': 'production' } }],
  },
)
export type Namespace = Static<typeof Namespace>

export const TableList = Type.Object(
  { identifiers: Type.Array(Identifier), 'next-page-token': NextPage },
  {
    title: 'IcebergTables',
    description: 'Datasets as tables, by name',
    examples: [{ identifiers: [{ namespace: ['prod'], name: 'web_orders' }] }],
  },
)
export type TableList = Static<typeof TableList>

export const LoadedTable = Type.Object(
  {
    'metadata-location': Type.String({ examples: ['s3://lake/prod/65f0/metadata/00007-1c.metadata.json'] }),
    metadata: Type.Unsafe<Readonly<Record<string, unknown>>>(
      Type.Object({ 'table-uuid': Type.String() }, { ...OPEN, description: 'The metadata file as it is' }),
    ),
    config: Type.Record(Type.String(), Type.String(), {
      description: 'Where the storage answers; never credentials',
    }),
  },
  {
    title: 'IcebergTable',
    description: 'A table with its current metadata',
    examples: [
      {
        'metadata-location': 's3://lake/prod/65f0/metadata/00007-1c.metadata.json',
        metadata: { 'format-version': 2, 'table-uuid': '5b0c4a3e-4f5e-4d6b-9a57-0f3f5d9c7e21' },
        config: { 'client.region': 'eu-central-1', 's3.region': 'eu-central-1' },
      },
    ],
  },
)

/** Errors in the shape of the specification. */
export const CatalogError = Type.Object(
  {
    error: Type.Object({
      message: Type.String({ description: 'What is wrong and what to do' }),
      type: Type.String({ description: 'The kind of error', examples: ['NoSuchTableException'] }),
      code: Type.Integer({ description: 'The HTTP status' }),
    }),
  },
  { title: 'IcebergError', description: 'Why a request was refused, as the specification has it' },
)
export type CatalogError = Static<typeof CatalogError>

export const NamespacePath: TSchema = Type.Object({
  namespace: Type.String({ description: 'The name of a sandbox', examples: ['prod'] }),
})

export const TablePath: TSchema = Type.Object({
  namespace: Type.String({ description: 'The name of a sandbox', examples: ['prod'] }),
  table: Type.String({
    description: 'The name of a dataset in SQL, or its id',
    examples: ['web_orders'],
  }),
})
