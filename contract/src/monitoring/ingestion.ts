import { type Static, Type } from 'typebox'
import { SOME } from '../flow-service/ids.ts'
import { Filled, OPEN, Uuid, Words } from '../schema-parts.ts'

/** What runs have brought over time, in buckets, by flow and by source. */

export const BUCKETS = ['MINUTE', 'HOUR', 'DAY', 'WEEK', 'MONTH'] as const
export type Bucket = (typeof BUCKETS)[number]

export const IngestionQuery = Type.Object(
  {
    start: Filled('From then on, in ISO 8601', { examples: ['2025-10-01T00:00:00Z'] }),
    end: Filled('Up to then, in ISO 8601', { examples: ['2025-10-31T00:00:00Z'] }),
    granularity: Type.Optional(
      Words(BUCKETS, { description: 'Length of a bucket, UTC; one that makes about a hundred when absent' }),
    ),
    flowId: Type.Optional(Type.String({ description: 'Only runs of this flow', examples: [SOME.flow] })),
    connectionId: Type.Optional(
      Type.String({
        description: 'Only runs that read by this base connection',
        examples: [SOME.connection],
      }),
    ),
  },
  OPEN,
)
export type IngestionQuery = Static<typeof IngestionQuery>

const Figure = (description: string) => Type.Integer({ minimum: 0, description })

const FIGURES = {
  succeeded: Figure('Runs that ended well'),
  failed: Figure('Runs that failed'),
  received: Figure('Records that were read from sources'),
  ingested: Figure('Records that landed'),
  skipped: Figure('Records that were left out on purpose'),
  rejected: Figure('Records that were set aside, or read by runs that failed'),
  bytesIn: Figure('Bytes that came from sources'),
  bytesOut: Figure('Bytes that were written'),
  busyMs: Figure('How long these runs took, together'),
}

export const IngestionFigures = Type.Object(FIGURES, {
  title: 'IngestionFigures',
  description: 'Sums over runs by the moment of their end',
})
export type IngestionFigures = Static<typeof IngestionFigures>

const NAMED = {
  name: Type.String({ description: 'What it is called, or was called when it ran last' }),
  lastRunAt: Type.Integer({ description: 'When the newest of these runs ended, in epoch milliseconds' }),
  ...FIGURES,
}

export const FlowFigures = Type.Object(
  {
    id: Uuid('Id of the flow', SOME.flow),
    connectionId: Type.Optional(
      Uuid('The base connection by which it reads; absent when the flow is gone', SOME.connection),
    ),
    ...NAMED,
  },
  { title: 'FlowFigures', description: 'What the runs of a flow have brought' },
)
export type FlowFigures = Static<typeof FlowFigures>

export const SourceFigures = Type.Object(
  {
    id: Uuid('Id of the base connection', SOME.connection),
    flows: Figure('How many of its flows had runs'),
    ...NAMED,
  },
  { title: 'SourceFigures', description: 'What the runs of all flows of a base connection have brought' },
)
export type SourceFigures = Static<typeof SourceFigures>

const SOME_FIGURES = {
  succeeded: 23,
  failed: 1,
  received: 24_000,
  ingested: 22_950,
  skipped: 0,
  rejected: 1_050,
  bytesIn: 1_968_000,
  bytesOut: 504_000,
  busyMs: 96_000,
}
const AT = 1_760_000_000_000

export const Ingestion = Type.Object(
  {
    start: Type.Integer({ description: 'Of the first bucket, in epoch milliseconds' }),
    end: Type.Integer({ description: 'As it was asked for, in epoch milliseconds' }),
    granularity: Words(BUCKETS),
    total: IngestionFigures,
    running: Figure('Runs that are under way now'),
    waiting: Figure('Runs that wait now'),
    buckets: Type.Array(
      Type.Object({ at: Type.Integer({ description: 'Its start, in epoch milliseconds' }), ...FIGURES }),
      { description: 'All of the range in order, those without runs as well' },
    ),
    flows: Type.Array(FlowFigures, { description: 'Those that received most first, 500 at most' }),
    sources: Type.Array(SourceFigures, { description: 'Those that received most first' }),
  },
  {
    title: 'Ingestion',
    description: 'What runs have brought over time',
    examples: [
      {
        start: AT - 3_600_000,
        end: AT,
        granularity: 'HOUR',
        total: SOME_FIGURES,
        running: 1,
        waiting: 0,
        buckets: [{ at: AT - 3_600_000, ...SOME_FIGURES }],
        flows: [
          {
            id: SOME.flow,
            name: 'Orders',
            connectionId: SOME.connection,
            lastRunAt: AT - 60_000,
            ...SOME_FIGURES,
          },
        ],
        sources: [{ id: SOME.connection, name: 'Shop', flows: 1, lastRunAt: AT - 60_000, ...SOME_FIGURES }],
      },
    ],
  },
)
export type Ingestion = Static<typeof Ingestion>
