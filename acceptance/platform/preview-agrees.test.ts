import type { Answer } from '@headwater/testkit/api-client.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { statement } from '../conformance/statement.ts'
import { openWorld, type World } from '../conformance/world.ts'
import { landRows, mappingsOf, platformClient, previewRows } from './landed-rows.ts'

/** Made-up rows through made-up mappings, previewed over HTTP and landed: both must give the same. */

let world: World

beforeAll(async () => {
  world = await openWorld()
})

afterAll(() => world?.[Symbol.asyncDispose]())

const INTEGER = { type: 'integer' }
const TEXT = { type: 'string' }
const OBJECT = {
  type: 'object',
  required: ['name'],
  properties: {
    name: TEXT,
    n: INTEGER,
    on: { type: 'boolean', default: false },
    tags: { type: 'array', items: TEXT },
  },
}
const map = (additionalProperties: Answer) => ({
  type: 'object',
  'meta:xdmType': 'map',
  additionalProperties,
})

/** The same numbers on every run; FUZZ_SEED gives others. */
const SEED = Number(process.env['FUZZ_SEED'] ?? 139)

class Random {
  #state: number

  constructor(seed: number) {
    this.#state = seed
  }

  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T
  }

  list<T>(maxLength: number, make: () => T): T[] {
    return Array.from({ length: this.below(maxLength + 1) }, make)
  }
}

/** What the rows are made of: types that JSON and PostgreSQL have in common. */
const TEXTS = [
  null,
  '',
  'a',
  'Ada Lovelace',
  '12',
  '-7.50',
  'true',
  'YES',
  '2020-02-29',
  '2019-10-23 11:24',
  '10/23/2019',
  'k1 - v1 ; k2 - v2',
  'a,b,,c',
  'https://user@example.org:8080/a/b.html?q=1&r=%20#top',
  '{"a":[1,"2",null],"b":{"c":"d"}}',
  '[{"name":"x","n":1},{"name":null},null]',
  'event1=5:123,event2',
  ';product;2;9.99;event1=2|event2;evar1=x,cat;other',
  'éü€𝄞',
  '(?<=a)b+',
]

function randomJson(random: Random, depth: number): Answer {
  const kind = random.below(depth > 0 ? 9 : 6)
  if (kind < 3) return random.pick(TEXTS)
  if (kind === 3) return random.pick([0, 1, -1, 42, 2147483648, 1.5, -0.25, 123456789.125])
  if (kind === 4) return random.pick([true, false, null])
  if (kind === 5) return random.pick([[], {}, null])
  if (kind < 8) return random.list(3, () => randomJson(random, depth - 1))
  const names = ['name', 'n', 'on', 'tags', 'a', 'b', 'k']
  return Object.fromEntries(random.list(5, () => [random.pick(names), randomJson(random, depth - 1)]))
}

interface Row {
  readonly id: number
  readonly t: string | null
  readonly u: string | null
  readonly n: number | null
  readonly d: number | null
  readonly f: boolean | null
  /** The text of some JSON. */
  readonly j: string | null
}

function randomRow(random: Random, id: number): Row {
  return {
    id,
    t: random.pick(TEXTS),
    u: random.pick(TEXTS),
    n: random.pick([null, 0, 1, 2, -3, 17, 100000, 2147483647]),
    // Doubles that JSON doesn't take for integers.
    d: random.pick([null, 0.5, -2.25, 1e-7, 123456.789]),
    f: random.pick([null, true, false]),
    j: random.below(8) === 0 ? null : JSON.stringify(randomJson(random, 3)),
  }
}

async function makeTable(rows: readonly Row[]): Promise<string> {
  const name = world.newName('fuzz').replace(' ', '_')
  await world.source.query(
    `create table ${name} (id integer primary key, t text, u text, n integer, d double precision, f boolean, j json)`,
  )
  await world.source.query(
    `insert into ${name} select id, t, u, n, d, f, j::json
       from json_to_recordset($1) as r(id integer, t text, u text, n integer, d double precision, f boolean, j text)`,
    [JSON.stringify(rows)],
  )
  return `public.${name}`
}

interface Agreement {
  readonly landed: number
  readonly rejected: number
  /** Values that were there, in all rows. */
  readonly values: number
}

