import { describe, expect, test } from 'vitest'
import { FlowProblem } from '#services/flow-service/problems.ts'
import { firstRunAt, nextRun, parseSchedule, parseTime } from './schedule-params.ts'

const START_S = 1_612_310_466
const START_MS = START_S * 1000
const RULES = { minIntervalMinutes: 15 }
const QUARTER_MS = 900_000

function quarterly(backfill: boolean) {
  return parseSchedule({ startTime: START_S, frequency: 'minute', interval: 15, backfill }, RULES)
}

function problemOf(params: unknown): FlowProblem {
  try {
    parseSchedule(params, RULES)
  } catch (error) {
    if (error instanceof FlowProblem) return error
    throw error
  }
  throw new Error('no problem')
}

describe('reading a schedule', () => {
  test('takes text for numbers and booleans', () => {
    const schedule = parseSchedule(
      { startTime: `${START_S}`, frequency: 'minute', interval: '15', backfill: 'false' },
      RULES,
    )
    expect(schedule).toEqual({
      frequency: 'minute',
      startAtMs: START_MS,
      periodMs: QUARTER_MS,
      backfill: false,
    })
  })

  test('fills in backfill and ignores keys of other services', () => {
    const params = {
      startTime: START_S,
      frequency: 'day',
      interval: 2,
      foldernameTemplate: '%d',
      timeUnit: 'x',
    }
    expect(parseSchedule(params, RULES)).toMatchObject({ periodMs: 172_800_000, backfill: true })
  })

  test.each([
    [{ startTime: 1, frequency: 'minute', interval: 14 }, 'scheduleParams.interval'],
    [{ startTime: 1, frequency: 'hour', interval: 0 }, 'scheduleParams.interval'],
    [{ startTime: 1, frequency: 'hour', interval: 1.5 }, 'scheduleParams.interval'],
    [{ startTime: 1, frequency: 'day' }, 'scheduleParams.interval'],
    [{ startTime: 1, frequency: 'once', interval: 1 }, 'scheduleParams.interval'],
    [{ startTime: 1, frequency: 'once', backfill: true }, 'scheduleParams.backfill'],
    [{ startTime: 1, frequency: 'day', interval: 1, backfill: 'maybe' }, 'scheduleParams.backfill'],
    [{ startTime: 1, frequency: 'month', interval: 1 }, 'scheduleParams.frequency'],
    [{ startTime: 1, frequency: 'toString', interval: 1 }, 'scheduleParams.frequency'],
    [{ startTime: 1, interval: 1 }, 'scheduleParams.frequency'],
    [{ frequency: 'once' }, 'scheduleParams.startTime'],
    [{ startTime: 'soon', frequency: 'once' }, 'scheduleParams.startTime'],
    [{ startTime: -5, frequency: 'once' }, 'scheduleParams.startTime'],
    [null, 'scheduleParams'],
  ])('refuses %j and names %s', (params, field) => {
    const problem = problemOf(params)
    expect(problem.status).toBe(400)
    expect(problem.args).toEqual({ field })
    expect(problem.message).toContain(field)
  })

  test('a server may allow shorter intervals', () => {
    const params = { startTime: 1, frequency: 'minute', interval: 5 }
    expect(parseSchedule(params, { minIntervalMinutes: 1 }).periodMs).toBe(300_000)
  })

  test('understands seconds, milliseconds and ISO dates', () => {
    for (const value of [
      START_S,
      `${START_S}`,
      START_MS,
      `${START_MS}`,
      '2021-02-03T00:01:06Z',
      '2021-02-03T00:01:06',
    ]) {
      expect(parseTime(value, 'x')).toBe(START_MS)
    }
  })
})

describe('ticks', () => {
  test('a backfill starts at startTime and takes the history before it', () => {
    const tick = nextRun(quarterly(true), { nowMs: START_MS - 1, lastTickMs: null, deliveredToMs: null })
    expect(tick).toEqual({ at: START_MS, windowEnd: START_MS })
  })

  test('without backfill the first tick is one period later and begins at startTime', () => {
    const tick = nextRun(quarterly(false), { nowMs: START_MS + 1, lastTickMs: null, deliveredToMs: null })
    expect(tick).toEqual({
      at: START_MS + QUARTER_MS,
      windowStart: START_MS,
      windowEnd: START_MS + QUARTER_MS,
    })
  })

  test('a startTime in the past is due at once, and missed ticks are one', () => {
    const nowMs = START_MS + 10 * QUARTER_MS + 5_000
    const schedule = quarterly(true)
    expect(firstRunAt(schedule)).toBe(START_MS)
    const tick = nextRun(schedule, { nowMs, lastTickMs: null, deliveredToMs: null })
    expect(tick).toEqual({ at: START_MS + 10 * QUARTER_MS, windowEnd: START_MS + 10 * QUARTER_MS })
  })

  test('windows of runs that succeed are adjacent and one period long', () => {
    const schedule = quarterly(false)
    let lastTickMs: number | null = null
    const windows: (number | undefined)[][] = []
    for (let index = 0; index < 4; index++) {
      const nowMs: number = lastTickMs ?? START_MS
      const tick = nextRun(schedule, { nowMs, lastTickMs, deliveredToMs: lastTickMs })
      windows.push([tick?.windowStart, tick?.windowEnd])
      lastTickMs = tick?.at ?? null
    }
    const edges = [0, 1, 2, 3, 4].map((k) => START_MS + k * QUARTER_MS)
    expect(windows).toEqual([0, 1, 2, 3].map((k) => [edges[k], edges[k + 1]]))
  })

  test('what a failed run did not deliver is part of the next window', () => {
    const failedAt = START_MS + 3 * QUARTER_MS
    const tick = nextRun(quarterly(true), {
      nowMs: failedAt + 1,
      lastTickMs: failedAt,
      deliveredToMs: failedAt - QUARTER_MS,
    })
    expect(tick).toEqual({
      at: failedAt + QUARTER_MS,
      windowStart: failedAt - QUARTER_MS,
      windowEnd: failedAt + QUARTER_MS,
    })
  })

  test('once ticks once, over everything', () => {
    const schedule = parseSchedule({ startTime: START_S, frequency: 'once' }, RULES)
    expect(nextRun(schedule, { nowMs: 0, lastTickMs: null, deliveredToMs: null })).toEqual({ at: START_MS })
    expect(nextRun(schedule, { nowMs: 0, lastTickMs: START_MS, deliveredToMs: null })).toBeUndefined()
  })

  test('a tick on the very moment is due and not skipped', () => {
    const at = START_MS + 2 * QUARTER_MS
    const tick = nextRun(quarterly(true), {
      nowMs: at,
      lastTickMs: at - QUARTER_MS,
      deliveredToMs: at - QUARTER_MS,
    })
    expect(tick?.at).toBe(at)
  })
})
