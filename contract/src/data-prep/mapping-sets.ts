import { type Static, Type } from 'typebox'
import { THESE } from '../catalog-ids.ts'
import { Count, EpochMs, Filled, Flag, OPEN, Words } from '../schema-parts.ts'

/** Mapping sets of Data Prep. Times are epoch milliseconds. */

export const MappingSetPath = Type.Object({
  id: Type.String({ description: 'Id of the mapping set', examples: [THESE.mappingSet] }),
})

export const MappingPath = Type.Object({
  id: Type.String({ description: 'Id of the mapping set', examples: [THESE.mappingSet] }),
  mappingId: Type.String({ description: 'Id of the mapping', examples: [THESE.mapping] }),
})

const EXPAND = Flag('Whether to add the whole schema as `outputSchema.jsonSchema`')

export const MappingSetListQuery = Type.Object(
  {
    limit: Count('How many sets to return', { minimum: 1, maximum: 100, default: 10 }),
    start: Count('How many sets to leave out at the beginning', { minimum: 0, default: 0 }),
    name: Type.Optional(Type.String({ description: 'Only sets of this name' })),
    orderBy: Type.Optional(
      Type.String({
        description: '`createdDate`, `updatedDate` or `name`; `-` in front sorts descending',
        examples: ['-createdDate'],
      }),
    ),
    property: Type.Optional(
      Type.String({
        description: 'Only sets with a property of this value',
        examples: [`outputSchema.schemaRef.id==${THESE.schema}`],
      }),
    ),
    expandSchema: EXPAND,
  },
  OPEN,
)

export type MappingSetListQuery = Static<typeof MappingSetListQuery>

export const MappingSetQuery = Type.Object(
  { version: Count('The version to read; the newest when absent', { minimum: 0 }), expandSchema: EXPAND },
  OPEN,
)
export type MappingSetQuery = Static<typeof MappingSetQuery>

export const OutputSchemaRef = Type.Object(
  {
    id: Filled('`$id` of the schema that the rows get', { examples: [THESE.schema] }),
    contentType: Type.Optional(Type.String({ default: 'application/vnd.adobe.xed-full+json;version=1' })),
  },
  { ...OPEN, title: 'OutputSchemaRef', description: 'A schema of the registry' },
)

const Source = Type.Union([Type.String({ minLength: 1 }), Type.Number(), Type.Boolean()])

/** One mapping, in either generation of its words. */
export const MappingBody = Type.Object(
  {
    id: Type.Optional(Type.String({ description: 'Of a mapping that is sent back' })),
    sourceType: Type.Optional(
      Words(['ATTRIBUTE', 'EXPRESSION', 'STATIC', 'text/x.schema-path', 'text/x.aep-xl'], {
        description: 'What `source` is, in any case of letters',
        default: 'ATTRIBUTE',
      }),
    ),
    source: Type.Optional(Source),
    sourceAttribute: Type.Optional(Source),
    destination: Type.Optional(Type.String({ minLength: 1, examples: ['_acme.city'] })),
    destinationXdmPath: Type.Optional(Type.String({ minLength: 1 })),
  },
  {
    ...OPEN,
    title: 'MappingBody',
    description:
      'One field of the record: a column, an expression or a constant as `source` (or `sourceAttribute`) and its `destination` (or `destinationXdmPath`). A constant may be empty',
    allOf: [
      {
        anyOf: [
          { required: ['source'] },
          { required: ['sourceAttribute'] },
          { required: ['sourceType'], properties: { sourceType: { const: 'STATIC' } } },
        ],
      },
      { anyOf: [{ required: ['destination'] }, { required: ['destinationXdmPath'] }] },
    ],
    examples: [{ sourceType: 'EXPRESSION', source: 'upper(city)', destination: '_acme.city' }],
  },
)
export type MappingBody = Static<typeof MappingBody>

/** The places in which a body may name its schema. */
export const SCHEMA_SPELLINGS = [
  { required: ['outputSchema'] },
  { required: ['schemaRef'] },
  { required: ['xdmSchema'] },
] as const

/** What the examples have. */
export const ORDERS = {
  name: 'Orders to records',
  outputSchema: {
    schemaRef: { id: THESE.schema, contentType: 'application/vnd.adobe.xed-full+json;version=1' },
  },
  mappings: [
    { sourceType: 'ATTRIBUTE', source: 'id', destination: '_acme.id' },
    { sourceType: 'EXPRESSION', source: 'upper(city)', destination: '_acme.city' },
  ],
} as const

