import { BUCKETS, type Bucket } from '@headwater/contract/monitoring/ingestion.ts'
import { isUuid } from '#kit/ids.ts'
import { badRequest } from './problems.ts'
import { readTime } from './read-time.ts'

/** What is asked for, checked. */
export interface IngestionRange {
  readonly startMs: number
  readonly endMs: number
  readonly granularity: Bucket
  readonly flowId: string | undefined
  readonly connectionId: string | undefined
}

const DAY_MS = 86_400_000
const LENGTH_MS: Readonly<Record<Bucket, number>> = {
  MINUTE: 60_000,
  HOUR: 3_600_000,
  DAY: DAY_MS,
  WEEK: 7 * DAY_MS,
  MONTH: 30 * DAY_MS,
}
/** So many make a chart; more are refused. */
const WANTED_BUCKETS = 100
const MAX_BUCKETS = 1_500

/** @throws {PlainProblem} 400 that names what is wrong */
export function readIngestionQuery(query: Readonly<Record<string, string | undefined>>): IngestionRange {
  const startMs = readTime('start', query['start'])
  const endMs = readTime('end', query['end'])
  if (startMs >= endMs)
    throw badRequest(`'start' must be before 'end': ${query['start']} is not before ${query['end']}.`)
  const granularity = readBucket(query['granularity'], endMs - startMs)
  if ((endMs - startMs) / LENGTH_MS[granularity] > MAX_BUCKETS)
    throw badRequest(
      `The range has more than ${MAX_BUCKETS} buckets of a ${granularity}. Ask for a shorter range, or for longer buckets.`,
    )
  return {
    startMs,
    endMs,
    granularity,
    flowId: readId('flowId', query['flowId']),
    connectionId: readId('connectionId', query['connectionId']),
  }
}

function readBucket(word: string | undefined, lengthMs: number): Bucket {
  if (word === undefined)
    return BUCKETS.find((bucket) => lengthMs / LENGTH_MS[bucket] <= WANTED_BUCKETS) ?? 'MONTH'
  const found = BUCKETS.find((bucket) => bucket === word.toUpperCase())
  if (found !== undefined) return found
  throw badRequest(`'granularity' must be one of ${BUCKETS.join(', ')}, not '${word}'.`)
}

function readId(name: string, id: string | undefined): string | undefined {
  if (id === undefined || isUuid(id)) return id
  throw badRequest(
    `The parameter '${name}' must be an id like 0f9e8d7c-6b5a-4f4e-8d3c-2b1a0f9e8d7c, not '${id}'.`,
  )
}
