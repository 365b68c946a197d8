import { type Static, Type } from 'typebox'
import { Filled, OPEN, Words } from './schema-parts.ts'
import { Descriptor, RegistryResource } from './schema-registry.ts'

/** The ad-hoc schema of a table of a source, in one call. */

const SCHEMA = 'https://ns.adobe.com/acme/schemas/1d3e5f7a9b8c6d4e2f8f2b4c6d0e1a3f5b7c9d8e6f4a2b0c'

export const TableSchemaBody = Type.Object(
  {
    baseConnectionId: Filled('Id of the base connection of the source', {
      examples: ['3c9b37f8-13a6-43d8-bad3-b863b941fedd'],
    }),
    tableName: Filled('Path of a table or view, as explore lists it', {
      pattern: '\\S',
      examples: ['public.orders'],
    }),
    columns: Type.Optional(
      Type.Array(Type.String(), {
        minItems: 1,
        uniqueItems: true,
        description: 'The columns that become fields, in this order; all of them when absent',
        examples: [['id', 'amount']],
      }),
    ),
    title: Type.Optional(
      Filled('Title of the schema; the path of the table when absent', {
        pattern: '\\S',
        examples: ['Orders'],
      }),
    ),
  },
  {
    ...OPEN,
    title: 'TableSchemaBody',
    description: 'A table or view of a source that a schema is made for',
    examples: [{ baseConnectionId: '3c9b37f8-13a6-43d8-bad3-b863b941fedd', tableName: 'public.orders' }],
  },
)
export type TableSchemaBody = Static<typeof TableSchemaBody>

const SuggestedMapping = Type.Object(
  {
    sourceType: Type.Literal('ATTRIBUTE'),
    source: Type.String({ description: 'Name of the column', examples: ['id'] }),
    destination: Type.String({ description: 'Path of the field', examples: ['_acme.id'] }),
  },
  { title: 'SuggestedMapping', description: 'A column and the field that holds its values exactly' },
)

const SuggestedMappingSet = Type.Object(
  {
    name: Type.String(),
    outputSchema: Type.Object({
      schemaRef: Type.Object({ id: Type.String(), contentType: Type.String() }),
    }),
    mappings: Type.Array(SuggestedMapping),
  },
  { title: 'SuggestedMappingSet', description: 'The body of a mapping set, ready to be sent to Data Prep' },
)

export const TableSchema = Type.Object(
  {
    state: Words(['created', 'updated', 'unchanged'], {
      description: 'Whether the schema is new, was brought up to the table, or was right already',
    }),
    schema: RegistryResource,
    descriptors: Type.Array(Descriptor, { description: 'What is said of its fields: the key of the table' }),
    mappingSet: SuggestedMappingSet,
  },
  {
    title: 'TableSchema',
    description: 'The schema of a table, and how its columns get there',
    examples: [
      {
        state: 'created',
        schema: { $id: SCHEMA, title: 'public.orders', version: '1.0' },
        descriptors: [
          {
            '@id': '2a4f6e8d0c1b3a5f7e9d8c6b4a2f0e1d3c5b7a9f8e6d4c2b',
            '@type': 'xdm:descriptorPrimaryKey',
            'xdm:sourceSchema': SCHEMA,
            'xdm:sourceVersion': 1,
            'xdm:sourceProperty': '/_acme/id',
          },
        ],
        mappingSet: {
          name: 'public.orders',
          outputSchema: {
            schemaRef: { id: SCHEMA, contentType: 'application/vnd.adobe.xed-full+json;version=1' },
          },
          mappings: [{ sourceType: 'ATTRIBUTE', source: 'id', destination: '_acme.id' }],
        },
      },
    ],
  },
)
export type TableSchema = Static<typeof TableSchema>
