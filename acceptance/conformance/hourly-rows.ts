import type { Answer } from '@headwater/testkit/api-client.ts'
import { expect } from 'vitest'
import type { FlowAnswer } from './flow-client.ts'
import { type Landing, makeLanding, type Wanted } from './landing.ts'
import { endedRun } from './run-watch.ts'
import type { World } from './world.ts'

const HOUR = 3600
/** In epoch seconds. */
const DAY = Date.UTC(2024, 0, 1) / 1000

/** A table with one row on each hour of a day: its number is its id. */
export async function makeHourlyRows({ source }: World): Promise<void> {
  await source.query(`create table hourly as
    select i as id, 'hour ' || i as note, timestamptz '2024-01-01Z' + i * interval '1 hour' as updated_at
      from generate_series(0, 23) i`)
}

/** A flow over these rows that runs when it is asked to. */
export function landHours(world: World, more: Partial<Wanted> = {}): Promise<Landing> {
  return makeLanding(world, { tableName: 'public.hourly', deltaColumn: { name: 'updated_at' }, ...more })
}

/** From one hour of the day to another, in seconds as text. */
export function hours(from: number, to: number): Answer {
  return { windowStartTime: String(hour(from)), windowEndTime: String(hour(to)) }
}

/** In epoch seconds. */
export function hour(number: number): number {
  return DAY + number * HOUR
}

export function askForRun({ client }: World, flowId: unknown, params?: Answer): Promise<FlowAnswer> {
  return client.post('/runs', { flowId, params })
}

/** A run that was asked for, when it has ended. */
export async function askedRun(world: World, { flowId }: Landing, params?: Answer): Promise<Answer> {
  const { status, body, text } = await askForRun(world, flowId, params)
  expect(status, text).toBe(201)
  return endedRun(world, body.id)
}

/** A flow over a table that was gone when the flow ran. */
export async function landVanished(world: World, table: string): Promise<{ run: Answer; landing: Landing }> {
  await world.source.query(`create table ${table} as select * from hourly`)
  const landing = await landHours(world, { tableName: `public.${table}` })
  await world.source.query(`drop table ${table}`)
  return { run: await askedRun(world, landing, hours(0, 3)), landing }
}
