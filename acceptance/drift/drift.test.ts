import { join } from 'node:path'
import type { Answer } from '@headwater/testkit/api-client.ts'
import { hasPyiceberg, pyicebergTitle } from '@headwater/testkit/pyiceberg.ts'
import { runPython } from '@headwater/testkit/python.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DriftWorld } from './drift-world.ts'
import type { DriftKind } from './kind.ts'
import { KINDS as DEFAULT_KINDS } from './kinds.ts'
import { type Played, playScenario, type TextRow, type Timing } from './play-scenario.ts'
import { POLICY_KINDS } from './policy-kinds.ts'

/**
 * Every kind of change of a source, between two runs and while a run is under way: the run goes on and tells of it,
 * or it stops with a code; the table of the lake stays whole, and no value is lost. All scenarios are played first,
 * several at a time.
 */
const TIMINGS = ['between', 'during'] as const
/** One kind alone, for who looks into it. */
const WANTED = process.env['DRIFT_KIND']
const isWanted = ({ id }: DriftKind): boolean => WANTED === undefined || id === WANTED
/** A change that waits for the run does so whatever policy the flow has. */
const KINDS: Readonly<Record<Timing, readonly DriftKind[]>> = {
  between: [...DEFAULT_KINDS, ...POLICY_KINDS].filter(isWanted),
  during: [...DEFAULT_KINDS, ...POLICY_KINDS.filter(({ during }) => during.isFree)].filter(isWanted),
}
const AT_ONCE = 5
const SCRIPT = join(import.meta.dirname, '../../testkit/readers/read_iceberg_rows.py')

let world: DriftWorld
const played = new Map<string, Played | Error>()
const tables = new Map<string, Answer>()

beforeAll(async () => {
  world = await DriftWorld.open()
  const scenarios = TIMINGS.flatMap((timing) => KINDS[timing].map((kind) => ({ kind, timing })))
  const play = async (): Promise<void> => {
    for (let next = scenarios.shift(); next !== undefined; next = scenarios.shift()) {
      const { kind, timing } = next
      const end = await playScenario(world, kind, timing).catch((error: unknown) => error as Error)
      played.set(`${timing} ${kind.id}`, end)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, play))
  if (hasPyiceberg) await readTables()
}, 300_000)

afterAll(async () => world?.[Symbol.asyncDispose]())

/** One process reads them all, since its start takes longer than a table. */
async function readTables(): Promise<void> {
  const paths = [...played].flatMap(([key, end]) =>
    end instanceof Error ? [] : [[key, end.metadataPath] as const],
  )
  const found = await runPython<Answer[]>(
    SCRIPT,
    paths.map(([, path]) => path),
    120_000,
  )
  for (const [index, [key]] of paths.entries()) tables.set(key, found[index])
}

function endOf(kind: DriftKind, timing: Timing): Played {
  const end = played.get(`${timing} ${kind.id}`)
  if (end === undefined || end instanceof Error) throw end ?? new Error('not played')
  return end
}

describe.each(TIMINGS)('%s runs', (timing) => {
  test.each(KINDS[timing])('$id: $change', (kind) => {
    const { run, hasWaited } = endOf(kind, timing)
    const { status, errors, extensions } = run.metrics.statusSummary
    const { code, counted, drift = {} } = kind[timing]
    expect([status, errors]).toEqual(
      code === undefined ? ['success', undefined] : ['failed', expect.any(Array)],
    )
    if (code !== undefined) {
      expect(extensions.errors?.map((error: Answer) => error.code)).toContain(code)
      // A code, what happened, and what to do: sentences, at least two.
      expect(errors[0].message).toMatch(/\S+\. \S.*[.;]$/)
    }
    if (counted !== undefined) expect(extensions.errors).toMatchObject([{ code: counted, recordCount: 1 }])
    const told = (extensions.drift ?? []).map((entry: Answer) => `${entry.code} ${entry.effect}`)
    const wanted = Object.entries(drift).flatMap(([name, effects]) =>
      [effects].flat().map((effect) => `${name} ${effect}`),
    )
    expect([...new Set(told)].toSorted()).toEqual(wanted.toSorted())
    if (timing === 'during') expect(hasWaited).toBe(kind.during.isFree !== true)
  })
})

describe(pyicebergTitle, () => {
  describe.each(TIMINGS)('%s runs', (timing) => {
    test.skipIf(!hasPyiceberg).each(KINDS[timing])('the table is whole: $id', (kind) => {
      const { expected } = endOf(kind, timing)
      const { error, data, recorded, types } = tables.get(`${timing} ${kind.id}`)
      expect(error).toBeUndefined()
      expect(recorded).toBe(expected.length)
      const wanted = Object.entries(kind[timing].types ?? {}).map(([name, type]) => [
        `_headwater.${name}`,
        type,
      ])
      expect(types).toMatchObject(Object.fromEntries(wanted))
      expect(sorted(data.map(({ _headwater: row }: Answer) => textsOf(row)))).toEqual(sorted(expected))
    })
  })
})

/** Values as texts, those without one left out. */
function textsOf(row: Answer): TextRow {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, textOf(value)]))
}

function textOf(value: Answer): string | null {
  if (value === null) return null
  return typeof value === 'object'
    ? Object.values(value)
        .filter((part) => part !== null)
        .join(',')
    : String(value)
}

function sorted(rows: readonly TextRow[]): readonly string[] {
  const isThere = ([, value]: [string, string | null]): boolean => value !== null
  return rows.map((row) => JSON.stringify(Object.entries(row).filter(isThere).toSorted())).toSorted()
}
