import { type Static, Type } from 'typebox'
import { AnyObject, Count, Filled, OPEN, Uuid, Words } from '../schema-parts.ts'
import { AUDIT, Entity } from './entities.ts'
import { SOME } from './ids.ts'
import { pathOf } from './parts.ts'

/** Specs: what can be connected, and how. Their parts are JSON Schemas (draft 7) of what requests hold. */

const SchemaPart = (description: string) =>
  Type.Object(
    {
      name: Type.Optional(Type.String()),
      type: Type.Optional(Type.String()),
      spec: Type.Optional(AnyObject('JSON Schema')),
    },
    { ...OPEN, description },
  )

const Permission = Type.Object(
  {
    '@type': Type.Optional(Type.String({ examples: ['lowLevel'] })),
    name: Type.Optional(Type.String({ examples: ['EnterpriseSource'] })),
    permissions: Type.Optional(Type.Array(Type.String({ examples: ['read'] }))),
  },
  OPEN,
)

export const PermissionsInfo = Type.Object(
  {
    manage: Type.Optional(Type.Array(Permission)),
    view: Type.Optional(Type.Array(Permission)),
  },
  { ...OPEN, title: 'PermissionsInfo', description: 'Who may change and who may see what is made of a spec' },
)

const SPEC = {
  name: Filled('Unique', { examples: ['postgre-sql'] }),
  providerId: Type.String({ description: 'Id of the provider', examples: [SOME.provider] }),
  version: Type.String({ examples: ['1.0'] }),
  attributes: Type.Optional(AnyObject('What else is known of it, `isDraftModeSupported` for one')),
  permissionsInfo: Type.Optional(PermissionsInfo),
  type: Type.Optional(Type.String()),
  entitlementInfo: Type.Optional(Type.Array(AnyObject('An entitlement'))),
  policy: Type.Optional(AnyObject('Policies')),
  // What comes with the server was made by nobody.
  ...Type.Partial(Type.Object(AUDIT)).properties,
  id: Uuid('Id of the spec'),
}

const PERMISSIONS = {
  manage: [{ '@type': 'lowLevel', name: 'EnterpriseSource', permissions: ['write'] }],
  view: [{ '@type': 'lowLevel', name: 'EnterpriseSource', permissions: ['read'] }],
} as const

export const ConnectionSpec = Entity(
  'ConnectionSpec',
  {
    ...SPEC,
    settings: Type.Optional(AnyObject('Settings')),
    encryptionSpecs: Type.Optional(Type.Array(SchemaPart('A way of encryption'))),
    authSpec: Type.Optional(
      Type.Array(SchemaPart('A way of authentication: its name, and the JSON Schema of `auth.params`')),
    ),
    sourceSpec: Type.Optional(SchemaPart('What `params` of a source connection hold')),
    targetSpec: Type.Optional(SchemaPart('What `params` of a target connection hold')),
    exploreSpec: Type.Optional(
      Type.Object(
        {
          name: Type.Optional(Type.String()),
          type: Type.Optional(Type.String()),
          requestSpec: Type.Optional(AnyObject('JSON Schema')),
          responseSpec: Type.Optional(AnyObject('JSON Schema')),
        },
        { ...OPEN, description: 'What explore takes and tells' },
      ),
    ),
  },
  {
    description: 'A kind of system that a connection can be made to',
    examples: [
      {
        ...SOME.lake,
        name: 'datalake',
        providerId: SOME.provider,
        targetSpec: {
          name: 'DataLake',
          type: 'DataLake',
          spec: {
            type: 'object',
            properties: { dataSetId: { type: 'string' } },
            required: ['dataSetId'],
          },
        },
        attributes: { category: 'Data Lake', isDraftModeSupported: true },
        permissionsInfo: PERMISSIONS,
      },
    ],
  },
)
export type ConnectionSpec = Static<typeof ConnectionSpec>

export const FlowSpec = Entity(
  'FlowSpec',
  {
    ...SPEC,
    sourceConnectionSpecIds: Type.Optional(
      Type.Array(Type.String(), { description: 'What it may read from' }),
    ),
    targetConnectionSpecIds: Type.Optional(Type.Array(Type.String(), { description: 'Where it may land' })),
    optionSpec: Type.Optional(SchemaPart('What `options` of a flow hold')),
    scheduleSpec: Type.Optional(SchemaPart('What `scheduleParams` of a flow hold')),
    transformationSpecs: Type.Optional(
      Type.Array(SchemaPart('A transformation: its name, and the JSON Schema of its `params`')),
    ),
    runSpec: Type.Optional(SchemaPart('What `params` of a run hold')),
  },
  {
    description: 'A kind of flow: which systems it joins and which parameters it takes',
    examples: [
      {
        ...SOME.flowSpec,
        name: 'CRMToAEP',
        providerId: SOME.provider,
        sourceConnectionSpecIds: [SOME.postgres.id],
        targetConnectionSpecIds: [SOME.lake.id],
        transformationSpecs: [{ name: 'Mapping', spec: { type: 'object' } }],
        attributes: { isSourceFlow: true, frequency: 'batch' },
        permissionsInfo: PERMISSIONS,
      },
    ],
  },
)
export type FlowSpec = Static<typeof FlowSpec>

export const ConnectionSpecPath = pathOf('connection spec', SOME.postgres.id)
export const FlowSpecPath = pathOf('flow spec', SOME.flowSpec.id)

export const SpecConfigQuery = Type.Object(
  {
    outputType: Type.Optional(
      Words(['activationDatasets'], { description: 'What is asked of the lake; the same when absent' }),
    ),
    outputField: Type.Optional(
      Words(['datasets'], { description: 'What is asked of the lake; the same when absent' }),
    ),
    start: Count('Index of the first item', { minimum: 0, default: 0 }),
    limit: Count('Items on a page', { minimum: 1, maximum: 100, default: 20 }),
  },
  OPEN,
)

export type SpecConfigQuery = Static<typeof SpecConfigQuery>

const SpecConfig = Type.Object(
  {
    id: Type.String({ description: 'Id of a dataset' }),
    name: Type.String(),
    schemaRef: Type.Object({ id: Type.String(), contentType: Type.String() }),
  },
  { title: 'SpecConfig', description: 'What can be chosen: a dataset' },
)

export const SpecConfigs = Type.Object(
  {
    items: Type.Array(SpecConfig),
    pageInfo: Type.Object({ hasNext: Type.Boolean() }),
  },
  {
    title: 'SpecConfigs',
    description: 'What can be chosen for a kind of system: for the lake its datasets, for others nothing',
    examples: [
      {
        items: [
          {
            id: SOME.dataset,
            name: 'Orders',
            schemaRef: { id: SOME.schema, contentType: 'application/vnd.adobe.xed+json;version=1' },
          },
        ],
        pageInfo: { hasNext: false },
      },
    ],
  },
)
export type SpecConfigs = Static<typeof SpecConfigs>
