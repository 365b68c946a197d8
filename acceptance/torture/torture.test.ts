import { hasPyiceberg, pyicebergTitle } from '@headwater/testkit/pyiceberg.ts'
import type { TestDatabase } from '@headwater/testkit/test-database.ts'
import { startTestServer, type TestServer } from '@headwater/testkit/test-server.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Torture, torture } from './cases.ts'
import { faultsOf } from './faults.ts'
import { PLANTS } from './plants.ts'
import { type FoundRow, readByDuckDb, readByPyiceberg } from './readers.ts'
import { type Reader, valuesOf, writeReport } from './report.ts'
import { openSourceLab, type SourceLab } from './source-lab.ts'

/**
 * One table per type with every edge value, landed by the schema that is made of it, read back by two readers that are
 * not ours, and compared cell by cell with what the server prints: each is equal, or its row is set aside with the
 * code that is known of its value. What only a text can hold exactly lands as its text.
 */
let lab: SourceLab
let source: TestDatabase
let server: TestServer
let done: Torture
let byDuckDb: readonly FoundRow[][]
const unlisted: { [reader in Reader]?: readonly string[] } = {}

beforeAll(async () => {
  lab = await openSourceLab()
  source = await lab.createDatabase()
  server = await startTestServer()
  done = await torture(source, server)
  byDuckDb = await readByDuckDb(done.cases.map(({ files }) => files))
}, 240_000)

afterAll(async () => {
  if (done !== undefined) await writeReport(done, unlisted)
  await server?.[Symbol.asyncDispose]()
  await source?.drop()
  await lab?.[Symbol.asyncDispose]()
})

function expectExact(reader: Reader, found: readonly FoundRow[][]): void {
  const faults = done.cases.flatMap(({ table, rows, aside }, index) =>
    faultsOf(table, rows, found[index] ?? [], aside),
  )
  unlisted[reader] = faults
  expect(faults).toEqual([])
}

test('every table is there, and every run has succeeded', () => {
  console.log(`PostgreSQL ${done.version}: ${done.cases.length} tables, ${valuesOf(done)} values`)
  if (done.missing.length > 0) console.warn(`PostgreSQL ${done.version} lacks: ${done.missing.join(', ')}`)
  expect(done.cases.length).toBeGreaterThan(150)
  const failed = done.cases.filter(({ landed }) => landed.run.metrics.statusSummary.status !== 'success')
  expect(
    failed.map(({ table, landed }) => [table.name, JSON.stringify(landed.run.metrics.statusSummary)]),
  ).toEqual([])
})

test('DuckDB finds every cell as the server prints it', () => {
  expectExact('DuckDB', byDuckDb)
})

describe(pyicebergTitle, () => {
  test.skipIf(!hasPyiceberg)(
    'finds every cell as the server prints it',
    async () => {
      expectExact('pyiceberg', await readByPyiceberg(done.cases.map(({ files }) => files)))
    },
    240_000,
  )
})

describe('a planted fault is found in every table that can have it', () => {
  test.each(PLANTS)('$name', ({ plant, least }) => {
    const blind: string[] = []
    let planted = 0
    for (const [index, each] of done.cases.entries()) {
      const altered = plant({ ...each, found: byDuckDb[index] ?? [] })
      if (altered === undefined) continue
      planted++
      if (faultsOf(each.table, each.rows, altered.found, altered.aside).length === 0)
        blind.push(each.table.name)
    }
    expect(blind).toEqual([])
    expect(planted).toBeGreaterThanOrEqual(least)
  })
})
