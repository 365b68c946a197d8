import type { Answer } from '@headwater/testkit/api-client.ts'
import { CATALOG, REGISTRY } from '@headwater/testkit/journey.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { statement } from '../conformance/statement.ts'
import { openWorld, type World } from '../conformance/world.ts'
import { issuesOf, landRows, mappingsOf, platformClient, previewRows } from './landed-rows.ts'

/** What the schema wants of a row: those that break it are set aside with the reason, the others land. */

let world: World

const TOLERANT = { errorDiagnosticsEnabled: true, partialIngestionPercent: 100 }
const INTEGER = { type: 'integer' }
const TEXT = { type: 'string' }

beforeAll(async () => {
  world = await openWorld()
})

afterAll(() => world?.[Symbol.asyncDispose]())

interface Outcome {
  readonly run: Answer
  readonly rows: readonly Answer[]
  /** Source rows with `_errors`, in the order of their ids. */
  readonly rejected: readonly Answer[]
  readonly batchId: string
  readonly schemaId: string
}

/** Lands rows `{id, doc}` whose documents are given. */
async function land(
  fields: Answer,
  mappings: readonly Answer[],
  documents: readonly Answer[],
  options: Answer = TOLERANT,
): Promise<Outcome> {
  const schemaId = await world.makeSchema({ id: INTEGER, ...fields })
  const name = world.newName('rows').replace(' ', '_')
  await world.source.query(`create table ${name} (id integer primary key, doc json)`)
  for (const [index, doc] of documents.entries()) {
    await world.source.query(`insert into ${name} values ($1, $2)`, [index + 1, JSON.stringify(doc)])
  }
  const all = [...mappingsOf(['id', 'id']), ...mappings]
  const { run, rows, batchId } = await landRows(world, {
    tableName: `public.${name}`,
    schemaId,
    mappings: all,
    options,
  })
  const rejected = options === TOLERANT ? await rejectedRows(batchId) : []
  return { run, rows: rows.map((row) => row._headwater), rejected, batchId, schemaId }
}

async function rejectedRows(batchId: string): Promise<Answer[]> {
  const client = platformClient(world)
  const folder = `/data/foundation/export/batches/${batchId}/meta?path=row_errors`
  const { body } = await client.get(folder)
  const files: Answer[] = body.data ?? []
  const texts = await Promise.all(
    files.map(async ({ name }) => (await client.get(`${folder}${encodeURIComponent(`/${name}`)}`)).text),
  )
  const rows = texts.flatMap((text) => text.trimEnd().split('\n')).map((line) => JSON.parse(line))
  return rows.toSorted((a, b) => a.id - b.id)
}

/** Per rejected row: id and the codes of its errors. */
function codesOf(rejected: readonly Answer[]): Answer[] {
  return rejected.map(({ id, _errors }) => [id, ..._errors.map(({ code }: Answer) => code)])
}

const idsOf = (rows: readonly Answer[]) => rows.map(({ id }) => id)

describe('statements', () => {
  statement(
    98,
    'A row with an unmappable optional value is stored with that field null and counts as written.',
    async () => {
      const fields = { count: INTEGER, note: TEXT }
      const mappings = mappingsOf(['doc.count', 'count'], ['doc.note', 'note'])
      const { run, rows } = await land(fields, mappings, [{ count: 'many', note: 'n' }, { count: 2 }])
      expect(rows).toEqual([
        { id: 1, note: 'n' },
        { id: 2, count: 2 },
      ])
      expect(run.metrics.recordSummary).toMatchObject({
        inputRecordCount: 2,
        outputRecordCount: 2,
        failedRecordCount: 0,
      })
      expect(issuesOf(run)).toEqual({ 'MAPPER-3700-400': 1 })
    },
  )

  statement(
    99,
    'A row with a null required field is rejected under `INGEST-1555-400` with `recordCount`.',
    async () => {
      const fields = {
        customer: { type: 'object', required: ['name'], properties: { name: TEXT, city: TEXT } },
      }
      const { rows, rejected, batchId } = await land(
        fields,
        mappingsOf(['doc.name', 'customer.name'], ['doc.city', 'customer.city']),
        [{ name: 'Ada', city: 'London' }, { city: 'Paris' }, {}, { name: null, city: 'Rome' }],
      )
      // An object that is not there needs no name.
      expect(idsOf(rows)).toEqual([1, 3])
      expect(codesOf(rejected)).toEqual([
        [2, 'INGEST-1555-400'],
        [4, 'INGEST-1555-400'],
      ])
      const { body } = await platformClient(world).get(`${CATALOG}/batches/${batchId}`)
      expect(body[batchId].errors).toEqual(
        expect.arrayContaining([
          expect.objectContaining({
            code: 'INGEST-1555-400',
            recordCount: 2,
            description: 'The required field _headwater.customer.name has no value',
          }),
        ]),
      )
    },
  )
})

