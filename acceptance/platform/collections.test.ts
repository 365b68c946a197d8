import type { Answer } from '@headwater/testkit/api-client.ts'
import { queryRows } from '@headwater/testkit/journey.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { statement } from '../conformance/statement.ts'
import { openWorld, type World } from '../conformance/world.ts'
import { issuesOf, landRows, mappingsOf, platformClient, previewRows } from './landed-rows.ts'

/** Arrays, maps and objects from a mapping into the lake, previewed and landed: both must say the same. */

let world: World
let schemaId: string

const INTEGER = { type: 'integer' }
const TEXT = { type: 'string' }
const list = (items: Answer) => ({ type: 'array', items })
const object = (properties: Answer, more: Answer = {}) => ({ type: 'object', properties, ...more })
const map = (additionalProperties: Answer) => ({
  type: 'object',
  'meta:xdmType': 'map',
  additionalProperties,
})

const FIELDS = {
  id: INTEGER,
  text: TEXT,
  truth: { type: 'boolean' },
  number: { type: 'number' },
  half: { type: 'number' },
  whole: INTEGER,
  address: object({ line1: TEXT, city: TEXT, geo: object({ lat: { type: 'number' } }), tags: list(TEXT) }),
  texts: list(TEXT),
  numbers: list(INTEGER),
  matrix: list(list(INTEGER)),
  people: list(object({ name: TEXT, age: INTEGER, mails: list(TEXT) })),
  attributes: map(TEXT),
  lists: map(list(INTEGER)),
  places: map(object({ city: TEXT })),
}

beforeAll(async () => {
  world = await openWorld()
  schemaId = await world.makeSchema(FIELDS)
})

afterAll(() => world?.[Symbol.asyncDispose]())

/** Maps documents both ways: previewed from JSON and landed from a table; returns what both agree on. */
async function agreedRows(documents: readonly Answer[], mappings: readonly Answer[]): Promise<Answer[]> {
  const { rows, data, errors, issues } = await bothWays(documents, mappings)
  expect(data).toEqual(rows)
  expect(errors.length > 0).toBe(Object.keys(issues).length > 0)
  return rows
}

async function bothWays(documents: readonly Answer[], mappings: readonly Answer[]) {
  const tableName = await makeDocuments(documents)
  const all = [...mappingsOf(['id', 'id']), ...mappings]
  const { rows, run } = await landRows(world, { tableName, schemaId, mappings: all })
  expect(run.metrics.statusSummary.status, JSON.stringify(run.metrics)).toBe('success')
  const asked = documents.map((doc, index) => ({ id: index + 1, doc: JSON.stringify(doc) }))
  const previewed = await previewRows(world, { schemaId, mappings: all }, asked)
  const strip = (row: Answer) => ({ ...row._headwater, id: undefined })
  return {
    rows: rows.map(strip),
    data: previewed.map(({ data }) => strip(data)),
    errors: previewed.flatMap((each) => each.errors ?? []),
    issues: issuesOf(run),
  }
}

async function makeDocuments(documents: readonly Answer[]): Promise<string> {
  const name = world.newName('docs').replace(' ', '_')
  await world.source.query(`create table ${name} (id integer primary key, doc json)`)
  for (const [index, doc] of documents.entries()) {
    await world.source.query(`insert into ${name} values ($1, $2)`, [index + 1, JSON.stringify(doc)])
  }
  return `public.${name}`
}

