import { type Static, Type } from 'typebox'
import { AnyObject, Filled, OPEN, Words } from './schema-parts.ts'

/** Requests and answers of the Schema Registry: JSON Schemas with keywords of its own. */

const ID = 'https://ns.adobe.com/acme/schemas/8f2b4c6d0e1a3f5b7c9d8e6f4a2b0c1d3e5f7a9b8c6d4e2f'
const ALT_ID = '_acme.schemas.8f2b4c6d0e1a3f5b7c9d8e6f4a2b0c1d3e5f7a9b8c6d4e2f'
/** References are left out: tools follow them wherever they stand. */
const FIELDS = { _acme: { type: 'object', properties: { city: { type: 'string', title: 'City' } } } } as const
const PROFILE = 'https://ns.adobe.com/xdm/context/profile'

/** Each example is of a resource of its own: tools take a `$id` for the name of a schema wherever it stands. */
const other = (digit: string) => ID.slice(0, -1) + digit
const SHORT = { $id: other('a'), 'meta:altId': ALT_ID, version: '1.0', title: 'Orders' } as const

/** A resource; its form follows from the header `Accept`. */
export const RegistryResource = Type.Record(Type.String(), Type.Unknown(), {
  title: 'RegistryResource',
  description:
    'A resource as JSON Schema with keywords of the registry: `$id`, `meta:altId`, `version`, `title` and more. `Accept` decides on its form: `application/vnd.adobe.xed+json` with references, `xed-full` with all of them pulled in, `xed-id` short',
  examples: [{ ...SHORT, $id: ID, type: 'object', properties: FIELDS }],
})
export type RegistryResource = Static<typeof RegistryResource>

const Part = AnyObject('A resource, or a place in this document, as `{"$ref": "…"}`; or JSON Schema')

/** A class, schema, field group or data type to be made: JSON Schema. */
export const ResourceBody = Type.Object(
  {
    title: Filled('Unique among all resources of the sandbox', { pattern: '\\S' }),
    description: Type.Optional(Type.Unknown({ description: 'For people' })),
    type: Type.Optional(Type.String({ examples: ['object'] })),
    allOf: Type.Optional(
      Type.Array(Part, { description: 'What it is made of: a class, field groups, its own fields' }),
    ),
    definitions: Type.Optional(AnyObject('Own fields by the name that `allOf` refers to')),
    properties: Type.Optional(AnyObject('Own fields, below the namespace of the tenant')),
    'meta:intendedToExtend': Type.Optional(
      Type.Array(Type.String(), { description: 'Classes that a field group is meant for' }),
    ),
    'meta:immutableTags': Type.Optional(
      Type.Array(Type.String(), { description: '`union` makes a schema join its union' }),
    ),
  },
  {
    ...OPEN,
    title: 'RegistryResourceBody',
    description: 'A resource to be made: JSON Schema',
    examples: [
      {
        title: 'Fields of orders',
        type: 'object',
        'meta:intendedToExtend': [PROFILE],
        properties: FIELDS,
      },
    ],
  },
)
export type ResourceBody = Static<typeof ResourceBody>

const Operation = Type.Object(
  {
    op: Words(['add', 'remove', 'replace', 'move', 'copy', 'test'], {
      description: 'In any case of letters',
    }),
    path: Type.String({ description: 'JSON Pointer', examples: ['/title'] }),
    from: Type.Optional(Type.String({ description: 'JSON Pointer, of `move` and `copy`' })),
    value: Type.Optional(Type.Unknown({ description: 'The new value' })),
  },
  { ...OPEN, title: 'RegistryPatchOperation', description: 'One operation of a JSON Patch (RFC 6902)' },
)

/** A JSON Patch (RFC 6902). */
export const PatchBody = Type.Array(Operation, {
  title: 'RegistryPatch',
  description: 'A JSON Patch (RFC 6902)',
  examples: [[{ op: 'replace', path: '/title', value: 'Orders and returns' }]],
})
export type PatchBody = Static<typeof PatchBody>

