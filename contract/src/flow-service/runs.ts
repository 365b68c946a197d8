import { type Static, Type } from 'typebox'
import { AnyObject, OPEN, Uuid } from '../schema-parts.ts'
import { AUDIT, Entity, Reference } from './entities.ts'
import { RecordType } from './flows.ts'
import { SOME, SOME_AUDIT } from './ids.ts'
import { pathOf, SpecInfo } from './parts.ts'
import {
  RunActivity,
  RunMetrics,
  RunProgress,
  RunProof,
  SOME_ACTIVITIES,
  SOME_METRICS,
} from './run-metrics.ts'
import { EpochTime } from './schedule.ts'
import { DeltaColumn } from './transformations.ts'

/** Runs: single executions of flows. */

export const RunParams = Type.Object(
  {
    startTime: Type.Optional(EpochTime),
    windowStartTime: Type.Optional(EpochTime),
    windowEndTime: Type.Optional(EpochTime),
    deltaColumn: Type.Optional(DeltaColumn),
  },
  {
    ...OPEN,
    title: 'RunParams',
    description:
      'When to start, and the window of rows to take, its end not included. What is absent is filled in: now, from where the flow was delivered to, up to now. A flow without a delta column learns it from here',
  },
)
export type RunParams = Static<typeof RunParams>

export const RUN_EXAMPLES = {
  now: { summary: 'What changed since the last run', value: { flowId: SOME.flow } },
  window: {
    summary: 'A window of rows',
    value: {
      flowId: SOME.flow,
      params: {
        startTime: '1760000000',
        windowStartTime: '1759900000',
        windowEndTime: '1760000000',
        deltaColumn: { name: 'updated_at' },
      },
    },
  },
} as const

export const RunBody = Type.Object(
  { flowId: Uuid('Id of the flow, which has to be enabled', SOME.flow), params: Type.Optional(RunParams) },
  { ...OPEN, title: 'RunBody', description: 'A run to be made' },
)
export type RunBody = Static<typeof RunBody>

export const RunPath = pathOf('run', SOME.run)

/** Clients expect the reference or a list with it; this is both. */
export const RunReference = Type.Object(
  {
    id: Uuid('Id of the run', SOME.run),
    etag: AUDIT.etag,
    items: Type.Array(Reference, { minItems: 1, maxItems: 1 }),
  },
  {
    title: 'RunReference',
    description: 'The run that was made, in both forms that clients expect',
    examples: [{ id: SOME.run, etag: SOME.etag, items: [{ id: SOME.run, etag: SOME.etag }] }],
  },
)
export type RunReference = Static<typeof RunReference>

const Predecessor = Type.Object(
  {
    flowRunId: Uuid('Id of the run'),
    flowId: Type.Optional(Uuid('Id of its flow')),
    flowSpec: Type.Optional(AnyObject('Its flow spec')),
  },
  {
    title: 'Predecessor',
    description: 'A run that went before: the one that this run repeats, or what was told',
  },
)

export const Run = Entity(
  'Run',
  {
    ...AUDIT,
    flowId: Uuid('Id of its flow', SOME.flow),
    flowSpec: SpecInfo,
    providerRefId: Type.String({ description: 'Id for the provider' }),
    params: RunParams,
    predecessors: Type.Array(Predecessor),
    parentFlowRunId: Type.Optional(Uuid('Another run, as it was told')),
    childFlowRunIds: Type.Optional(Type.Array(Uuid('Id'), { description: 'Other runs, as they were told' })),
    metrics: RunMetrics,
    activities: Type.Array(RunActivity, { description: 'Empty before the end' }),
    recordTypes: Type.Array(RecordType),
    progress: Type.Optional(RunProgress),
    proof: Type.Optional(RunProof),
  },
  {
    description: 'One execution of a flow',
    examples: [
      {
        id: SOME.run,
        ...SOME_AUDIT,
        flowId: SOME.flow,
        flowSpec: SOME.flowSpec,
        providerRefId: `M-${SOME.flow}-incremental-0:${SOME.run}`,
        params: {},
        predecessors: [],
        metrics: SOME_METRICS,
        activities: SOME_ACTIVITIES,
        recordTypes: [{ type: 'profile', extensions: {} }],
      },
    ],
  },
)
export type Run = Static<typeof Run>
