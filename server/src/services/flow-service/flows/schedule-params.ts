import { asText } from '#kit/as-text.ts'
import { isObject } from '#kit/json.ts'
import { invalidRequest } from '#services/flow-service/problems.ts'

/*
 * The schedule of a flow, as pure arithmetic on epoch milliseconds in UTC.
 *
 * Ticks lie at startTime + k * period. With backfill, tick 0 takes the whole history before startTime; without,
 * the first tick is number 1 and takes what lies between startTime and itself. Every later tick takes what lies
 * between the end of the last delivered window and itself, so windows are adjacent and half-open, and what a
 * failed run did not deliver is part of the next window. Ticks that were missed (the server was down, the flow
 * disabled, startTime in the past) coalesce into the latest of them. `once` has a single tick and no window.
 */

export type Frequency = 'once' | 'minute' | 'hour' | 'day' | 'week'

/** A schedule that was read and checked. */
export interface Schedule {
  readonly frequency: Frequency
  readonly startAtMs: number
  /** `undefined` for `once`. */
  readonly periodMs?: number | undefined
  readonly backfill: boolean
}

/** Where a flow stands. */
export interface ScheduleProgress {
  readonly nowMs: number
  /** The latest tick that has a run, whatever became of it; null before the first. */
  readonly lastTickMs: number | null
  /** End of the last window that was delivered; null when nothing was. */
  readonly deliveredToMs: number | null
}

/** A tick of the schedule. Rows with `windowStart <= delta < windowEnd` are its own. */
export interface Tick {
  /** When it is due; in the past when it is overdue. */
  readonly at: number
  /** Absent: since ever. */
  readonly windowStart?: number | undefined
  /** Absent: everything that is there. */
  readonly windowEnd?: number | undefined
}

const PERIODS_MS: Readonly<Record<Frequency, number>> = {
  once: 0,
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
  week: 604_800_000,
}

/** Numbers from here on are milliseconds: as seconds they would lie beyond the year 5138. */
const MILLISECONDS_FROM = 1e11

/** 10000-01-01, the end of what the formats of the lake can print. */
const LATEST_MS = 253_402_300_800_000

/**
 * Reads `scheduleParams`; numbers and booleans may come as text. Unknown keys are left alone.
 *
 * @throws {FlowProblem} 1100 naming the member that is missing or wrong
 */
export function parseSchedule(params: unknown, rules: { readonly minIntervalMinutes: number }): Schedule {
  if (!isObject(params)) {
    const fault = params === undefined || params === null ? 'is missing' : 'must be an object'
    throw invalidRequest(`scheduleParams ${fault}. Send startTime, frequency and interval.`, 'scheduleParams')
  }
  const frequency = parseFrequency(params['frequency'])
  const startAtMs = parseTime(params['startTime'], 'scheduleParams.startTime')
  const { interval, backfill } = params
  if (frequency === 'once') {
    assertAbsent(interval, 'interval')
    assertAbsent(backfill, 'backfill')
    return { frequency, startAtMs, backfill: true }
  }
  const periodMs = PERIODS_MS[frequency] * parseInterval(interval, frequency, rules.minIntervalMinutes)
  return { frequency, startAtMs, periodMs, backfill: parseBackfill(backfill) }
}

function parseFrequency(value: unknown): Frequency {
  const field = 'scheduleParams.frequency'
  if (value === undefined || value === null) {
    throw invalidRequest(`${field} is missing. Use one of ${Object.keys(PERIODS_MS).join(', ')}.`, field)
  }
  if (typeof value === 'string' && Object.hasOwn(PERIODS_MS, value)) return value as Frequency
  throw invalidRequest(
    `${field} ${JSON.stringify(value)} is not one of ${Object.keys(PERIODS_MS).join(', ')}.`,
    field,
  )
}

/**
 * Reads a time: epoch seconds, epoch milliseconds or ISO 8601, as number or text. Epoch milliseconds.
 *
 * @throws {FlowProblem} 1100 naming the field
 */