describe('statements', () => {
  statement(127, '`1/2` is 0, `1.0/2` is 0.5, `1/0` nulls the field with a warning.', async () => {
    const mappings = mappingsOf(['=1/2', 'whole'], ['=1.0/2', 'half'], ['=1/0', 'number'])
    const { rows, data, errors, issues } = await bothWays([{}], mappings)
    expect(rows).toEqual([{ whole: 0, half: 0.5 }])
    expect(data).toEqual(rows)
    expect(errors).toMatchObject([{ source: '1/0', exception: expect.stringContaining('Division by zero') }])
    expect(issues).toEqual({ 'MAPPER-3700-400': 1 })
  })

  statement(128, '`a ?: b` and `a ?? b` differ on `0` and `""`.', async () => {
    const mappings = mappingsOf(['=doc.a ?: "other"', 'text'], ['=doc.a ?? "other"', 'texts[0]'])
    expect(await agreedRows([{ a: 0 }, { a: '' }, { a: null }, { a: 'x' }], mappings)).toEqual([
      { text: 'other', texts: ['0'] },
      { text: 'other', texts: [''] },
      { text: 'other', texts: ['other'] },
      { text: 'x', texts: ['x'] },
    ])
  })

  statement(
    129,
    '`x eq null` is true for a missing field; `x lt 5` is false for a missing field.',
    async () => {
      const mappings = mappingsOf(['=doc.x eq null', 'truth'], ['=doc.x lt 5 ? "less" : "not less"', 'text'])
      expect(await agreedRows([{}, { x: 4 }], mappings)).toEqual([
        { truth: true, text: 'not less' },
        { truth: false, text: 'less' },
      ])
    },
  )

  statement(130, '`1 == 1 == 1` is a parse error; `2+3*4 == 14 && not false` is true.', async () => {
    const [right] = await agreedRows([{}], mappingsOf(['=2+3*4 == 14 && not false', 'truth']))
    expect(right).toEqual({ truth: true })
    const mappingSet = {
      outputSchema: { schemaRef: { id: schemaId } },
      mappings: mappingsOf(['=1 == 1 == 1', 'truth']),
    }
    const { body } = await platformClient(world).post(
      '/data/foundation/conversion/mappingSets/validate',
      mappingSet,
    )
    expect(body.validationResponse).toMatchObject([{ status: 'FAILED' }])
  })

  statement(136, '`iif(c, nullify(), x)` leaves the attribute absent.', async () => {
    const mappings = mappingsOf(
      ['=iif(doc.hide, nullify(), doc.name)', 'text'],
      ['=iif(doc.hide, nullify(), doc.name)', 'people[0].name'],
      ['doc.name', 'address.city'],
      ['=iif(doc.hide, nullify(), "x")', 'attributes.key'],
    )
    expect(
      await agreedRows(
        [
          { hide: true, name: 'Ada' },
          { hide: false, name: 'Ada' },
        ],
        mappings,
      ),
    ).toEqual([
      { address: { city: 'Ada' } },
      { text: 'Ada', people: [{ name: 'Ada' }], address: { city: 'Ada' }, attributes: { key: 'x' } },
    ])
  })

  statement(
    137,
    'Object copy carries unmapped equally named children; specific paths override.',
    async () => {
      const address = { line1: 'one', city: 'Paris', extra: 1, geo: { lat: 1.5, lon: 2 }, tags: ['a', 'b'] }
      const mappings = mappingsOf(
        ['doc.own', 'address.city'],
        ['doc.address', 'address'],
        ['doc.tag', 'address.tags[1]'],
      )
      const rows = await agreedRows(
        [
          { address, own: 'Rome', tag: 'c' },
          { address },
          { own: 'Rome' },
          { address: { geo: {}, tags: [] } },
        ],
        mappings,
      )
      expect(rows).toEqual([
        { address: { line1: 'one', city: 'Rome', geo: { lat: 1.5 }, tags: ['a', 'c'] } },
        { address: { line1: 'one', geo: { lat: 1.5 }, tags: ['a', null] } },
        { address: { city: 'Rome' } },
        { address: { tags: [] } },
      ])
    },
  )

  statement(138, '`list[0]` and `[*]` destinations build arrays.', async () => {
    const mappings = mappingsOf(
      ['doc.first', 'texts[0]'],
      ['doc.third', 'texts[2]'],
      ['doc.users[*].n', 'people[*].name'],
      ['doc.users[*].years', 'people[*].age'],
      ['doc.oldest', 'people[1].age'],
      ['doc.users[*].mails[*].at', 'people[*].mails[*]'],
    )
    const users = [{ n: 'Ada', years: 36, mails: [{ at: 'a@b' }, {}] }, { n: 'Bob', mails: [] }, { years: 7 }]
    expect(
      await agreedRows([{ first: 'a', third: 'c', users, oldest: 99 }, { users: [] }, {}], mappings),
    ).toEqual([
      {
        texts: ['a', null, 'c'],
        people: [
          { name: 'Ada', age: 36, mails: ['a@b', null] },
          { name: 'Bob', age: 99, mails: [] },
          { age: 7 },
        ],
      },
      { people: [] },
      {},
    ])
  })

  statement(
    140,
    'A look-around regex falls back to the interpreter or is rejected, never silently wrong.',
    async () => {
      const mappings = mappingsOf(
        [String.raw`=extract_regex(doc.s, "(?<=€)(\\d+)(?!\\d|,)")`, 'texts'],
        ['=matches_regex(doc.s, "(?=.*b)a.*")', 'truth'],
      )
      const { rows, data, errors } = await bothWays([{ s: 'a €12, €34' }, { s: 'ab' }], mappings)
      expect(rows).toEqual([
        { texts: ['34', '34'], truth: false },
        { texts: [], truth: true },
      ])
      expect(data).toEqual(rows)
      expect(errors).toEqual([])
      const possessive = mappingsOf(['=extract_regex(doc.s, "a*+b")', 'address.tags'])
      await expect(world.makeMapping(schemaId, possessive)).rejects.toThrow(
        'Possessive quantifiers are not supported',
      )
    },
  )
})