/** A field's schema, values that are allowed, values that are not, and the code of those. */
const RULES: readonly (readonly [
  what: string,
  field: Answer,
  good: Answer[],
  bad: Answer[],
  code: string,
])[] = [
  ['enum', { ...TEXT, enum: ['red', 'green'] }, ['red', null], ['RED', '', 'blue'], 'HW-SCHEMA-ENUM'],
  ['an enum of numbers', { ...INTEGER, enum: [1, 2] }, [1, '2'], [3, '0'], 'HW-SCHEMA-ENUM'],
  [
    'pattern',
    { ...TEXT, pattern: '^[A-Z]{2}-\\d+$' },
    ['AB-1'],
    ['ab-1', 'AB-', 'xAB-1'],
    'HW-SCHEMA-PATTERN',
  ],
  ['a pattern anywhere', { ...TEXT, pattern: 'b+' }, ['abc'], ['ac'], 'HW-SCHEMA-PATTERN'],
  ['minLength', { ...TEXT, minLength: 2 }, ['ab', 'éé'], ['a', '𝄞'], 'HW-SCHEMA-LENGTH'],
  ['maxLength', { ...TEXT, maxLength: 2 }, ['', 'ab', '𝄞𝄞'], ['abc'], 'HW-SCHEMA-LENGTH'],
  ['minimum and maximum', { ...INTEGER, minimum: 1, maximum: 10 }, [1, '10'], [0, 11], 'HW-SCHEMA-RANGE'],
  [
    'bounds of doubles',
    { type: 'number', minimum: 0, exclusiveMaximum: 1 },
    [0, 0.999],
    [-0.001, 1],
    'HW-SCHEMA-RANGE',
  ],
  [
    'bounds of decimals',
    { type: 'number', 'meta:lakeType': 'decimal(12,2)', minimum: 0.5, maximum: 9.99 },
    [0.5, '9.99'],
    [0.49, 10],
    'HW-SCHEMA-RANGE',
  ],
  ['a byte', { ...INTEGER, minimum: -128, maximum: 128 }, [-128, 127], [128, -129], 'HW-SCHEMA-RANGE'],
  ['a short', { ...INTEGER, minimum: -32768, maximum: 32768 }, [32767], [32768, -32769], 'HW-SCHEMA-RANGE'],
  [
    'an email address',
    { ...TEXT, format: 'email' },
    ['a.b+c@example.org', '"a b"@x.y'],
    ['a@b@c', 'a b@c.d', '@c.d', 'a@', 'a..b@c.d', 'text'],
    'HW-SCHEMA-FORMAT',
  ],
  [
    'a URI',
    { ...TEXT, format: 'uri' },
    ['https://x.y/z?q=ü#f', 'urn:x:1'],
    ['/path', 'a b:c', 'x:%zz'],
    'HW-SCHEMA-FORMAT',
  ],
  [
    'IP addresses',
    { ...TEXT, format: 'ipv4' },
    ['0.0.0.0', '255.10.1.9'],
    ['256.1.1.1', '1.2.3', '1.2.3.4.', '01.2.3.4.5'],
    'HW-SCHEMA-FORMAT',
  ],
  [
    'IPv6',
    { ...TEXT, format: 'ipv6' },
    ['::', '::1', '2001:db8::ff00:42:8329', '::ffff:1.2.3.4', '1:2:3:4:5:6:7:8'],
    ['1:2:3:4:5:6:7', '1::2::3', ':::', '12345::', '1:2:3:4:5:6:7:8:9'],
    'HW-SCHEMA-FORMAT',
  ],
]