export function parseTime(value: unknown, field: string): number {
  if (value === undefined || value === null || value === '')
    throw invalidRequest(`${field} is missing. Send epoch seconds.`, field)
  const ms = timeOf(value)
  if (ms !== undefined && ms >= 0 && ms < LATEST_MS) return ms
  throw invalidRequest(`${field} ${JSON.stringify(value)} is not a time. Send epoch seconds.`, field)
}

function timeOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^\s*\d+(\.0*)?\s*$/.test(value) ? Number(value) : value
  if (typeof number === 'number') {
    if (!Number.isInteger(number)) return undefined
    return number < MILLISECONDS_FROM ? number * 1000 : number
  }
  // A date without a zone is meant in UTC, like everything else here.
  if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\d/.test(value)) return undefined
  const ms = Date.parse(/T[^Z+-]*$/.test(value) ? `${value}Z` : value)
  return Number.isNaN(ms) ? undefined : ms
}

function parseInterval(value: unknown, frequency: Frequency, minIntervalMinutes: number): number {
  const field = 'scheduleParams.interval'
  if (value === undefined || value === null || value === '') {
    throw invalidRequest(`${field} is missing. It is required unless frequency is once.`, field)
  }
  const interval = typeof value === 'string' && /^\s*-?\d+\s*$/.test(value) ? Number(value) : value
  const least = frequency === 'minute' ? minIntervalMinutes : 1
  if (Number.isInteger(interval) && Number(interval) >= least && Number(interval) <= 1_000_000)
    return Number(interval)
  throw invalidRequest(
    `${field} ${JSON.stringify(value)} is not valid. For frequency ${frequency} it is a whole number from ${least}.`,
    field,
  )
}

function parseBackfill(value: unknown): boolean {
  if (value === undefined || value === null) return true
  const text = asText(value).toLowerCase()
  if (text === 'true' || text === 'false') return text === 'true'
  throw invalidRequest(
    `scheduleParams.backfill ${JSON.stringify(value)} is neither true nor false.`,
    'scheduleParams.backfill',
  )
}

function assertAbsent(value: unknown, name: string): void {
  if (value === undefined) return
  throw invalidRequest(
    `scheduleParams.${name} must be left out when frequency is once.`,
    `scheduleParams.${name}`,
  )
}

/** When the first tick of a schedule is due; in the past when it already was. */
export function firstRunAt({ startAtMs, periodMs, backfill }: Schedule): number {
  return periodMs === undefined || backfill ? startAtMs : startAtMs + periodMs
}

/** The next tick that needs a run: the latest of those that are overdue, else the first to come. */
export function nextRun(schedule: Schedule, progress: ScheduleProgress): Tick | undefined {
  const { periodMs } = schedule
  const { lastTickMs, nowMs } = progress
  const first = firstRunAt(schedule)
  if (periodMs === undefined) return lastTickMs === null ? { at: first } : undefined
  const next = lastTickMs === null ? first : Math.max(first, tickAfter(schedule, periodMs, lastTickMs))
  const at = next <= nowMs ? tickAfter(schedule, periodMs, nowMs) - periodMs : next
  return { at, ...windowOf(schedule, progress, at) }
}

/** The first tick later than a time. */
function tickAfter({ startAtMs }: Schedule, periodMs: number, ms: number): number {
  return startAtMs + (Math.floor((ms - startAtMs) / periodMs) + 1) * periodMs
}

function windowOf(
  schedule: Schedule,
  { deliveredToMs }: ScheduleProgress,
  at: number,
): { windowStart?: number; windowEnd: number } {
  if (deliveredToMs !== null) return { windowStart: Math.min(deliveredToMs, at), windowEnd: at }
  return schedule.backfill ? { windowEnd: at } : { windowStart: schedule.startAtMs, windowEnd: at }
}
