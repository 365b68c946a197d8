import { glob, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Answer } from '@headwater/testkit/api-client.ts'
import { queryRows, REGISTRY } from '@headwater/testkit/journey.ts'
import { hasPyiceberg, pyicebergTitle, readWithPyiceberg } from '@headwater/testkit/pyiceberg.ts'
import { printPython } from '@headwater/testkit/python.ts'
import { parquetMetadata, parquetReadObjects } from 'hyparquet'
import { compressors } from 'hyparquet-compressors'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openWorld, type World } from './conformance/world.ts'
import { landRows, mappingsOf } from './platform/landed-rows.ts'

/**
 * Lists, maps and objects in each other, landed before and after their schema gained parts, and read by programs that
 * are not ours. What each reads must be what the source has.
 */

const INTEGER = { type: 'integer' }
const TEXT = { type: 'string' }
const item = { type: 'object', properties: { sku: TEXT, sizes: { type: 'array', items: INTEGER } } }
const FIELDS = {
  id: INTEGER,
  items: { type: 'array', items: item },
  byKey: {
    type: 'object',
    'meta:xdmType': 'map',
    additionalProperties: { type: 'array', items: { type: 'object', properties: { id: TEXT } } },
  },
  box: { type: 'object', properties: { tags: { type: 'array', items: TEXT }, n: INTEGER } },
}
const MAPPINGS = mappingsOf(['id', 'id'], ['doc.items', 'items'], ['doc.byKey', 'byKey'], ['doc.box', 'box'])

const ROWS = 900

let world: World
let datasetId: string
/** What every reader has to find, in the order of the ids. */
let expected: Answer[]

beforeAll(async () => {
  world = await openWorld()
  const schemaId = await world.makeSchema(FIELDS)
  const early = Array.from({ length: ROWS }, (_, index) => documentOf(index))
  await makeTable('early', early, 0)
  const first = await landRows(world, { tableName: 'public.early', schemaId, mappings: MAPPINGS })
  expect(first.run.metrics.recordSummary.outputRecordCount).toBe(ROWS)
  datasetId = first.datasetId

  await addFields(schemaId)
  const late = [
    { items: [{ sku: 'x', price: 1.5 }], later: ['a', null], labels: { k: 'v' } },
    { items: [null, {}], labels: {} },
  ]
  await makeTable('late', late, ROWS)
  const second = await landRows(world, {
    tableName: 'public.late',
    schemaId,
    datasetId,
    mappings: [...MAPPINGS, ...mappingsOf(['doc.later', 'later'], ['doc.labels', 'labels'])],
  })
  expect(second.run.metrics.statusSummary.status, JSON.stringify(second.run.metrics)).toBe('success')
  expected = [...early, ...late].map((doc, index) => rowOf(doc, index))
}, 60_000)

afterAll(() => world?.[Symbol.asyncDispose]())

/** Some document: nothing, empty, NULL and full take turns at every level. */
function documentOf(index: number): Answer {
  const choose = <T>(...choices: T[]): T => choices[index % choices.length] as T
  const inner = Math.floor(index / 5)
  const sizes = [undefined, null, [], [index], [index, null, -index]][inner % 5]
  const one = { sku: `sku ${index} ${'é'.repeat(index % 30)}`, sizes }
  return {
    items: choose<Answer>(null, [], [one], [null, one, {}], [one, one]),
    byKey: choose<Answer>({}, { a: [], b: null, [`k${index}`]: [{ id: `${index}` }, null, {}] }, undefined),
    box: choose<Answer>({ tags: [], n: index }, {}, { tags: null, n: index }, undefined, {
      tags: ['t', null],
    }),
  }
}

