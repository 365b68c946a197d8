import { type Static, Type } from 'typebox'
import { AnyObject, OPEN, Uuid } from '../schema-parts.ts'
import { SOME } from './ids.ts'

/** What an administrator tells of a run. What was measured may be sent back as it is. */

const MEASURED = 'That of the run: left out, or sent as it is'

const Text = (description: string) =>
  Type.String({ minLength: 1, maxLength: 1000, pattern: '\\S', description })

const ToldPredecessor = Type.Object(
  {
    flowRunId: Uuid('Id of the run'),
    flowId: Type.Optional(Uuid('Id of its flow')),
    flowSpec: Type.Optional(AnyObject('Its flow spec')),
  },
  OPEN,
)

const ToldRecordType = Type.Union([
  Type.String({ minLength: 1 }),
  Type.Object(
    { type: Type.String({ minLength: 1 }), extensions: Type.Optional(AnyObject('More about it')) },
    OPEN,
  ),
])

export const ToldRunBody = Type.Object(
  {
    flowId: Type.Optional(Uuid(MEASURED, SOME.flow)),
    flowSpec: Type.Optional(AnyObject(MEASURED)),
    params: Type.Optional(AnyObject(MEASURED)),
    activities: Type.Optional(Type.Array(AnyObject('An activity'), { description: MEASURED })),
    metrics: Type.Optional(
      Type.Object(
        { customSummary: Type.Optional(AnyObject('Free')) },
        { ...OPEN, description: 'Those of the run, and besides them `customSummary`' },
      ),
    ),
    providerRefId: Type.Optional(Text('What the provider calls the run')),
    parentFlowRunId: Type.Optional(Uuid('Id of another run')),
    childFlowRunIds: Type.Optional(Type.Array(Uuid('Id'), { maxItems: 1000, description: 'Other runs' })),
    predecessors: Type.Optional(
      Type.Array(ToldPredecessor, { maxItems: 1000, description: 'Runs that went before' }),
    ),
    recordTypes: Type.Optional(
      Type.Array(ToldRecordType, { maxItems: 1000, description: 'What the records are' }),
    ),
  },
  {
    ...OPEN,
    title: 'ToldRunBody',
    description: 'What the provider of a run knows of it',
    examples: [{ flowId: SOME.flow, providerRefId: 'job-4711', metrics: { customSummary: { pages: 12 } } }],
  },
)
export type ToldRunBody = Static<typeof ToldRunBody>