describe('rules of a field', () => {
  test('are kept at the top, in an object, in the items of a list and in the values of a map', async () => {
    const fields: Answer = {}
    const mappings: Answer[] = []
    const documents: Answer[] = []
    const expected: Answer[] = []
    const add = (doc: Answer, codes: readonly string[]) => {
      documents.push(doc)
      if (codes.length > 0) expected.push([documents.length, ...codes])
    }
    RULES.forEach(([, field, good, bad, code], index) => {
      const names = ['top', 'in', 'list', 'map'].map((kind) => `${kind}${index}`) as [
        string,
        string,
        string,
        string,
      ]
      fields[names[0]] = field
      fields[names[1]] = { type: 'object', properties: { f: field } }
      fields[names[2]] = { type: 'array', items: { type: 'object', properties: { f: field } } }
      fields[names[3]] = { type: 'object', 'meta:xdmType': 'map', additionalProperties: field }
      mappings.push(
        ...mappingsOf(
          [`doc.${names[0]}`, names[0]],
          [`doc.${names[0]}`, `${names[1]}.f`],
          [`doc.${names[2]}`, names[2]],
          [`doc.${names[3]}`, names[3]],
        ),
      )
      add({ [names[2]]: good.map((f) => ({ f })), [names[3]]: { ...good } }, [])
      for (const value of good) add({ [names[0]]: value }, [])
      for (const value of bad) {
        // What is empty is no number at all, and no value breaks a rule that is not there.
        add({ [names[0]]: value }, [code, code])
        add({ [names[2]]: [{ f: good[0] }, { f: value }] }, [code])
        add({ [names[3]]: { k: value } }, [code])
      }
    })
    const { rows, rejected, run, schemaId } = await land(fields, mappings, documents)
    expect(codesOf(rejected)).toEqual(expected)
    const isRejected = new Set(expected.map(([id]) => id))
    const kept = documents.map((_doc, index) => index + 1).filter((id) => !isRejected.has(id))
    expect(rows.length).toBe(Math.min(100, kept.length))
    expect(run.metrics.recordSummary).toMatchObject({
      inputRecordCount: documents.length,
      outputRecordCount: kept.length,
      failedRecordCount: expected.length,
    })
    // The preview says of each row what the run does with it.
    const previewed = await previewRows(
      world,
      { schemaId, mappings },
      documents.map((doc) => ({ doc: JSON.stringify(doc) })),
    )
    const told = previewed.flatMap(({ errors }, index) => (errors === null ? [] : [index + 1]))
    expect(told).toEqual(expected.map(([id]) => id))
  })

  test('say in the diagnosis which field, which rule and where the value came from', async () => {
    const fields = { colour: { ...TEXT, enum: ['red', 'green'] } }
    const { rejected, run } = await land(fields, mappingsOf(['doc.c', 'colour']), [{ c: 'blue' }])
    expect(rejected).toEqual([
      {
        id: 1,
        doc: '{"c":"blue"}',
        _filename: expect.stringMatching(/_errors_0\.json$/),
        _errors: [
          {
            column: 'doc.c',
            code: 'HW-SCHEMA-ENUM',
            field: '_headwater.colour',
            rule: 'enum: "red", "green"',
            values: [{ column: 'doc', text: '{"c":"blue"}' }],
            message:
              'The value of the field _headwater.colour is not one of "red", "green". It comes from doc.c.',
          },
        ],
        _source: expect.objectContaining({ key: { id: '1' } }),
      },
    ])
    expect(issuesOf(run)).toEqual({ 'INGEST-1212-400': 1, 'HW-SCHEMA-ENUM': 1 })
  })

  test('are counted by rows, however many items of a list break them', async () => {
    const colours = { type: 'array', items: { ...TEXT, enum: ['red'] } }
    const { rejected, run } = await land(
      { colours, counts: { type: 'array', items: INTEGER } },
      mappingsOf(['doc.c', 'colours'], ['doc.n', 'counts']),
      [{ c: ['x', 'red', 'y', 'z'] }, { n: ['a', 'b', 1] }, { n: ['c'] }],
    )
    expect(codesOf(rejected)).toEqual([[1, 'HW-SCHEMA-ENUM']])
    expect(issuesOf(run)).toEqual({ 'INGEST-1212-400': 1, 'HW-SCHEMA-ENUM': 1, 'MAPPER-3700-400': 2 })
  })

  test('fail the batch from the first broken row on, unless some are tolerated', async () => {
    const fields = { colour: { ...TEXT, enum: ['red'] } }
    const mappings = mappingsOf(['doc.c', 'colour'])
    const { run, rows } = await land(fields, mappings, [{ c: 'red' }, { c: 'blue' }], {})
    expect(run.metrics.statusSummary.status).toBe('failed')
    expect(rows).toEqual([])
  })
})