/** A mapping set in any of its three generations. */
export const MappingSetBody = Type.Object(
  {
    name: Type.Optional(Type.String({ description: 'Name of the set' })),
    outputSchema: Type.Optional(Type.Object({ schemaRef: OutputSchemaRef }, OPEN)),
    schemaRef: Type.Optional(OutputSchemaRef),
    xdmSchema: Type.Optional(Filled('The same in a still older form: the id alone')),
    mappings: Type.Array(MappingBody),
  },
  {
    ...OPEN,
    title: 'MappingSetBody',
    description: 'A mapping set to be made. The schema stands in `outputSchema`, `schemaRef` or `xdmSchema`',
    anyOf: [...SCHEMA_SPELLINGS],
    examples: [ORDERS],
  },
)
export type MappingSetBody = Static<typeof MappingSetBody>

const AUDIT = {
  id: Type.String({ examples: [THESE.mapping] }),
  version: Type.Integer({ minimum: 0 }),
  createdDate: EpochMs('When it was made'),
  modifiedDate: EpochMs('When it was last changed'),
  createdBy: Type.String(),
  modifiedBy: Type.String(),
}

const SOME_AUDIT = {
  version: 0,
  createdDate: THESE.at,
  modifiedDate: THESE.at,
  createdBy: THESE.user,
  modifiedBy: THESE.user,
} as const

const SOME_MAPPING = {
  id: THESE.mapping,
  ...SOME_AUDIT,
  sourceType: 'text/x.schema-path',
  source: 'id',
  destination: '_acme.id',
  sourceAttribute: 'id',
  destinationXdmPath: '_acme.id',
  identity: false,
  primaryIdentity: false,
} as const

export const Mapping = Type.Object(
  {
    ...AUDIT,
    sourceType: Type.String({ examples: ['text/x.schema-path'] }),
    source: Type.String(),
    destination: Type.String(),
    sourceAttribute: Type.String({ description: 'The same as `source`' }),
    destinationXdmPath: Type.String({ description: 'The same as `destination`' }),
    identity: Type.Unknown({ description: 'As it was sent; false when absent' }),
    primaryIdentity: Type.Unknown({ description: 'As it was sent; false when absent' }),
  },
  { ...OPEN, title: 'Mapping', description: 'One field of the record', examples: [SOME_MAPPING] },
)
export type Mapping = Static<typeof Mapping>

const SOME_SET = {
  id: THESE.mappingSet,
  ...SOME_AUDIT,
  name: 'Orders to records',
  outputSchema: { id: THESE.mapping, version: 0, schemaRef: ORDERS.outputSchema.schemaRef },
  mappings: [SOME_MAPPING],
  status: 'PUBLISHED',
  xdmSchema: THESE.schema,
  xdmVersion: '1.0',
} as const

export const MappingSet = Type.Object(
  {
    ...AUDIT,
    name: Type.Optional(Type.String()),
    outputSchema: Type.Object(
      { schemaRef: Type.Object({ id: Type.String(), contentType: Type.String() }) },
      OPEN,
    ),
    mappings: Type.Array(Mapping),
    status: Type.Unknown({ description: 'As it was sent; `PUBLISHED` when absent' }),
    xdmSchema: Type.String({ description: '`$id` of the schema' }),
    xdmVersion: Type.String({ description: 'Version of the schema' }),
  },
  {
    ...OPEN,
    title: 'MappingSet',
    description: 'How rows become records: a list of mappings',
    examples: [SOME_SET],
  },
)
export type MappingSet = Static<typeof MappingSet>

export const CreatedMappingSet = Type.Object(AUDIT, {
  title: 'CreatedMappingSet',
  description: 'The mapping set that was made',
  examples: [{ id: THESE.mappingSet, ...SOME_AUDIT }],
})
export type CreatedMappingSet = Static<typeof CreatedMappingSet>

export const MappingSetList = Type.Object(
  {
    data: Type.Array(MappingSet),
    _page: Type.Object({
      count: Type.Integer({ description: 'How many there are in all' }),
      limit: Type.Integer(),
    }),
    _links: Type.Object({ next: Type.Optional(Type.Object({ href: Type.String() })) }),
  },
  {
    title: 'MappingSetList',
    examples: [{ data: [SOME_SET], _page: { count: 1, limit: 10 }, _links: {} }],
  },
)
export type MappingSetList = Static<typeof MappingSetList>

export const Mappings = Type.Array(Mapping, { examples: [[SOME_MAPPING]] })
