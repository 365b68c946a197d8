import { type Static, Type } from 'typebox'
import { SOME } from '../flow-service/ids.ts'
import { Words } from '../schema-parts.ts'

/** How far a run is, slice by slice. */

export const RUN_STAGES = ['waiting', 'planning', 'copying', 'committing', 'ended'] as const

const Figure = (description: string) => Type.Integer({ minimum: 0, description })
const At = (description: string) =>
  Type.Optional(Type.Integer({ description: `${description}, in epoch milliseconds` }))

export const RunSlice = Type.Object(
  {
    ordinal: Figure('Its place among the slices, from 0'),
    state: Words(['pending', 'copying', 'done']),
    rows: Figure('Rows that were read of it'),
    bytes: Figure('Bytes that were read of it'),
    estimatedBytes: Figure('What was expected of it when it was cut'),
    attempts: Figure('How often it was tried; 0 before its end'),
    errors: Figure('How many of its tries failed'),
    rejected: Figure('Rows that were set aside'),
    completedAt: At('When it was done'),
  },
  { title: 'RunSlice', description: 'A part of the table, which one step reads' },
)
export type RunSlice = Static<typeof RunSlice>

const AT = 1_760_000_000_000

export const RunDetail = Type.Object(
  {
    id: Type.String({ description: 'Id of the run', examples: [SOME.run] }),
    flowId: Type.String({ description: 'Id of its flow', examples: [SOME.flow] }),
    flowName: Type.Optional(Type.String({ description: 'What its flow was called' })),
    status: Type.String({ description: 'As the run itself tells it', examples: ['inProgress'] }),
    stage: Words(RUN_STAGES, { description: 'What it is at' }),
    origin: Words(['schedule', 'request', 'retry', 'replay'], { description: 'Why there is this run' }),
    createdAt: Type.Integer({ description: 'When it was asked for, in epoch milliseconds' }),
    startedAt: At('When it began'),
    copiedAt: At('When the last slice was done'),
    completedAt: At('When it ended'),
    observedAt: Type.Integer({ description: 'When this was looked up, by the clock of the server' }),
    epoch: Figure('How often it was planned: with a new snapshot it starts over'),
    relation: Type.Optional(Type.String({ description: 'What it reads', examples: ['public.orders'] })),
    datasetId: Type.Optional(Type.String({ description: 'Where it writes' })),
    batchId: Type.Optional(Type.String({ description: 'Its batch, when it has one' })),
    rows: Figure('Rows that were read'),
    bytes: Figure('Bytes that were read'),
    estimatedRows: Type.Optional(Figure('What the statistics of the source promise')),
    estimatedBytes: Type.Optional(Figure('The same in bytes')),
    rowsPerSecond: Figure('Since it began'),
    bytesPerSecond: Figure('Since it began'),
    etaMs: Type.Optional(
      Figure('How long the copy may still take, by what is done; absent while nobody can say'),
    ),
    slicesDone: Figure('Slices that are done'),
    slicesTotal: Figure('Slices in all'),
    slices: Type.Array(RunSlice, { description: 'In their order; the first 5000' }),
  },
  {
    title: 'RunDetail',
    description: 'How far a run is, slice by slice',
    examples: [
      {
        id: SOME.run,
        flowId: SOME.flow,
        flowName: 'Orders',
        status: 'inProgress',
        stage: 'copying',
        origin: 'request',
        createdAt: AT - 6000,
        startedAt: AT - 5000,
        observedAt: AT,
        epoch: 1,
        relation: 'public.orders',
        datasetId: SOME.dataset,
        batchId: SOME.batch,
        rows: 1_250_000,
        bytes: 96_000_000,
        estimatedRows: 4_100_000,
        estimatedBytes: 314_000_000,
        rowsPerSecond: 250_000,
        bytesPerSecond: 19_200_000,
        etaMs: 11_400,
        slicesDone: 1,
        slicesTotal: 2,
        slices: [
          {
            ordinal: 0,
            state: 'done',
            rows: 850_000,
            bytes: 65_000_000,
            estimatedBytes: 67_000_000,
            attempts: 1,
            errors: 0,
            rejected: 0,
            completedAt: AT - 900,
          },
          {
            ordinal: 1,
            state: 'copying',
            rows: 400_000,
            bytes: 31_000_000,
            estimatedBytes: 67_000_000,
            attempts: 0,
            errors: 0,
            rejected: 0,
          },
        ],
      },
    ],
  },
)
export type RunDetail = Static<typeof RunDetail>