describe('what has to be there', () => {
  const NEEDY = {
    type: 'object',
    required: ['a', 'inner'],
    properties: {
      a: TEXT,
      b: TEXT,
      inner: { type: 'object', required: ['x'], properties: { x: TEXT, y: TEXT } },
    },
  }

  test('is asked of objects that are there, at any depth', async () => {
    const { rows, rejected } = await land(
      { o: NEEDY, l: { type: 'array', items: NEEDY } },
      mappingsOf(['doc.o', 'o'], ['doc.l', 'l']),
      [
        { o: { a: '1', inner: { x: '1' } }, l: [{ a: '1', inner: { x: '1' } }] },
        {},
        { o: {}, l: [null] },
        { o: { b: '1' } },
        { o: { a: '1', inner: { y: '1' } } },
        { l: [{}] },
        { l: [{ a: '1', inner: {} }] },
      ],
    )
    expect(idsOf(rows)).toEqual([1, 2, 3])
    const paths = rejected.map(({ id, _errors }) => [
      id,
      ..._errors.map(({ message }: Answer) => message.match(/field (\S+)/)[1]),
    ])
    expect(paths).toEqual([
      [4, '_headwater.o.a', '_headwater.o.inner'],
      [5, '_headwater.o.inner.x'],
      [6, '_headwater.l[*].a', '_headwater.l[*].inner'],
      [7, '_headwater.l[*].inner.x'],
    ])
  })

  test('can not be there when nothing is mapped to it', async () => {
    const { rows, rejected } = await land({ o: NEEDY }, mappingsOf(['doc.b', 'o.b']), [{ b: '1' }, {}])
    expect(idsOf(rows)).toEqual([2])
    expect(rejected[0]._errors.map(({ message }: Answer) => message)).toEqual([
      'The required field _headwater.o.a has no value',
      'The required field _headwater.o.inner has no value',
    ])
  })
})

describe('the primary identity', () => {
  const group = { type: 'object', properties: { key: TEXT, note: TEXT } }

  test('is required of every row', async () => {
    const schemaId = await world.makeSchema({ id: INTEGER, who: group })
    await identify(schemaId, '/_headwater/who/key')
    await world.source.query(`create table keys (id integer, key text, note text);
      insert into keys values (1, 'k', 'n'), (2, null, 'n'), (3, null, null)`)
    const mappings = mappingsOf(['id', 'id'], ['key', 'who.key'], ['note', 'who.note'])
    const wanted = { tableName: 'public.keys', schemaId, mappings, options: TOLERANT }
    const { rows, batchId } = await landRows(world, wanted)
    expect(idsOf(rows.map((row) => row._headwater))).toEqual([1])
    expect(codesOf(await rejectedRows(batchId))).toEqual([
      [2, 'INGEST-1555-400'],
      [3, 'INGEST-1555-400'],
    ])
    const previewed = await previewRows(world, wanted, [{ id: 2, key: null, note: 'n' }])
    expect(previewed[0]?.errors).toMatchObject([
      { exception: 'The required field _headwater.who.key has no value' },
    ])
    const without = landRows(world, { ...wanted, mappings: mappingsOf(['id', 'id'], ['note', 'who.note']) })
    await expect(without).rejects.toThrow(
      String.raw`The field \"_headwater.who.key\" is required and no mapping fills it`,
    )
  })
})

async function identify(schemaId: string, path: string): Promise<void> {
  const { status, body } = await world.server.client.post(`${REGISTRY}/tenant/descriptors`, {
    '@type': 'xdm:descriptorIdentity',
    'xdm:sourceSchema': schemaId,
    'xdm:sourceVersion': 1,
    'xdm:sourceProperty': path,
    'xdm:namespace': 'Email',
    'xdm:property': 'xdm:code',
    'xdm:isPrimary': true,
  })
  if (status !== 201) throw new Error(`no descriptor: ${JSON.stringify(body)}`)
}

