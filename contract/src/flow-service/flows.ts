import { type Static, Type } from 'typebox'
import { AnyObject, EpochMs, OPEN, Uuid, Words } from '../schema-parts.ts'
import { ENTITY, Entity } from './entities.ts'
import { SOME, SOME_AUDIT } from './ids.ts'
import { NAMED_BODY, pathOf, SpecInfo, SpecReference } from './parts.ts'
import { ScheduleParams } from './schedule.ts'
import { Transformation } from './transformations.ts'

/** Flows: standing orders to bring a table into a dataset. */

export const FlowOptions = Type.Object(
  {
    errorDiagnosticsEnabled: Type.Optional(
      Type.Union([Type.Boolean(), Words(['true', 'false', 'True', 'False'])], {
        description: 'Whether to keep the rows that were set aside, each with its reason',
        default: false,
      }),
    ),
    verify: Type.Optional(
      Words(['none', 'counts', 'digest', 'source'], {
        description:
          'How each run proves what it has written: not at all; by counts; by the values that are read back; and by what PostgreSQL finds itself. That of the server when absent',
      }),
    ),
    partialIngestionPercent: Type.Optional(
      Type.Union(
        [
          Type.Number({ exclusiveMinimum: 0, maximum: 100 }),
          Type.String({ pattern: '^([1-9]\\d?(\\.\\d+)?|100)$' }),
        ],
        {
          description:
            'Up to how many rows in a hundred may be set aside in a run that succeeds; none when absent',
          examples: [5],
        },
      ),
    ),
  },
  { ...OPEN, title: 'FlowOptions', description: 'What to do with rows that do not fit' },
)
export type FlowOptions = Static<typeof FlowOptions>

const onlyId = (description: string, example: string) =>
  Type.Array(Uuid('Id', example), { minItems: 1, maxItems: 1, description })

const Policy = Type.Union([AnyObject('A policy'), Type.Array(Type.Unknown({ description: 'A policy' }))], {
  description: 'Policies of your own: kept and shown. An array `fields` in them must not be empty',
})

const ORDERS = {
  name: 'Orders',
  description: 'Every quarter of an hour',
  flowSpec: SOME.flowSpec,
  sourceConnectionIds: [SOME.sourceConnection],
  targetConnectionIds: [SOME.targetConnection],
  transformations: [
    { name: 'Copy', params: { deltaColumn: { name: 'updated_at' } } },
    { name: 'Mapping', params: { mappingId: SOME.mapping, mappingVersion: 0 } },
  ],
  scheduleParams: { startTime: '1760000000', frequency: 'minute', interval: '15', backfill: 'true' },
  options: { errorDiagnosticsEnabled: true, partialIngestionPercent: 5 },
} as const

export const FLOW_EXAMPLES = {
  incremental: { summary: 'What changed, every quarter of an hour', value: ORDERS },
  once: {
    summary: 'The whole table, once',
    value: {
      ...ORDERS,
      transformations: [ORDERS.transformations[1]],
      scheduleParams: { startTime: 1760000000, frequency: 'once' },
    },
  },
  draft: {
    summary: 'A draft (`mode=draft`) that is completed later',
    value: { name: 'Orders', flowSpec: SOME.flowSpec },
  },
} as const

export const FlowBody = Type.Object(
  {
    ...NAMED_BODY,
    flowSpec: SpecReference,
    sourceConnectionIds: onlyId('The source connection', SOME.sourceConnection),
    targetConnectionIds: onlyId('The target connection', SOME.targetConnection),
    transformations: Type.Array(Transformation, {
      description:
        'At most one of each. Without a `Copy` every run takes everything; without a `Mapping` columns go where they have the name of a field',
    }),
    scheduleParams: ScheduleParams,
    options: Type.Optional(FlowOptions),
    policy: Type.Optional(Policy),
    state: Type.Optional(Type.Never({ description: 'Refused: a flow is enabled when it is made' })),
  },
  { ...OPEN, title: 'FlowBody', description: 'A flow to be made' },
)
export type FlowBody = Static<typeof FlowBody>

