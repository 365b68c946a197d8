import { type Static, Type } from 'typebox'
import { OPEN, Words } from '../schema-parts.ts'

/** When a flow runs. Numbers and booleans may come as text, and are shown again as they came. */

export const EpochTime = Type.Union(
  [
    Type.Integer({ minimum: 0, maximum: 253402300799999 }),
    Type.String({ pattern: '^\\d{1,13}$' }),
    Type.String({ format: 'date-time' }),
  ],
  {
    title: 'EpochTime',
    description: 'Epoch seconds, or epoch milliseconds from 100000000000 on, as number or text; or ISO 8601',
    examples: ['1760000000'],
  },
)
export type EpochTime = Static<typeof EpochTime>

const Backfill = Type.Union([Type.Boolean(), Words(['true', 'false', 'True', 'False'])], {
  description:
    'Whether the first run takes everything that there is; without, it takes what changes from `startTime` on',
  default: true,
})

/** A whole number as number or text. */
const interval = (minimum: number, pattern: string) =>
  Type.Union([Type.Integer({ minimum, maximum: 1_000_000 }), Type.String({ pattern })], {
    description: 'How many of these units lie between two runs',
    examples: ['15'],
  })

const OnceSchedule = Type.Object(
  {
    startTime: EpochTime,
    frequency: Words(['once']),
    interval: Type.Optional(Type.Never({ description: 'Left out: there is one run' })),
    backfill: Type.Optional(Type.Never({ description: 'Left out: the run takes everything' })),
  },
  { ...OPEN, title: 'OnceSchedule', description: 'One run, at `startTime` or at once when that has passed' },
)

const MinuteSchedule = Type.Object(
  {
    startTime: EpochTime,
    frequency: Words(['minute']),
    interval: interval(15, '^(1[5-9]|[2-9]\\d|[1-9]\\d{2,5})$'),
    backfill: Type.Optional(Backfill),
  },
  {
    ...OPEN,
    title: 'MinuteSchedule',
    description: 'A run every so many minutes. A server may be configured to allow less than 15',
  },
)

const PeriodicSchedule = Type.Object(
  {
    startTime: EpochTime,
    frequency: Words(['hour', 'day', 'week']),
    interval: interval(1, '^[1-9]\\d{0,5}$'),
    backfill: Type.Optional(Backfill),
  },
  { ...OPEN, title: 'PeriodicSchedule', description: 'A run every so many hours, days or weeks' },
)

export const ScheduleParams = Type.Union([OnceSchedule, MinuteSchedule, PeriodicSchedule], {
  title: 'ScheduleParams',
  description: 'When a flow runs',
  examples: [{ startTime: '1760000000', frequency: 'minute', interval: '15', backfill: 'true' }],
})
export type ScheduleParams = Static<typeof ScheduleParams>
