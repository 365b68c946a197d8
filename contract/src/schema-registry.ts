import { type Static, Type } from 'typebox'

/** A resource as JSON Schema with the registry's own keywords; its form follows from the Accept header. */
export const RegistryResource = Type.Record(Type.String(), Type.Unknown())

/** A class, schema, field group or data type to be made: JSON Schema. */
export const ResourceBody = Type.Object(
  {
    title: Type.Optional(Type.Unknown({ description: 'Unique among all resources of the sandbox' })),
    description: Type.Optional(Type.Unknown()),
    type: Type.Optional(Type.Unknown({ description: '`object`' })),
    allOf: Type.Optional(Type.Unknown({ description: 'What the resource is made of: `{"$ref": "…"}`' })),
    definitions: Type.Optional(Type.Unknown()),
    properties: Type.Optional(Type.Unknown()),
    'meta:intendedToExtend': Type.Optional(
      Type.Unknown({ description: 'Classes that a field group is meant for' }),
    ),
    'meta:immutableTags': Type.Optional(
      Type.Unknown({ description: '`union` makes a schema join its union' }),
    ),
  },
  { additionalProperties: true },
)

/** A JSON Patch (RFC 6902). */
export const PatchBody = Type.Unknown({ description: 'An array of JSON Patch operations' })

export const DescriptorBody = Type.Object(
  {
    '@type': Type.Optional(Type.Unknown({ description: '`xdm:descriptorIdentity` …' })),
    'xdm:sourceSchema': Type.Optional(Type.Unknown({ description: '`$id` of the schema' })),
    'xdm:sourceVersion': Type.Optional(Type.Unknown({ description: '1' })),
    'xdm:sourceProperty': Type.Optional(Type.Unknown({ description: '`/person/name`' })),
    'xdm:namespace': Type.Optional(Type.Unknown()),
    'xdm:property': Type.Optional(Type.Unknown({ description: '`xdm:code` or `xdm:id`' })),
    'xdm:isPrimary': Type.Optional(Type.Unknown()),
  },
  { additionalProperties: true },
)

export const ResourceListQuery = Type.Object(
  {
    property: Type.Optional(
      Type.Array(Type.String(), {
        description: '`title==x`, `title~pattern`, `meta:extends!=…`; all have to hold',
      }),
    ),
    orderby: Type.Optional(Type.String({ description: '`title`, `-updated`' })),
    start: Type.Optional(
      Type.String({ description: 'The page starts after this value of the first `orderby` field' }),
    ),
    limit: Type.Optional(Type.Integer({ description: '0 to 500, with `orderby`' })),
  },
  { additionalProperties: true },
)
export type ResourceListQuery = Static<typeof ResourceListQuery>

const Link = Type.Object({ href: Type.String() })

export const ResourceList = Type.Object({
  results: Type.Array(RegistryResource),
  _page: Type.Object({
    orderby: Type.String(),
    next: Type.Union([Type.String(), Type.Number(), Type.Null()]),
    count: Type.Integer(),
  }),
  _links: Type.Object({ next: Type.Union([Link, Type.Null()]), global_schemas: Type.Optional(Link) }),
})
export type ResourceList = Static<typeof ResourceList>

export const RegistryStats = Type.Object({
  imsOrg: Type.String(),
  tenantId: Type.String({ description: 'Fields of your own stand under `_` and this' }),
  counts: Type.Object({
    schemas: Type.Integer(),
    mixins: Type.Integer(),
    datatypes: Type.Integer(),
    classes: Type.Integer(),
    unions: Type.Integer(),
  }),
  recentlyCreatedResources: Type.Array(RegistryResource),
  recentlyUpdatedResources: Type.Array(RegistryResource),
  classUsage: Type.Record(Type.String(), Type.Array(RegistryResource)),
})
export type RegistryStats = Static<typeof RegistryStats>

export const ContainerParams = Type.Object({
  container: Type.Union([Type.Literal('global'), Type.Literal('tenant')]),
})

export const ResourceParams = Type.Object({
  container: Type.Union([Type.Literal('global'), Type.Literal('tenant')]),
  id: Type.String({ description: 'URL-encoded `$id`, or `meta:altId`' }),
})

export const DescriptorParams = Type.Object({ id: Type.String() })

export const RegistryError = Type.Object(
  {
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    report: Type.Optional(
      Type.Object({
        registryRequestId: Type.String(),
        timestamp: Type.String(),
        'detailed-message': Type.String(),
        'sub-errors': Type.Array(Type.Unknown()),
      }),
    ),
    detail: Type.String(),
  },
  { title: 'RegistryError', additionalProperties: false },
)