/** Expects preview and run to agree on every row: the same record, or set aside by the one and told of by the other. */
async function expectAgreement(
  fields: Answer,
  mappings: readonly Answer[],
  rows: readonly Row[],
): Promise<Agreement> {
  const schemaId = await world.makeSchema({ id: INTEGER, ...fields })
  const all = [...mappingsOf(['id', 'id']), ...mappings]
  const [previewed, landing] = await Promise.all([
    previewRows(world, { schemaId, mappings: all }, rows),
    landRows(world, {
      tableName: await makeTable(rows),
      schemaId,
      mappings: all,
      options: { errorDiagnosticsEnabled: true, partialIngestionPercent: 100 },
    }),
  ])
  const landed = new Map(landing.rows.map((row) => [row._headwater.id, row]))
  expect(landing.run.metrics.recordSummary.inputRecordCount).toBe(rows.length)
  for (const [index, { data, errors }] of previewed.entries()) {
    const { id } = rows[index] as Row
    const about = () =>
      `row ${JSON.stringify(rows[index])}\nmappings ${JSON.stringify(all)}\nerrors ${JSON.stringify(errors)}`
    const isRefused =
      errors?.some(({ exception }) => /^The (?:required|value of the) field /.test(exception)) ?? false
    expect(landed.has(id), about()).toBe(!isRefused)
    if (landed.has(id)) expect(normal(landed.get(id)), about()).toEqual(normal(data))
  }
  const values = [...landed.values()].reduce((sum, row) => sum + Object.keys(row._headwater).length - 1, 0)
  return { landed: landed.size, rejected: rows.length - landed.size, values }
}

/** Long integers and decimals are numbers in the one and texts in the other, dates have more or fewer zeros. */
function normal(value: Answer): Answer {
  if (Array.isArray(value)) return value.map(normal)
  if (typeof value === 'number') return String(value)
  if (typeof value === 'string')
    return /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value) ? new Date(value).toISOString() : value
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, normal(inner)]))
}

/** Give something else whenever they are asked. */
const UNDETERMINED = new Set(['now', 'timestamp', 'uuid', 'guid'])

const ARGUMENTS: Readonly<Record<string, readonly string[]>> = {
  string: [
    't',
    'u',
    'n',
    '"a"',
    '"-"',
    '","',
    '"[a-c]+"',
    '"yyyy-MM-dd"',
    '"month"',
    '"UTF-8"',
    'null',
    'j.name',
  ],
  number: ['n', 'd', '0', '1', '2.5', 't'],
  integer: ['n', '0', '1', '3', '-1', 't'],
  boolean: ['f', 'true', 'n > 1', 'null'],
  array: ['j', 'j.tags', 'split(t, ",")', '[1, "b", null]', 'to_array(true, t, n)'],
  object: ['j', 'j.b', '{"a": t, "b": n}', 'str_to_object(t, "-", ";")', 'json_to_object(t)'],
  map: ['j', 'to_map("a", t, "b", u)', 'to_map("k1", n)'],
  date: ['date(t)', 'date("2020-02-29")', 'date(u)', 't'],
  any: ['t', 'n', 'd', 'f', 'j', 'j.a', '[t, u]', 'null', '"x"'],
}

interface Listed {
  readonly function: string
  readonly syntax: string
  readonly returnType: string
  readonly params: readonly { readonly name: string; readonly type: string; readonly dataType: string }[]
}

/** A call with made-up arguments that are mostly of the right types. */
function randomCall(random: Random, { function: name, syntax, params }: Listed): string {
  const isOptional = (param: string) => syntax.includes(`[${param}]`)
  const given = params.filter((param) => !isOptional(param.name) || random.below(2) === 0)
  const repeated = params.filter(({ dataType }) => dataType.endsWith('[]'))
  const more = repeated.length === 0 ? [] : random.list(2, () => repeated).flat()
  const args = [...given, ...more].map(({ type, name: param }) => {
    if (param === 'key' || param === 'path') return random.pick(['"a"', '"name"', '"k1"'])
    const kind = random.below(8) === 0 ? 'any' : type
    return random.pick(ARGUMENTS[kind] ?? (ARGUMENTS['any'] as readonly string[]))
  })
  return `${name}(${args.join(', ')})`
}

/** A call that is not refused for constants which cannot work. */
async function possibleCall(random: Random, entry: Listed): Promise<string> {
  for (;;) {
    const expression = randomCall(random, entry)
    const { body } = await platformClient(world).post('/data/foundation/conversion/languages/el/validate', {
      expression,
    })
    if (body.validationStatus === 'succeeded') return expression
  }
}

