import { type Static, Type } from 'typebox'
import { THESE } from './catalog-ids.ts'
import { AnyObject, Filled, OPEN, Words } from './schema-parts.ts'

/** Figures of ingestion over time. */

export const METRICS = [
  'timeseries.ingestion.dataset.size',
  'timeseries.ingestion.dataset.dailysize',
  'timeseries.ingestion.dataset.batchfailed.count',
  'timeseries.ingestion.dataset.batchsuccess.count',
  'timeseries.ingestion.dataset.recordsuccess.count',
] as const

export const AGGREGATORS = ['sum', 'avg', 'min', 'max', 'count'] as const

export const GRANULARITIES = ['MINUTE', 'HOUR', 'DAY', 'WEEK', 'MONTH', 'YEAR'] as const

const Filter = Type.Object(
  {
    name: Words(['dataSetId'], { description: 'What to look at' }),
    value: Type.Optional(
      Type.String({ description: 'Ids, separated by `|`; all when absent', examples: [THESE.dataset] }),
    ),
    groupBy: Type.Optional(Type.Boolean({ description: 'One series for each id, instead of one for all' })),
  },
  OPEN,
)

const Metric = Type.Object(
  {
    name: Words(METRICS),
    filters: Type.Optional(Type.Array(Filter)),
    aggregator: Type.Optional(
      Words(AGGREGATORS, { description: 'Makes one series of those of several datasets', default: 'sum' }),
    ),
    downsample: Type.Optional(
      Words(AGGREGATORS, { description: 'Makes one value of those of a span; needed with a granularity' }),
    ),
  },
  { ...OPEN, title: 'MetricQuery', description: 'A figure that is asked for' },
)

const SOME_QUERY = {
  start: '2025-10-01T00:00:00.000Z',
  end: '2025-10-31T00:00:00.000Z',
  granularity: 'DAY',
  metrics: [
    {
      name: 'timeseries.ingestion.dataset.recordsuccess.count',
      filters: [{ name: 'dataSetId', value: THESE.dataset, groupBy: true }],
      aggregator: 'sum',
      downsample: 'sum',
    },
  ],
} as const

export const MetricsBody = Type.Object(
  {
    start: Filled('From then on, in ISO 8601', { examples: [SOME_QUERY.start] }),
    end: Filled('Up to then, in ISO 8601', { examples: [SOME_QUERY.end] }),
    granularity: Type.Optional(
      Words(GRANULARITIES, { description: 'Length of a span, in any case of letters; UTC' }),
    ),
    metrics: Type.Array(Metric, { minItems: 1, maxItems: 20 }),
  },
  { ...OPEN, title: 'MetricsBody', description: 'Figures that are asked for', examples: [SOME_QUERY] },
)
export type MetricsBody = Static<typeof MetricsBody>

const SOME_RESULT = {
  metricResponses: [
    {
      metric: 'timeseries.ingestion.dataset.recordsuccess.count',
      filters: [{ name: 'dataSetId', value: THESE.dataset, groupBy: true }],
      datapoints: [{ groupBy: { dataSetId: THESE.dataset }, dps: { '2025-10-09T00:00:00Z': 998 } }],
      granularity: 'DAY',
    },
  ],
} as const

export const MetricsResult = Type.Object(
  {
    metricResponses: Type.Array(
      Type.Object(
        {
          metric: Type.String(),
          filters: Type.Array(AnyObject('As it was sent')),
          datapoints: Type.Array(
            Type.Object({
              groupBy: AnyObject('The dataset of the series, when it is of one'),
              dps: Type.Record(Type.String(), Type.Number(), { description: 'Time → figure' }),
            }),
          ),
          granularity: Type.Optional(Type.String()),
        },
        { title: 'MetricResponse', description: 'The series of one figure' },
      ),
    ),
  },
  {
    title: 'MetricsResult',
    description: 'Figures in the order in which they were asked for',
    examples: [SOME_RESULT],
  },
)
export type MetricsResult = Static<typeof MetricsResult>

/** The shape of errors of Observability. */
export const MetricsError = Type.Object(
  {
    type: Type.String({ examples: ['http://ns.adobe.com/aep/errors/INSGHT-1000-400'] }),
    title: Type.String({ description: 'What is wrong and what to do' }),
    status: Type.Integer({ description: 'The HTTP status' }),
    report: AnyObject('Who asked, in `tenantInfo`'),
    'error-chain': Type.Array(AnyObject('The service that failed, and its code')),
  },
  { title: 'MetricsError', additionalProperties: false },
)
export type MetricsError = Static<typeof MetricsError>