export const DescriptorBody = Type.Object(
  {
    '@type': Words(
      [
        'xdm:descriptorIdentity',
        'xdm:alternateDisplayInfo',
        'xdm:descriptorOneToOne',
        'xdm:descriptorOneToMany',
        'xdm:descriptorManyToMany',
        'xdm:descriptorReferenceIdentity',
        'xdm:descriptorDeprecated',
        'xdm:descriptorRelationship',
        'xdm:descriptorPrimaryKey',
        'xdm:descriptorVersion',
        'xdm:descriptorTimestamp',
        'xdm:descriptorLabel',
        'xdm:descriptorTimeSeriesGranularity',
      ],
      { description: 'What it says' },
    ),
    'xdm:sourceSchema': Filled(
      '`$id` of the schema; of labels, titles and deprecations also of another resource',
      {
        examples: [ID],
      },
    ),
    'xdm:sourceVersion': Type.Optional(
      Type.Unsafe<1 | '1'>({ enum: [1, '1'], default: 1, description: 'Of the schema' }),
    ),
    'xdm:sourceProperty': Type.Optional(
      Type.Union([Type.String(), Type.Array(Type.String())], {
        description: 'Path of the field, or of several; an identity needs one',
        examples: ['/_acme/id'],
      }),
    ),
    'xdm:namespace': Type.Optional(
      Type.Union([Type.String(), Type.Number()], {
        description: 'Code or id of the namespace; an identity needs one',
        examples: ['Email'],
      }),
    ),
    'xdm:property': Type.Optional(
      Words(['xdm:code', 'xdm:id'], { description: 'How the namespace is named', default: 'xdm:code' }),
    ),
    'xdm:identityNamespace': Type.Optional(
      Type.String({
        description: 'Code of the namespace; a reference identity needs one',
        examples: ['CRMID'],
      }),
    ),
    'xdm:destinationSchema': Type.Optional(
      Type.String({ description: '`$id` of the schema that a relationship leads to', examples: [ID] }),
    ),
    'xdm:destinationProperty': Type.Optional(
      Type.Unknown({
        description: 'Path of the field that a relationship leads to',
        examples: ['/_acme/id'],
      }),
    ),
    'xdm:isPrimary': Type.Optional(Type.Unknown({ description: 'Whether it is the identity of a record' })),
  },
  {
    ...OPEN,
    title: 'DescriptorBody',
    description: 'What a field of a schema means',
    examples: [
      {
        '@type': 'xdm:descriptorIdentity',
        'xdm:sourceSchema': ID,
        'xdm:sourceVersion': 1,
        'xdm:sourceProperty': '/_acme/id',
        'xdm:namespace': 'Email',
        'xdm:isPrimary': true,
      },
    ],
  },
)
export type DescriptorBody = Static<typeof DescriptorBody>

const SOME_DESCRIPTOR = {
  '@id': '4b8c2d6e0f1a3b5c7d9e8f6a4b2c0d1e3f5a7b9c8d6e4f2a',
  '@type': 'xdm:descriptorIdentity',
  'xdm:sourceSchema': ID,
  'xdm:sourceVersion': 1,
  'xdm:sourceProperty': '/_acme/id',
  'xdm:namespace': 'Email',
  'xdm:property': 'xdm:code',
  'xdm:isPrimary': true,
} as const

export const Descriptor = Type.Record(Type.String(), Type.Unknown(), {
  title: 'Descriptor',
  description: 'What a field of a schema means. `Accept` decides on its form',
  examples: [SOME_DESCRIPTOR],
})
export type Descriptor = Static<typeof Descriptor>

const Link = Type.Object({ href: Type.String() })

const PAGE = Type.Object({
  orderby: Type.String(),
  next: Type.Union([Type.String(), Type.Number(), Type.Null()], {
    description: 'What to send as `start` for the next page; null after the last',
  }),
  count: Type.Integer(),
})

const DescriptorsByType = Type.Record(
  Type.String(),
  Type.Array(Type.Unknown({ description: 'A descriptor, its id or a link, as `Accept` says' })),
  {
    title: 'DescriptorsByType',
    description: 'Descriptors by their type',
    examples: [{ 'xdm:descriptorIdentity': [SOME_DESCRIPTOR] }],
  },
)

const DescriptorPage = Type.Object(
  {
    results: Type.Array(Type.Unknown({ description: 'A descriptor, its id or a link, as `Accept` says' })),
    _page: PAGE,
    _links: Type.Object({ next: Type.Union([Link, Type.Null()]) }),
  },
  { title: 'DescriptorPage', description: 'A page, for the `v2` forms of `Accept`' },
)

export const DescriptorList = Type.Unsafe<Record<string, unknown>>({
  anyOf: [DescriptorsByType, DescriptorPage],
  description: 'Descriptors by their type, or a page of them',
  examples: [{ 'xdm:descriptorIdentity': [SOME_DESCRIPTOR] }],
})