statement(
  139,
  'The SQL-compiled and the interpreted result agree on every T/W function for a fuzzed input set.',
  async () => {
    const random = new Random(SEED)
    const { body } = await platformClient(world).get('/data/foundation/conversion/languages/el/functions')
    const functions = (body as Listed[]).filter((entry) => !UNDETERMINED.has(entry.function))
    expect(functions.length).toBeGreaterThan(80)
    // Every call goes to a text, a list and a map: what a function gives has a place in one of them.
    const fields = Object.fromEntries(
      functions.flatMap((_entry, index) => [
        [`t${index}`, TEXT],
        [`l${index}`, { type: 'array', items: TEXT }],
        [`m${index}`, map(TEXT)],
      ]),
    )
    const calls: string[] = []
    for (const entry of functions) calls.push(await possibleCall(random, entry))
    const mappings = calls.flatMap((call, index) =>
      ['t', 'l', 'm'].map((kind) => mappingsOf([`=${call}`, `${kind}${index}`])[0]),
    )
    const rows = Array.from({ length: 60 }, (_, index) => randomRow(random, index + 1))
    const { landed, values } = await expectAgreement(fields, mappings, rows)
    expect(landed).toBe(rows.length)
    // Not a comparison of nothing with nothing.
    expect(values).toBeGreaterThan(rows.length * functions.length * 0.4)
  },
)

const FIELDS = {
  text: TEXT,
  enum: { ...TEXT, enum: ['a', '12', 'Ada Lovelace'], default: 'a' },
  whole: { ...INTEGER, minimum: -10, maximum: 100000 },
  number: { type: 'number' },
  truth: { type: 'boolean', default: true },
  day: { ...TEXT, format: 'date' },
  moment: { ...TEXT, format: 'date-time' },
  money: { type: 'number', 'meta:lakeType': 'decimal(12,2)' },
  long: { ...INTEGER, minimum: -(2 ** 53), maximum: 2 ** 53 },
  object: {
    type: 'object',
    properties: { inner: OBJECT, list: { type: 'array', items: OBJECT }, text: { ...TEXT, maxLength: 5 } },
  },
  texts: { type: 'array', items: TEXT },
  numbers: { type: 'array', items: INTEGER },
  moments: { type: 'array', items: { ...TEXT, format: 'date-time' } },
  objects: { type: 'array', items: OBJECT },
  matrix: { type: 'array', items: { type: 'array', items: { type: 'number' } } },
  attributes: map(TEXT),
  counts: map(INTEGER),
  lists: map({ type: 'array', items: OBJECT }),
}

const DESTINATIONS = [
  ...Object.keys(FIELDS),
  'object.inner',
  'object.inner.name',
  'object.inner.n',
  'object.inner.tags',
  'object.inner.tags[0]',
  'object.list',
  'object.list[0].name',
  'object.list[*].n',
  'object.text',
  'texts[0]',
  'texts[3]',
  'texts[*]',
  'numbers[1]',
  'objects[0]',
  'objects[1].name',
  'objects[*].name',
  'objects[*].tags',
  'objects[*].tags[*]',
  'matrix[0]',
  'matrix[*][*]',
  'attributes.key',
  'counts.a',
  'lists.k1',
  'lists.k1[0].name',
  'lists.k2[*].on',
]

const SOURCES = [
  't',
  'u',
  'n',
  'd',
  'f',
  'j',
  'j.name',
  'j.tags',
  'j.a',
  'j.b',
  'j.k',
  'j[0]',
  'j[*]',
  'j[*].name',
  'j[*].n',
  'j.a[*].n',
  'j.tags[*][*]',
  '=n + 1',
  '=t ?? u',
  '=iif(f, nullify(), t)',
  '=iif(f, j, nullify())',
  '=to_map("a", t, "b", n)',
  '=to_object("name", t, "n", n, "tags", split(u, ","))',
  '=to_array(true, to_object("name", t), null, j)',
  '=json_to_object(t)',
  '=array_to_map(j, "name")',
  '=arrays_to_objects("name", split(t, ","), "n", [1, 2])',
  '=j.tags[0]',
  '=j[*].name',
  '=date(t)',
  '=n / 0',
]

test(`mappings to everything that a schema can hold, seed ${SEED}`, async () => {
  let [landed, rejected] = [0, 0]
  for (let round = 0; round < 12; round++) {
    const random = new Random(SEED * 1000 + round)
    const destinations = new Set(random.list(18, () => random.pick(DESTINATIONS)))
    const pairs = [...destinations].map((destination) => [random.pick(SOURCES), destination] as const)
    const rows = Array.from({ length: 90 }, (_, index) => randomRow(random, index + 1))
    // A number can't be meant for an object or an array, and is refused before anything runs.
    const mappings = mappingsOf(...pairs.filter(([source, destination]) => !isRefused(source, destination)))
    const agreement = await expectAgreement(FIELDS, mappings, rows)
    landed += agreement.landed
    rejected += agreement.rejected
  }
  expect(landed).toBeGreaterThan(100)
  expect(rejected).toBeGreaterThan(50)
}, 120_000)

const WITH_PARTS =
  /^(?:object|texts|numbers|moments|objects|matrix|attributes|counts|lists)$|inner$|list$|tags$|\[\d\]$|k1$/

function isRefused(source: string, destination: string): boolean {
  return /^[ndf]$/.test(source) && WITH_PARTS.test(destination)
}