describe('whole collections', () => {
  test('arrays go to arrays item by item, objects to objects by name, anything else to nothing', async () => {
    const mappings = mappingsOf(
      ['doc.texts', 'texts'],
      ['doc.numbers', 'numbers'],
      ['doc.matrix', 'matrix'],
      ['doc.people', 'people'],
    )
    const { rows, data, errors } = await bothWays(
      [
        {
          texts: ['a', 1, 2.5, true, null, { x: 1 }],
          numbers: [1, '2', ' 3 ', 4.0, '5.5', 2147483648, null, 'x', ''],
          matrix: [[1, 2], [], null, [null], 5],
          people: [{ name: 'Ada', age: '36', more: 1, mails: ['a'] }, {}, null, 'Bob', { mails: 'no' }],
        },
        { texts: 'text', numbers: 1, matrix: {}, people: [] },
      ],
      mappings,
    )
    expect(rows).toEqual([
      {
        texts: ['a', '1', '2.5', 'true', null, null],
        numbers: [1, 2, 3, 4, null, null, null, null, null],
        matrix: [[1, 2], [], null, [null], null],
        people: [{ name: 'Ada', age: 36, mails: ['a'] }, {}, null, null, {}],
      },
      { people: [] },
    ])
    expect(data).toEqual(rows)
    const messages = errors.map(({ exception }) => exception).join('\n')
    expect(messages).toContain('Cannot convert array element from Object to String')
    expect(messages).toContain('destination path _headwater.numbers[*]. The expected data type was: INTEGER')
    expect(messages).toContain('The expected data type was: ARRAY, actual data type was: STRING')
  })

  test('maps come from objects, functions and keys of their own', async () => {
    const mappings = mappingsOf(
      ['doc.m', 'attributes'],
      ['=to_map("a", doc.n, "b", doc.n + 1)', 'lists.sums[0]'],
      ['doc.lists', 'lists'],
      ['=array_to_map(doc.places, "kind")', 'places'],
      ['doc.work', 'places.work.city'],
    )
    const { rows, data, errors } = await bothWays(
      [
        {
          m: { a: 'x', b: null, c: 1 },
          n: 1,
          lists: { one: [1], none: [], null: null },
          places: [{ kind: 'home', city: 'Paris' }, { kind: 'work' }],
          work: 'Rome',
        },
        { m: {}, lists: {} },
      ],
      mappings,
    )
    expect(rows).toEqual([
      {
        attributes: { a: 'x', b: null, c: '1' },
        lists: { one: [1], none: [], null: null, sums: [null] },
        places: { home: { city: 'Paris' }, work: { city: 'Rome' } },
      },
      { attributes: {}, lists: {} },
    ])
    expect(data).toEqual(rows)
    expect(errors.map(({ source }) => source)).toEqual(Array(2).fill(expect.stringContaining('to_map')))
  })

  test('json_to_object gives typed lists and objects', async () => {
    const mappings = mappingsOf(
      ['=json_to_object(doc.json).people', 'people'],
      ['=json_to_object(doc.json).address', 'address'],
      ['=json_to_object(doc.json)', 'attributes'],
    )
    const json = JSON.stringify({
      people: [{ name: 'Ada', age: 36 }],
      address: { city: 'Paris', tags: ['x'] },
    })
    const { rows, data } = await bothWays([{ json }, { json: 'no JSON' }, {}], mappings)
    expect(rows).toEqual([
      {
        people: [{ name: 'Ada', age: 36 }],
        address: { city: 'Paris', tags: ['x'] },
        attributes: { people: null, address: null },
      },
      {},
      {},
    ])
    expect(data).toEqual(rows)
  })

  test("PostgreSQL's arrays become arrays", async () => {
    await world.source.query(`create table arrays (id integer, texts text[], numbers bigint[], matrix integer[], flags boolean[]);
      insert into arrays values
        (1, '{a,"b,\\"c",NULL,"NULL",""}', '{1,-2,NULL}', '{{1,2},{3,NULL}}', '{t,f,NULL}'),
        (2, '{}', '{7,8}', null, null)`)
    const mappings = mappingsOf(
      ['id', 'id'],
      ['texts', 'texts'],
      ['numbers', 'numbers'],
      ['matrix', 'matrix'],
      ['=size_of(flags)', 'whole'],
      ['=flags[0]', 'truth'],
      ['texts[1]', 'text'],
    )
    const { rows } = await landRows(world, { tableName: 'public.arrays', schemaId, mappings })
    expect(rows.map(({ _headwater }) => _headwater)).toEqual([
      {
        id: 1,
        texts: ['a', 'b,"c', null, 'NULL', ''],
        numbers: [1, -2, null],
        matrix: [
          [1, 2],
          [3, null],
        ],
        whole: 3,
        truth: true,
        text: 'b,"c',
      },
      { id: 2, texts: [], numbers: [7, 8] },
    ])
  })

  test('queries see lists, maps and objects, and long integers in them as text', async () => {
    const long = { type: 'integer', minimum: -(2 ** 53), maximum: 2 ** 53 }
    const longs = await world.makeSchema({ id: INTEGER, longs: list(long), byKey: map(object({ n: long })) })
    await world.source.query(
      `create table longs (id integer, longs bigint[]); insert into longs values (1, '{9007199254740993}')`,
    )
    const { datasetId } = await landRows(world, {
      tableName: 'public.longs',
      schemaId: longs,
      mappings: mappingsOf(['id', 'id'], ['longs', 'longs'], ['longs[0]', 'byKey.k.n']),
    })
    const [row] = await queryRows(
      world.server.client,
      `select _headwater.longs, _headwater.byKey, _headwater.byKey['k'].n + 1, len(_headwater.longs) from "${datasetId}"`,
    )
    const exact = '9007199254740993'
    expect(row).toEqual([[exact], { k: { n: exact } }, '9007199254740994', '1'])
  })
})