export const FlowDraft = Type.Object(
  {
    ...Type.Partial(FlowBody).properties,
    flowSpec: SpecReference,
    sourceConnectionIds: Type.Optional(
      Type.Array(Uuid('Id'), { maxItems: 1, description: 'The source connection' }),
    ),
    targetConnectionIds: Type.Optional(
      Type.Array(Uuid('Id'), { maxItems: 1, description: 'The target connection' }),
    ),
  },
  { ...OPEN, title: 'FlowDraft', description: 'With `mode=draft`: only the spec has to be told' },
)
export type FlowDraft = Static<typeof FlowDraft>

/** What is taken to create one: complete, or as a draft. */
export const NewFlow = Type.Union([FlowBody, FlowDraft], {
  description: 'Complete, or with `mode=draft` less',
})

export const FlowPath = pathOf('flow', SOME.flow)

const ConnectionInfo = Type.Object({
  id: Uuid('Id of the connection'),
  connectionSpec: SpecInfo,
  baseConnection: Type.Optional(Type.Object({ id: Uuid('Id of its base'), connectionSpec: SpecInfo })),
})

export const FlowAttributes = Type.Object(
  {
    properties: Type.Object({ isSourceFlow: Type.Boolean() }),
    sourceConnections: Type.Array(ConnectionInfo),
    targetConnections: Type.Array(ConnectionInfo),
  },
  { title: 'FlowAttributes', description: 'What a flow has from its connections' },
)

export const LastRunDetails = Type.Object(
  {
    id: Uuid('Id of the run', SOME.run),
    state: Words(['success', 'failed']),
    startedAtUTC: EpochMs('When it began'),
    completedAtUTC: EpochMs('When it ended'),
  },
  { title: 'LastRunDetails', description: 'The newest run that has ended; absent before' },
)
export type LastRunDetails = Static<typeof LastRunDetails>

export const RecordType = Type.Object(
  {
    type: Type.String({ description: '`profile` or `experienceevent`', examples: ['profile'] }),
    extensions: AnyObject('More about the type'),
  },
  { title: 'RecordType', description: 'What the records are, by the class of the schema' },
)

export const Flow = Entity(
  'Flow',
  {
    ...ENTITY,
    flowSpec: SpecInfo,
    sourceConnectionIds: Type.Array(Uuid('Id'), { description: 'One; none in a draft that names none yet' }),
    targetConnectionIds: Type.Array(Uuid('Id'), { description: 'One; none in a draft that names none yet' }),
    inheritedAttributes: FlowAttributes,
    transformations: Type.Array(Transformation, { description: 'As they were sent' }),
    scheduleParams: Type.Optional(ScheduleParams),
    options: Type.Optional(FlowOptions),
    policy: Type.Optional(Policy),
    recordTypes: Type.Optional(Type.Array(RecordType)),
    providerRefId: Type.Optional(Type.String({ description: 'What its provider calls it' })),
    runs: Type.String({
      description: 'Where its runs are listed, below the path of the service',
      examples: [`/runs?property=flowId==${SOME.flow}`],
    }),
    lastRunDetails: Type.Optional(LastRunDetails),
  },
  {
    description: 'A standing order to bring a table into a dataset',
    examples: [
      {
        id: SOME.flow,
        ...SOME_AUDIT,
        version: SOME.etag,
        ...ORDERS,
        state: 'enabled',
        inheritedAttributes: {
          properties: { isSourceFlow: true },
          sourceConnections: [
            {
              id: SOME.sourceConnection,
              connectionSpec: SOME.postgres,
              baseConnection: { id: SOME.connection, connectionSpec: SOME.postgres },
            },
          ],
          targetConnections: [{ id: SOME.targetConnection, connectionSpec: SOME.lake }],
        },
        recordTypes: [{ type: 'profile', extensions: {} }],
        labels: [],
        runs: `/runs?property=flowId==${SOME.flow}`,
        lastRunDetails: {
          id: SOME.run,
          state: 'success',
          startedAtUTC: 1760000000000,
          completedAtUTC: 1760000004200,
        },
        lastOperation: { started: 1760000000000, updated: 0, operation: 'create' },
      },
    ],
  },
)
export type Flow = Static<typeof Flow>
