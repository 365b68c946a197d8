import { AGGREGATORS, GRANULARITIES, METRICS } from '@headwater/contract/observability.ts'
import { isObject, type JsonObject } from '#kit/json.ts'
import { invalidMetrics } from './metrics-problems.ts'

export type MetricName = (typeof METRICS)[number]
export type Aggregator = (typeof AGGREGATORS)[number]
export type Granularity = (typeof GRANULARITIES)[number]

/** Figures that are asked for, checked. */
export interface MetricsQuery {
  readonly startMs: number
  readonly endMs: number
  /** One point for each second in which something happened when absent. */
  readonly granularity: Granularity | undefined
  readonly metrics: readonly MetricQuery[]
}

export interface MetricQuery {
  readonly name: MetricName
  /** As they were sent. */
  readonly filters: readonly JsonObject[]
  /** All of the sandbox when absent. */
  readonly datasetIds: readonly string[] | undefined
  /** A series for each dataset. */
  readonly isGrouped: boolean
  readonly aggregator: Aggregator
  readonly downsample: Aggregator
}

const MAX_METRICS = 20

/** @throws {MetricsProblem} 400 that names what is wrong */
export function readMetricsQuery(body: JsonObject): MetricsQuery {
  const startMs = readTime('start', body['start'])
  const endMs = readTime('end', body['end'])
  if (startMs > endMs)
    throw invalidMetrics(`'start' can't be after 'end': ${body['start']} is after ${body['end']}.`)
  const granularity = readWord('granularity', body['granularity'], GRANULARITIES)
  const { metrics } = body
  if (!Array.isArray(metrics) || metrics.length === 0 || metrics.length > MAX_METRICS)
    throw invalidMetrics(`'metrics' must be an array of 1 to ${MAX_METRICS} figures.`)
  return {
    startMs,
    endMs,
    granularity,
    metrics: metrics.map((metric, index) => readMetric(metric, { place: `metrics[${index}]`, granularity })),
  }
}

const ISO_TIME = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?$/

function readTime(name: string, text: unknown): number {
  const isTime = typeof text === 'string' && ISO_TIME.test(text)
  // A time without a zone is meant in UTC, as all times of this service.
  const hasZone = isTime && /(Z|[+-]\d{2}:?\d{2})$/.test(text.slice(10))
  const ms = isTime ? Date.parse(hasZone || text.length === 10 ? text : `${text}Z`) : Number.NaN
  if (Number.isFinite(ms)) return ms
  throw invalidMetrics(`'${name}' must be a time like 2025-10-01T00:00:00Z, not ${shown(text)}.`)
}

function readWord<Word extends string>(
  name: string,
  value: unknown,
  words: readonly Word[],
): Word | undefined {
  if (value === undefined || value === null) return undefined
  const found = words.find((word) => typeof value === 'string' && word.toLowerCase() === value.toLowerCase())
  if (found !== undefined) return found
  throw invalidMetrics(`'${name}' must be one of ${words.join(', ')}, not ${shown(value)}.`)
}

function readMetric(
  metric: unknown,
  { place, granularity }: { readonly place: string; readonly granularity: Granularity | undefined },
): MetricQuery {
  if (!isObject(metric)) throw invalidMetrics(`'${place}' must be an object with the name of a figure.`)
  const name = readWord(`${place}.name`, metric['name'] ?? '', METRICS)
  const downsample = readWord(`${place}.downsample`, metric['downsample'], AGGREGATORS)
  if (granularity !== undefined && downsample === undefined)
    throw invalidMetrics(
      `'${place}.downsample' is missing: with a granularity it says what becomes of a span.`,
    )
  const filters = readFilters(metric['filters'] ?? [], place)
  const values = filters.flatMap(({ value }) => (typeof value === 'string' ? value.split('|') : []))
  return {
    name: name ?? METRICS[0],
    filters,
    datasetIds: values.length === 0 ? undefined : values.map((value) => value.trim()),
    isGrouped: filters.some((filter) => filter['groupBy'] === true),
    aggregator: readWord(`${place}.aggregator`, metric['aggregator'], AGGREGATORS) ?? 'sum',
    downsample: downsample ?? 'sum',
  }
}

function readFilters(filters: unknown, place: string): readonly JsonObject[] {
  const isList = Array.isArray(filters) && filters.every(isFilter)
  if (isList) return filters
  throw invalidMetrics(
    `'${place}.filters' must be an array of {"name": "dataSetId", "value": …, "groupBy": …}.`,
  )
}

function isFilter(filter: unknown): filter is JsonObject {
  if (!isObject(filter)) return false
  const { name, value, groupBy } = filter
  return (
    typeof name === 'string' &&
    name.toLowerCase() === 'datasetid' &&
    ['string', 'undefined'].includes(typeof value) &&
    ['boolean', 'undefined'].includes(typeof groupBy)
  )
}

function shown(value: unknown): string {
  return JSON.stringify(value) ?? 'missing'
}