/** A document as a row has it, with a NULL for everything that is not there. */
function rowOf(doc: Answer, index: number): Answer {
  const object = (value: Answer, names: readonly string[], convert = (inner: Answer) => inner) =>
    value ? Object.fromEntries(names.map((name) => [name, convert(value[name] ?? null)])) : null
  const box = object(doc.box, ['tags', 'n'])
  const byKey = Object.entries(doc.byKey ?? {}).map(([key, ids]: Answer) => [
    key,
    ids?.map((id: Answer) => object(id, ['id'])) ?? null,
  ])
  return {
    id: index + 1,
    items: doc.items?.map((each: Answer) => object(each, ['sku', 'sizes', 'price'])) ?? null,
    byKey: doc.byKey ? Object.fromEntries(byKey) : null,
    // Outside of lists and maps an object without anything in it is none.
    box: box && Object.values(box).some((value) => value !== null) ? box : null,
    later: doc.later ?? null,
    labels: doc.labels ?? null,
  }
}

async function makeTable(name: string, documents: readonly Answer[], from: number): Promise<void> {
  await world.source.query(`create table ${name} (id integer primary key, doc json)`)
  await world.source.query(
    `insert into ${name} select ${from} + n, d from json_array_elements($1) with ordinality as t(d, n)`,
    [JSON.stringify(documents)],
  )
}

/** The schema gains a list, a map, and a field of the objects in a list. */
async function addFields(schemaId: string): Promise<void> {
  const { client } = world.server
  const schema = await client.get(`${REGISTRY}/tenant/schemas/${encodeURIComponent(schemaId)}`, {
    headers: { accept: 'application/vnd.adobe.xed+json;version=1' },
  })
  const group = schema.body.allOf
    .map(({ $ref }: Answer) => $ref)
    .find((ref: string) => ref.includes('/mixins/'))
  const fields = '/definitions/customFields/properties/_headwater/properties'
  const added = {
    later: { type: 'array', items: TEXT },
    labels: { type: 'object', 'meta:xdmType': 'map', additionalProperties: TEXT },
    'items/items/properties/price': { type: 'number' },
  }
  const patch = Object.entries(added).map(([path, value]) => ({
    op: 'add',
    path: `${fields}/${path}`,
    value,
  }))
  const { status, body } = await client.call(
    'PATCH',
    `${REGISTRY}/tenant/fieldgroups/${encodeURIComponent(group)}`,
    { body: patch },
  )
  if (status !== 200) throw new Error(`no patch: ${JSON.stringify(body)}`)
}

const inOrder = (rows: readonly Answer[]) => rows.toSorted((a, b) => a.id - b.id)

test('the query service', async () => {
  const rows = await queryRows(
    world.server.client,
    `select _headwater from "${datasetId}" order by _headwater.id`,
  )
  expect(rows.flat()).toEqual(expected)
})

test('filters of the query service', async () => {
  const conditions: readonly (readonly [sql: string, holds: (row: Answer) => boolean])[] = [
    ['r.items is null', ({ items }) => items === null],
    ['r.items is not null', ({ items }) => items !== null],
    ['len(r.items) = 0', ({ items }) => items?.length === 0],
    ['r.byKey is null', ({ byKey }) => byKey === null],
    ['cardinality(r.byKey) = 0', ({ byKey }) => byKey !== null && Object.keys(byKey).length === 0],
    ["r.byKey['a'] is not null", ({ byKey }) => Boolean(byKey?.a)],
    ['r.box is null', ({ box }) => box === null],
    ['r.box.tags is null', ({ box }) => (box?.tags ?? null) === null],
    ['r.box.tags = []', ({ box }) => box?.tags?.length === 0],
    ['r.box.n > 500', ({ box }) => box?.n > 500],
    ['r.labels is null', ({ labels }) => labels === null],
    ["list_contains(r.later, 'a')", ({ later }) => later?.includes('a') ?? false],
    ['len(list_filter(r.items, x -> x is null)) > 0', ({ items }) => items?.includes(null) ?? false],
    ['r.items[1].sku is null', ({ items }) => (items?.[0]?.sku ?? null) === null],
    [
      'len(list_filter(r.items, x -> list_contains(x.sizes, r.id - 1))) > 0',
      ({ items, id }) => items?.some((each: Answer) => each?.sizes?.includes(id - 1)) ?? false,
    ],
  ]
  for (const [sql, holds] of conditions) {
    const [row] = await queryRows(
      world.server.client,
      `select count(*) from (select _headwater as r from "${datasetId}") where ${sql}`,
    )
    expect(row, sql).toEqual([String(expected.filter(holds).length)])
  }
})

