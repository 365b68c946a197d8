import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { isObject } from '#kit/json.ts'
import { deltaColumnOf } from '#services/flow-service/flows/flow-parts.ts'
import { nextRun, parseSchedule } from '#services/flow-service/flows/schedule-params.ts'
import { readTextTime } from '#services/flow-service/flows/text-time.ts'
import { RUN_ERROR } from './run-document.ts'

// What docs/runs.md shows and claims is true.

const PAGE = readFileSync(join(import.meta.dirname, '../../../docs/runs.md'), 'utf8')

const examples: unknown[] = [...PAGE.matchAll(/^```json\n([\s\S]*?)^```$/gm)].map(([, text]) =>
  JSON.parse(text ?? ''),
)

function example(member: string): Record<string, unknown> {
  const found = examples.find((value) => isObject(value) && member in value)
  if (!isObject(found)) throw new Error(`no example has ${member}`)
  return found
}

/** Cells of the rows of the table with this head. */
function rows(head: string): string[][] {
  const [, table = ''] = PAGE.split(`| ${head} |`)
  const lines = table.split('\n').slice(2)
  const end = lines.findIndex((line) => !line.startsWith('|'))
  return lines.slice(0, end).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )
}

function printed(ms: number | undefined): string {
  return ms === undefined ? 'the beginning' : new Date(ms).toISOString().replace('.000', '')
}

test.each([true, false])('the runs of the schedule, with backfill: %s', (backfill) => {
  const schedule = parseSchedule({ ...example('frequency'), backfill }, { minIntervalMinutes: 15 })
  const ticks: string[][] = []
  let lastTickMs: number | null = null
  while (ticks.length < 3) {
    const tick = nextRun(schedule, { nowMs: 0, lastTickMs, deliveredToMs: lastTickMs })
    if (tick === undefined) throw new Error('the schedule has no run')
    ticks.push([tick.at, tick.windowStart, tick.windowEnd].map(printed))
    lastTickMs = tick.at
  }
  const told = rows('run at | rows from | up to')
  expect(told).toHaveLength(3)
  expect(ticks.slice(0, backfill ? 3 : 2)).toEqual(backfill ? told : told.slice(1))
})

test('the dates that are shown as examples have a form that can be read', () => {
  const deltaColumn = deltaColumnOf([example('params')])
  const [, sentence = ''] = /`dateFormat` is required([\s\S]*?)\n\n/.exec(PAGE) ?? []
  const formats = [...sentence.matchAll(/`([^`]*yyyy[^`]+)`/g)].map(([, format]) => format ?? '')
  expect(formats.length).toBeGreaterThan(3)
  for (const format of [deltaColumn?.dateFormat ?? '', ...formats])
    expect([format, readTextTime(format) === undefined]).toEqual([format, false])
})

test('the codes of errors are those that runs have', () => {
  const codes = rows('code in `statusSummary.errors` | what failed').map(([code]) =>
    code?.replaceAll('`', ''),
  )
  expect(codes).toEqual([RUN_ERROR.copy, RUN_ERROR.promotion, RUN_ERROR.batch])
})
