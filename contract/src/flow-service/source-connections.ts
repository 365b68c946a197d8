import { type Static, Type } from 'typebox'
import { AnyObject, Filled, OPEN, Words } from '../schema-parts.ts'
import { BASE_CONNECTION_ID, CONNECTED } from './connected.ts'
import { Entity } from './entities.ts'
import { SOME, SOME_AUDIT } from './ids.ts'
import { NAMED_BODY, pathOf, SpecReference } from './parts.ts'
import { RowFilter } from './row-filters.ts'

/** Source connections: what to read. */

const SourceColumn = Type.Object(
  {
    name: Filled('Name of the column, as explore shows it', { examples: ['updated_at'] }),
    type: Type.Optional(Type.Unknown({ description: 'As explore shows it; kept', examples: ['string'] })),
    meta: Type.Optional(Type.Unknown({ description: 'As explore shows it; kept' })),
    xdm: Type.Optional(Type.Unknown({ description: 'As explore shows it; kept' })),
  },
  { ...OPEN, title: 'SourceColumn', description: 'A column to read' },
)

const ValuePolicy = Words(['error', 'quarantine', 'null', 'clamp', 'keep'], {
  description:
    'End the run; set the row aside; leave the field empty and count it; take the nearest value and count it; or let a far date arrive as it is',
})

export const SourceParams = Type.Object(
  {
    tableName: Filled('Path of a table or view, as explore lists it', { examples: ['public.orders'] }),
    columns: Type.Optional(
      Type.Array(SourceColumn, { description: 'The columns to read; all when absent or empty' }),
    ),
    filters: Type.Optional(RowFilter),
    valuePolicy: Type.Optional(
      Type.Union(
        [
          ValuePolicy,
          Type.Object({
            default: Type.Optional(ValuePolicy),
            columns: Type.Optional(
              Type.Record(Type.String(), ValuePolicy, { description: 'By the names of columns' }),
            ),
          }),
        ],
        {
          description:
            'What becomes of values that PostgreSQL can hold and a field cannot: infinite and far dates, 24:00:00, NaN in decimals',
          examples: [{ default: 'quarantine', columns: { valid_until: 'clamp' } }],
        },
      ),
    ),
    schemaDrift: Type.Optional(
      Words(['stop', 'evolve', 'report'], {
        default: 'stop',
        description:
          'What runs do about a change of the table that matters to them: stop and tell; let schema and mapping follow; or tell and go on as long as the mapping fits',
      }),
    ),
  },
  { ...OPEN, title: 'SourceParams', description: 'What to read' },
)
export type SourceParams = Static<typeof SourceParams>

/** Defaults stand in for what was not sent. */
export const SourceData = Type.Object(
  {
    format: Type.Optional(Type.String({ default: 'tabular', examples: ['tabular'] })),
    schema: Type.Optional(Type.Unknown({ description: 'null unless it was sent' })),
    properties: Type.Optional(Type.Unknown({ description: 'null unless it was sent' })),
  },
  { ...OPEN, title: 'SourceData', description: 'The form of the data' },
)

const ORDERS = {
  name: 'Orders',
  baseConnectionId: SOME.connection,
  connectionSpec: SOME.postgres,
  data: { format: 'tabular' },
  params: { tableName: 'public.orders' },
} as const

const CITY_FILTER = {
  type: 'PQL',
  format: 'pql/json',
  value: {
    nodeType: 'fnApply',
    fnName: 'like',
    params: [
      { nodeType: 'fieldLookup', fieldName: 'city' },
      { nodeType: 'literal', value: 'Los%' },
    ],
  },
} as const

export const SOURCE_CONNECTION_EXAMPLES = {
  table: { summary: 'A whole table', value: ORDERS },
  filtered: {
    summary: 'Some columns of some rows',
    value: {
      ...ORDERS,
      name: 'Orders from cities that begin with Los',
      params: {
        tableName: 'public.orders',
        columns: [
          { name: 'id', type: 'integer' },
          { name: 'city', type: 'string' },
        ],
        filters: CITY_FILTER,
      },
    },
  },
} as const

export const SourceConnectionBody = Type.Object(
  {
    ...NAMED_BODY,
    connectionSpec: SpecReference,
    baseConnectionId: BASE_CONNECTION_ID,
    data: Type.Optional(SourceData),
    params: SourceParams,
  },
  { ...OPEN, title: 'SourceConnectionBody', description: 'A source connection to be made' },
)
export type SourceConnectionBody = Static<typeof SourceConnectionBody>

export const SourceConnectionDraft = Type.Object(
  {
    ...Type.Partial(SourceConnectionBody).properties,
    connectionSpec: SpecReference,
    params: Type.Optional(Type.Partial(SourceParams, OPEN)),
  },
  { ...OPEN, title: 'SourceConnectionDraft', description: 'With `mode=draft`: only the spec has to be told' },
)
export type SourceConnectionDraft = Static<typeof SourceConnectionDraft>

/** What is taken to create one: complete, or as a draft. */
export const NewSourceConnection = Type.Union([SourceConnectionBody, SourceConnectionDraft], {
  description: 'Complete, or with `mode=draft` less',
})

export const SourceConnectionPath = pathOf('source connection', SOME.sourceConnection)

export const SourceConnection = Entity(
  'SourceConnection',
  {
    ...CONNECTED,
    data: SourceData,
    params: Type.Object(
      {
        ...Type.Partial(SourceParams).properties,
        filters: Type.Optional(AnyObject('The row filter in the form in which it was sent')),
      },
      { ...OPEN, description: 'As they were sent' },
    ),
  },
  {
    description: 'What flows read',
    examples: [
      {
        id: SOME.sourceConnection,
        ...SOME_AUDIT,
        version: SOME.etag,
        ...ORDERS,
        data: { format: 'tabular', schema: null, properties: null },
        state: 'enabled',
        inheritedAttributes: { baseConnection: { id: SOME.connection, connectionSpec: SOME.postgres } },
        lastOperation: { started: 1760000000000, updated: 0, operation: 'create' },
      },
    ],
  },
)
export type SourceConnection = Static<typeof SourceConnection>
