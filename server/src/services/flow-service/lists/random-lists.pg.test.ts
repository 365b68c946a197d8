import { createMetadataDatabase } from '@headwater/testkit/metadata-database.ts'
import { SCOPE, seedSandboxes } from '@headwater/testkit/service-world.ts'
import type { TestDatabase } from '@headwater/testkit/test-database.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { JsonObject } from '#kit/json.ts'
import { countDocuments, listDocuments } from '#services/flow-service/entities/entity-reader.ts'
import { seededRandom } from '#source/postgres/filter/testing/random-filter.ts'
import { type Database, openDatabase, openPool } from '#store/database.ts'
import { buildQuery, type Collection, type ListQuery } from './list-query.ts'
import { matchesAll } from './match-filter.ts'
import { compareDocuments } from './order-documents.ts'
import {
  insertRandom,
  type Pick,
  pickWith,
  RANDOM_KINDS,
  type RandomKind,
} from './testing/random-documents.ts'

/**
 * The database finds what the same filter finds in memory, in the same order and on whatever pages, however it
 * comes by it: filters and orders are drawn at random, over random documents.
 */

const DOCUMENTS = 150
const QUERIES = 150

let metadata: TestDatabase
/** One that plans as it likes, and one that uses indexes even where there is little to read. */
let databases: readonly Database[] = []

beforeAll(async () => {
  metadata = await createMetadataDatabase()
  databases = ['', '?options=-c%20enable_seqscan%3Doff'].map((options) =>
    openDatabase(openPool({ url: metadata.url + options }, { max: 2 })),
  )
  for (const db of databases.slice(0, 1)) await seedSandboxes(db)
})
afterAll(async () => {
  await Promise.all(databases.map((db) => db.destroy()))
  await metadata.drop()
})

const OPERATORS = ['==', '==', '==', '!=', '<', '>', '<=', '>='] as const

function randomCondition({ fields }: RandomKind, pick: Pick): string {
  const [field, values] = pick(Object.entries(fields))
  const isId = /ids?(\[\])?$/i.test(field)
  const operator = pick(OPERATORS.filter((sign) => !isId || sign === '==' || sign === '!='))
  const count = operator === '==' ? pick([1, 1, 2, 3]) : 1
  const drawn = Array.from({ length: count }, () => String(pick(values)))
  return `${field}${operator}${drawn.map((value) => `"${value}"`).join(',')}`
}

function randomQuery(random: RandomKind, pick: Pick): ListQuery {
  const property = Array.from({ length: pick([0, 1, 1, 2, 3]) }, () => randomCondition(random, pick))
  const orderby = Array.from(
    { length: pick([0, 1, 1, 2, 3]) },
    () => pick(['', '-']) + pick(random.sorts),
  ).join(',')
  const limit = pick([2, 7, 40, 1000])
  return buildQuery({ property, orderby, limit }, collectionOf(random))
}

/** Tokens are none here: only the place is carried on. */
function collectionOf({ kind }: RandomKind): Collection {
  return {
    name: kind.name,
    filterable: kind,
    tokens: { format: ({ after }) => JSON.stringify(after), parse: () => expect.unreachable() },
  }
}

async function readAll(db: Database, { kind }: RandomKind, query: ListQuery): Promise<string[]> {
  const ids: string[] = []
  for (let after = query.after; ; ) {
    const { documents, nextToken } = await listDocuments(db, SCOPE, kind, { ...query, after })
    ids.push(...documents.map(({ id }) => String(id)))
    if (nextToken === undefined) return ids
    expect(documents).toHaveLength(query.limit)
    after = JSON.parse(nextToken)
  }
}

const NEWEST_FIRST = [{ path: ['createdAt'], descending: true }]

function inMemory(documents: readonly JsonObject[], { filter, orderings }: ListQuery): string[] {
  const keys = orderings.length === 0 ? NEWEST_FIRST : orderings
  return documents
    .filter((document) => matchesAll(document, filter.conditions))
    .toSorted((a, b) => compareDocuments(a, b, keys))
    .map(({ id }) => String(id))
}

describe.each(RANDOM_KINDS)('lists of $kind.name', (random) => {
  test('are the same in the database and in memory', async () => {
    const pick = pickWith(seededRandom(20_260))
    const [db] = databases as [Database]
    const documents = await insertRandom(db, SCOPE, random, { pick, count: DOCUMENTS })
    await metadata.query('analyze')
    let telling = 0
    for (let round = 0; round < QUERIES; round++) {
      const query = randomQuery(random, pick)
      const expected = inMemory(documents, query)
      const what = JSON.stringify([query.filter.conditions, query.orderings, query.limit])
      const database = databases[round % databases.length] ?? db
      expect(await readAll(database, random, query), what).toEqual(expected)
      expect(await countDocuments(database, SCOPE, random.kind, query), what).toBe(expected.length)
      if (expected.length > 0 && expected.length < DOCUMENTS) telling++
    }
    // Filters that find all or nothing prove little.
    expect(telling).toBeGreaterThan(QUERIES / 4)
  })
})
