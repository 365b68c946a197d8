import { type Static, Type } from 'typebox'
import { Filled, OPEN } from '../schema-parts.ts'
import { BASE_CONNECTION_ID, CONNECTED, SchemaReference } from './connected.ts'
import { Entity } from './entities.ts'
import { SOME, SOME_AUDIT } from './ids.ts'
import { NAMED_BODY, pathOf, SpecReference } from './parts.ts'

/** Target connections: where to land what was read. */

export const TargetParams = Type.Object(
  { dataSetId: Filled('Id of a dataset', { examples: [SOME.dataset] }) },
  { ...OPEN, title: 'TargetParams', description: 'Where to land' },
)
export type TargetParams = Static<typeof TargetParams>

export const TargetData = Type.Object(
  {
    format: Type.Optional(Type.String({ examples: ['parquet_xdm'] })),
    schema: Type.Optional(SchemaReference),
  },
  { ...OPEN, title: 'TargetData', description: 'The form of the data; the dataset decides' },
)

const ORDERS = {
  name: 'Orders in the lake',
  connectionSpec: SOME.lake,
  data: { schema: { id: SOME.schema, version: 'application/vnd.adobe.xed-full+json;version=1' } },
  params: { dataSetId: SOME.dataset },
} as const

export const TargetConnectionBody = Type.Object(
  {
    ...NAMED_BODY,
    name: Type.Optional(NAMED_BODY.name),
    connectionSpec: SpecReference,
    baseConnectionId: Type.Optional(BASE_CONNECTION_ID),
    data: Type.Optional(TargetData),
    params: TargetParams,
  },
  {
    ...OPEN,
    title: 'TargetConnectionBody',
    description: 'A target connection to be made',
    examples: [ORDERS],
  },
)
export type TargetConnectionBody = Static<typeof TargetConnectionBody>

export const TargetConnectionDraft = Type.Object(
  {
    ...Type.Partial(TargetConnectionBody).properties,
    connectionSpec: SpecReference,
    params: Type.Optional(Type.Partial(TargetParams, OPEN)),
  },
  { ...OPEN, title: 'TargetConnectionDraft', description: 'With `mode=draft`: only the spec has to be told' },
)
export type TargetConnectionDraft = Static<typeof TargetConnectionDraft>

/** What is taken to create one: complete, or as a draft. */
export const NewTargetConnection = Type.Union([TargetConnectionBody, TargetConnectionDraft], {
  description: 'Complete, or with `mode=draft` less',
  examples: [ORDERS],
})

export const TargetConnectionPath = pathOf('target connection', SOME.targetConnection)

export const TargetConnection = Entity(
  'TargetConnection',
  {
    ...CONNECTED,
    data: Type.Object(
      { format: TargetData.properties.format, schema: Type.Optional(Type.Unknown()) },
      { ...OPEN, description: 'As it was sent' },
    ),
    params: Type.Partial(TargetParams, { ...OPEN, description: 'As they were sent' }),
  },
  {
    description: 'Where flows land what they read',
    examples: [
      {
        id: SOME.targetConnection,
        ...SOME_AUDIT,
        version: SOME.etag,
        ...ORDERS,
        state: 'enabled',
        lastOperation: { started: 1760000000000, updated: 0, operation: 'create' },
      },
    ],
  },
)
export type TargetConnection = Static<typeof TargetConnection>