describe('defaults', () => {
  test('fill what is missing of enums and booleans, where their object is there', async () => {
    const flag = { type: 'boolean', default: false }
    const state = { ...TEXT, enum: ['new', 'old'], default: 'new' }
    const item = { type: 'object', required: ['state'], properties: { state, flag, n: INTEGER } }
    const fields = {
      flag,
      state,
      plain: { ...TEXT, default: 'no' },
      o: item,
      unmapped: item,
      l: { type: 'array', items: item },
    }
    const mappings = mappingsOf(
      ['doc.state', 'state'],
      ['doc.n', 'o.n'],
      ['doc.l', 'l'],
      ['doc.plain', 'plain'],
    )
    const { rows, rejected } = await land(fields, mappings, [
      { state: 'old', n: 1, l: [{ flag: true }, {}, null] },
      {},
    ])
    expect(rejected).toEqual([])
    expect(rows).toEqual([
      {
        id: 1,
        flag: false,
        state: 'old',
        o: { n: 1, flag: false, state: 'new' },
        l: [{ flag: true, state: 'new' }, { flag: false, state: 'new' }, null],
      },
      { id: 2, flag: false, state: 'new' },
    ])
  })
})

describe('identities', () => {
  test('marked mappings go into the map of identities, too', async () => {
    const schemaId = await identitySchema()
    await world.source.query(`create table people (id integer, email text, phone text, other text);
      insert into people values (1, 'a@b.c', '+1', 'x@y.z'), (2, null, '', 'a@b.c'), (3, 'a@b.c', null, 'a@b.c')`)
    const mark = (mapping: Answer, marks: Answer) => ({ ...mapping, ...marks })
    const [id, email, phone, other] = mappingsOf(
      ['id', 'id'],
      ['email', 'email'],
      ['phone', 'phone'],
      ['other', 'other'],
    )
    const mappings = [
      mark(id, { identity: true }),
      mark(email, { identity: true, primaryIdentity: true, identityGroup: 'Email' }),
      mark(phone, { identity: true, namespaceCode: 'Phone' }),
      mark(other, { identity: true, namespaceCode: 'Email' }),
    ]
    const { rows } = await landRows(world, { tableName: 'public.people', schemaId, mappings })
    const state = 'ambiguous'
    const identity = (value: string, primary: boolean) => ({ id: value, primary, authenticatedState: state })
    expect(rows.map(({ identityMap }) => identityMap)).toEqual([
      { Email: [identity('a@b.c', true), identity('x@y.z', false)], Phone: [identity('+1', false)] },
      { Email: [identity('a@b.c', false)] },
      { Email: [identity('a@b.c', true)] },
    ])
    const previewed = await previewRows(world, { schemaId, mappings }, [
      { id: 1, email: 'a@b.c', phone: '+1', other: 'x@y.z' },
    ])
    expect(previewed[0]).toEqual({ data: rows[0], errors: null })
  })

  test('indexed paths fill the map of identities', async () => {
    const schemaId = await identitySchema()
    await world.source.query(
      `create table users (id integer, email text); insert into users values (1, 'a@b.c'), (2, null)`,
    )
    const { rows } = await landRows(world, {
      tableName: 'public.users',
      schemaId,
      mappings: [
        ...mappingsOf(['id', 'id'], ['email', '/identityMap.Email[0].id']),
        { sourceType: 'STATIC', source: 'true', destination: 'identityMap.Email[0].primary' },
      ],
    })
    expect(rows.map(({ identityMap }) => identityMap.Email)).toEqual([
      [{ id: 'a@b.c', primary: true, authenticatedState: 'ambiguous' }],
      [{ primary: true, authenticatedState: 'ambiguous' }],
    ])
  })
})

/** A profile schema with the map of identities and a few fields. */
async function identitySchema(): Promise<string> {
  const { client } = world.server
  const profile = 'https://ns.adobe.com/xdm/context/profile'
  const title = world.newName('people')
  const properties = {
    _headwater: { type: 'object', properties: { id: INTEGER, email: TEXT, phone: TEXT, other: TEXT } },
  }
  const group = await client.post(`${REGISTRY}/tenant/fieldgroups`, {
    type: 'object',
    title,
    'meta:intendedToExtend': [profile],
    definitions: { customFields: { type: 'object', properties } },
    allOf: [{ $ref: '#/definitions/customFields' }],
  })
  const schema = await client.post(`${REGISTRY}/tenant/schemas`, {
    type: 'object',
    title: `${title} schema`,
    allOf: [profile, 'https://ns.adobe.com/xdm/context/identitymap', group.body.$id].map(($ref) => ({
      $ref,
    })),
  })
  if (schema.status !== 201) throw new Error(`no schema: ${JSON.stringify(schema.body)}`)
  return schema.body.$id
}