export const ResourceListQuery = Type.Object(
  {
    property: Type.Optional(
      Type.Array(Type.String(), {
        description: 'A condition: `title==x`, `title~pattern`, `meta:extends!=…`; all have to hold',
        examples: [['title~Orders']],
      }),
    ),
    orderby: Type.Optional(
      Type.String({ description: 'Fields to sort by, `-` in front for descending', examples: ['title'] }),
    ),
    start: Type.Optional(
      Type.String({ description: 'The page starts after this value of the first `orderby` field' }),
    ),
    limit: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 500, description: 'How many to return; only with `orderby`' }),
    ),
  },
  OPEN,
)
export type ResourceListQuery = Static<typeof ResourceListQuery>

export const ResourceList = Type.Object(
  {
    results: Type.Array(RegistryResource),
    _page: PAGE,
    _links: Type.Object({
      next: Type.Union([Link, Type.Null()], { description: 'The next page; null after the last' }),
      global_schemas: Type.Optional(Link),
    }),
  },
  {
    title: 'RegistryList',
    examples: [
      {
        results: [SHORT],
        _page: { orderby: 'updated', next: null, count: 1 },
        _links: { next: null },
      },
    ],
  },
)
export type ResourceList = Static<typeof ResourceList>

export const RegistryStats = Type.Object(
  {
    imsOrg: Type.String(),
    tenantId: Type.String({ description: 'Fields of your own stand under `_` and this', examples: ['acme'] }),
    counts: Type.Object({
      schemas: Type.Integer(),
      mixins: Type.Integer(),
      datatypes: Type.Integer(),
      classes: Type.Integer(),
      unions: Type.Integer(),
    }),
    recentlyCreatedResources: Type.Array(RegistryResource),
    recentlyUpdatedResources: Type.Array(RegistryResource),
    classUsage: Type.Record(Type.String(), Type.Array(RegistryResource), {
      description: 'Schemas by their class',
    }),
  },
  {
    title: 'RegistryStats',
    description: 'What the registry of a sandbox holds',
    examples: [
      {
        imsOrg: '4F3BB22C5631222A7F000101@AdobeOrg',
        tenantId: 'acme',
        counts: { schemas: 1, mixins: 1, datatypes: 0, classes: 0, unions: 0 },
        recentlyCreatedResources: [{ ...SHORT, $id: other('b') }],
        recentlyUpdatedResources: [],
        classUsage: { [PROFILE]: [{ $id: other('c'), title: 'Orders', description: '' }] },
      },
    ],
  },
)
export type RegistryStats = Static<typeof RegistryStats>

const Container = Words(['global', 'tenant'], {
  description: 'What comes with the server and is read-only, or what is your own',
  examples: ['tenant'],
})

export const ContainerParams = Type.Object({ container: Container })

export const ResourceParams = Type.Object({
  container: Container,
  id: Type.String({ description: 'URL-encoded `$id`, or `meta:altId`', examples: [ALT_ID] }),
})

export const UnionParams = Type.Object({
  id: Type.String({
    description: 'Id of the union',
    examples: ['_xdm.context.profile__union'],
  }),
})

export const DescriptorParams = Type.Object({
  id: Type.String({ description: '`@id` of the descriptor', examples: [SOME_DESCRIPTOR['@id']] }),
})

export const AcceptHeader = (...examples: readonly string[]) =>
  Type.Object(
    {
      accept: Type.Optional(Type.String({ description: 'The form of the answer', examples })),
    },
    OPEN,
  )

export const RegistryError = Type.Object(
  {
    type: Type.String({
      description: 'Ends in the code',
      examples: ['http://ns.adobe.com/aep/errors/XDM-1012-404'],
    }),
    title: Type.String({ description: 'The kind of error' }),
    status: Type.Integer({ description: 'The HTTP status' }),
    report: Type.Object({
      registryRequestId: Type.String({ description: 'Under this id the log tells more' }),
      timestamp: Type.String({ description: '`MM-DD-YYYY HH:MM:SS` in UTC' }),
      'detailed-message': Type.String(),
      'sub-errors': Type.Array(Type.Unknown()),
    }),
    detail: Type.String({ description: 'What is wrong and what to do' }),
  },
  { title: 'RegistryError', description: 'An error of the Schema Registry' },
)