test('hyparquet, file by file', async () => {
  const found: Answer[] = []
  for (const path of await dataFiles()) {
    const file = Uint8Array.from(await readFile(path)).buffer
    const rows = await parquetReadObjects({ file, metadata: parquetMetadata(file), compressors })
    found.push(...rows.map(({ _headwater }) => asJson(_headwater)))
  }
  // Files have no more fields than there were when they were written.
  expect(inOrder(found)).toEqual(expected.map((row, index) => (index < ROWS ? early(row) : row)))
})

/** This reader has two words for NULL. */
function asJson(value: Answer): Answer {
  return JSON.parse(JSON.stringify(value, (_name, inner: Answer) => inner ?? null))
}

/** A row as a file of before the change has it. */
function early({ items, id, byKey, box }: Answer): Answer {
  const parts = items?.map((each: Answer) => each && { sku: each.sku, sizes: each.sizes })
  return { id, items: parts ?? null, byKey, box }
}

describe(pyicebergTitle, () => {
  test.skipIf(!hasPyiceberg)('pyiceberg reads every row, whatever the age of its file', async () => {
    const table = await readWithPyiceberg(await metadataPath(), '--rows')
    expect(table.rows).toBe(expected.length)
    const rows = (table.data ?? []) as Answer[]
    expect(inOrder(rows.map(({ _headwater }) => asPyiceberg(_headwater)))).toEqual(expected.map(asPyiceberg))
  })

  test.skipIf(!hasPyiceberg)('pyarrow reads every file', async () => {
    const paths = JSON.stringify(await dataFiles())
    const rows: Answer[] = JSON.parse(
      await printPython(
        `import json, pyarrow.parquet as pq; print(json.dumps([row["_headwater"] for path in ${paths} for row in pq.read_table(path).to_pylist()]))`,
      ),
    )
    const found = rows.map((row) => ({ ...row, ...mapsOf(row) }))
    expect(inOrder(found)).toEqual(expected.map((row, index) => (index < ROWS ? early(row) : row)))
  })
})

/** pyiceberg 0.10 makes empty lists of NULLs where it has to bring the objects in them up to date. */
function asPyiceberg({ items, byKey, ...rest }: Answer): Answer {
  const lists = Object.entries(byKey ?? {}).map(([key, ids]) => [key, ids ?? []])
  return { ...rest, items: items ?? [], byKey: byKey && Object.fromEntries(lists) }
}

/** Maps come as pairs. */
function mapsOf({ byKey, labels }: Answer): Answer {
  const asObject = (pairs: Answer) => (pairs ? Object.fromEntries(pairs) : pairs)
  return labels === undefined
    ? { byKey: asObject(byKey) }
    : { byKey: asObject(byKey), labels: asObject(labels) }
}

async function metadataPath(): Promise<string> {
  const folder = join(world.server.lakeDir, 'prod', datasetId, 'metadata')
  const version = await readFile(join(folder, 'version-hint.text'), 'utf8')
  return join(folder, `v${version}.metadata.json`)
}

/** Local paths of the files of all batches. */
async function dataFiles(): Promise<string[]> {
  const paths: string[] = []
  for await (const path of glob('**/*.parquet', { cwd: join(world.server.lakeDir, 'prod', datasetId) })) {
    paths.push(join(world.server.lakeDir, 'prod', datasetId, path))
  }
  return paths
}
