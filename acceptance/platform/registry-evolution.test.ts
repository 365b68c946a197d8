import type { Answer } from '@headwater/testkit/api-client.ts'
import { connectTo, createDataset, finishedRun, ingest } from '@headwater/testkit/journey.ts'
import { createTestDatabase, type TestDatabase } from '@headwater/testkit/test-database.ts'
import { startTestServer, type TestServer } from '@headwater/testkit/test-server.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  groupBody,
  identityBody,
  NAMESPACE,
  newTitle,
  PERSON_DETAILS,
  PROFILE,
  RegistryClient,
  registryCode,
  XED,
} from './registry.ts'

/** Schemas with data, or in a union, only grow. */
const FIELDS = {
  id: { type: 'integer' },
  note: { type: 'string', maxLength: 50 },
  kind: { type: 'string', enum: ['a', 'b'] },
  price: { type: 'number', 'meta:lakeType': 'decimal(12,2)', minimum: 0 },
  tags: { type: 'array', items: { type: 'string' } },
  place: { type: 'object', properties: { city: { type: 'string' } } },
}

let server: TestServer
let registry: RegistryClient
let source: TestDatabase

beforeAll(async () => {
  source = await createTestDatabase()
  await source.query(
    `create table orders as select n as id, 'note ' || n as note from generate_series(1, 3) n`,
  )
  server = await startTestServer()
  registry = new RegistryClient(server.client)
})

afterAll(async () => {
  await server?.[Symbol.asyncDispose]()
  await source?.drop()
})

/** A schema with data, its field group, and what it was landed in. */
async function withData(): Promise<{
  readonly schema: Answer
  readonly group: Answer
  readonly datasetId: string
}> {
  const connectionId = await connectTo(server.client, source)
  const mappings = ['id', 'note'].map((name) => ({
    sourceType: 'ATTRIBUTE',
    source: name,
    destination: `${NAMESPACE}.${name}`,
  }))
  const made = await ingest(server.client, connectionId, {
    tableName: 'public.orders',
    fields: FIELDS,
    mappings,
  })
  expect((await finishedRun(server.client, made.flowId)).metrics.statusSummary.status).toBe('success')
  const schema = await registry.look('schemas', made.schemaId, XED)
  const group = await registry.look('fieldgroups', schema.refs[1], XED)
  return { schema, group, datasetId: made.datasetId }
}

/** A schema in the union of profiles, and its field group. */
async function inUnion(): Promise<{ readonly schema: Answer; readonly group: Answer }> {
  const group = await registry.makeGroup(FIELDS)
  const schema = await registry.makeSchema(PROFILE, group.$id)
  await registry.makeIdentity(schema, `/${NAMESPACE}/note`)
  const join = [{ op: 'add', path: '/meta:immutableTags', value: ['union'] }]
  expect((await registry.patch(pathOf('schemas', schema), join)).status).toBe(200)
  return { schema, group }
}

function pathOf(kind: string, resource: Answer): string {
  return `/tenant/${kind}/${encodeURIComponent(resource.$id)}`
}

const OWN = `/definitions/customFields/properties/${NAMESPACE}`
const FIELD = `${OWN}/properties`

/** Name → operations, the field that is told of, and a word of the reason. */
const BREAKS: Readonly<
  Record<string, readonly [operations: readonly Answer[], field: string, word: string]>
> = {
  'removing a field': [[{ op: 'remove', path: `${FIELD}/kind` }], 'kind', 'removed'],
  'renaming a field': [[{ op: 'move', from: `${FIELD}/kind`, path: `${FIELD}/sort` }], 'kind', 'renamed'],
  'removing a field within': [
    [{ op: 'remove', path: `${FIELD}/place/properties/city` }],
    'place/city',
    'removed',
  ],
  'another type': [
    [{ op: 'add', path: `${FIELD}/id`, value: { type: 'string' } }],
    'id',
    'from int to string',
  ],
  'another exact type': [
    [{ op: 'replace', path: `${FIELD}/price/meta:lakeType`, value: 'double' }],
    'price',
    'from decimal(12,2) to double',
  ],
  'another type of items': [
    [{ op: 'add', path: `${FIELD}/tags/items`, value: { type: 'integer' } }],
    'tags/*',
    'from string to int',
  ],
  'a field that becomes required': [
    [{ op: 'add', path: `${OWN}/required`, value: ['id'] }],
    'id',
    'required',
  ],
  'a new field that is required': [
    [
      { op: 'add', path: `${FIELD}/fresh`, value: { type: 'string' } },
      { op: 'add', path: `${OWN}/required`, value: ['fresh'] },
    ],
    'fresh',
    'is new and would be required',
  ],
  'a shorter text': [[{ op: 'replace', path: `${FIELD}/note/maxLength`, value: 10 }], 'note', 'maxLength 10'],
  'a higher bound': [[{ op: 'replace', path: `${FIELD}/price/minimum`, value: 1 }], 'price', 'minimum 1'],
  'a new pattern': [[{ op: 'add', path: `${FIELD}/note/pattern`, value: '^a' }], 'note', 'pattern ^a'],
  'a new format': [[{ op: 'add', path: `${FIELD}/note/format`, value: 'email' }], 'note', 'format email'],
  'a value less': [[{ op: 'replace', path: `${FIELD}/kind/enum`, value: ['a'] }], 'kind', '"b"'],
  'a new enum': [[{ op: 'add', path: `${FIELD}/note/enum`, value: ['x'] }], 'note', 'enum'],
}

const ADDITIONS: readonly Answer[] = [
  { op: 'add', path: `${FIELD}/fresh`, value: { type: 'string' } },
  {
    op: 'add',
    path: `${FIELD}/box`,
    value: { type: 'object', properties: { a: { type: 'string' } }, required: ['a'] },
  },
  { op: 'replace', path: `${FIELD}/note/maxLength`, value: 100 },
  { op: 'remove', path: `${FIELD}/price/minimum` },
  { op: 'replace', path: `${FIELD}/kind/enum`, value: ['a', 'b', 'c'] },
  { op: 'add', path: `${FIELD}/id/title`, value: 'Number' },
]

describe.each([
  ['a schema with data', withData, 'has data of it'],
  ['a schema in a union', inUnion, 'takes part in a union'],
] as const)('%s', (_what, make, reason) => {
  let schema: Answer
  let group: Answer

  beforeAll(async () => {
    const made = await make()
    schema = made.schema
    group = made.group
  })

  test.each(Object.entries(BREAKS))('refuses %s', async (_name, [operations, field, word]) => {
    const path = pathOf('fieldgroups', group)
    const before = (await registry.get(path, XED)).body
    const answer = await registry.patch(path, operations)
    expect(registryCode(answer)).toBe('XDM-1530-400')
    expect(answer.body.detail).toContain(`/${NAMESPACE}/${field} `)
    for (const text of [word, reason, schema.$id]) expect(answer.body.detail).toContain(text)
    expect((await registry.get(path, XED)).body).toEqual(before)
  })

  test('refuses to lose a field group, and to be another class', async () => {
    const path = pathOf('schemas', schema)
    const lost = await registry.patch(path, [{ op: 'remove', path: '/allOf/1' }])
    expect(registryCode(lost)).toBe('XDM-1530-400')
    expect(lost.body.detail).toContain(`/${NAMESPACE} `)
    const tags = { 'meta:immutableTags': (await registry.get(path, XED)).body['meta:immutableTags'] }
    const replaced = await registry.put(path, {
      ...tags,
      type: 'object',
      title: schema.title,
      allOf: [schema.allOf[0]],
    })
    expect(registryCode(replaced)).toBe('XDM-1530-400')
    const own = await registry.make('classes', {
      type: 'object',
      allOf: [{ $ref: 'https://ns.adobe.com/xdm/data/record' }],
    })
    const other = await registry.patch(pathOf('fieldgroups', group), [
      { op: 'add', path: '/meta:intendedToExtend/-', value: own.$id },
    ])
    expect(other.status).toBe(200)
    const moved = await registry.patch(path, [{ op: 'replace', path: '/allOf/0', value: { $ref: own.$id } }])
    expect(registryCode(moved)).toBe('XDM-1530-400')
    expect(moved.body.detail).toContain('another class')
  })

  test('takes what is new, and what takes more values', async () => {
    expect((await registry.patch(pathOf('fieldgroups', group), ADDITIONS)).status).toBe(200)
    const intended = {
      op: 'add',
      path: '/allOf/-',
      value: {
        $ref: (await registry.makeGroup({ more: { type: 'string' } }, { 'meta:intendedToExtend': [] })).$id,
      },
    }
    expect((await registry.patch(pathOf('schemas', schema), [intended])).status).toBe(200)
    const { properties } = await registry.look('schemas', schema.$id)
    expect(Object.keys(properties[NAMESPACE].properties)).toEqual(
      expect.arrayContaining(['fresh', 'box', 'more', 'kind']),
    )
  })

  test('is not deleted, nor what it is made of', async () => {
    for (const [kind, resource] of [
      ['schemas', schema],
      ['fieldgroups', group],
    ] as const) {
      const answer = await registry.delete(pathOf(kind, resource))
      expect(registryCode(answer), kind).toBe('XDM-1402-400')
    }
  })
})

test('a data type deep within a schema with data only grows', async () => {
  const place = await registry.make('datatypes', {
    type: 'object',
    properties: { city: { type: 'string' }, zip: { type: 'string' } },
  })
  const schema = await registry.makeProfile({
    id: { type: 'string' },
    places: { type: 'array', items: { $ref: place.$id } },
  })
  await registry.makeIdentity(schema, `/${NAMESPACE}/id`)
  const path = pathOf('datatypes', place)
  expect((await registry.patch(path, [{ op: 'remove', path: '/properties/zip' }])).status).toBe(200)
  await registry.patch(pathOf('schemas', schema), [
    { op: 'add', path: '/meta:immutableTags', value: ['union'] },
  ])
  const answer = await registry.put(path, {
    type: 'object',
    title: place.title,
    properties: { town: { type: 'string' } },
  })
  expect(registryCode(answer)).toBe('XDM-1530-400')
  expect(answer.body.detail).toContain(`/${NAMESPACE}/places/*/city `)
})

test('without data and union everything goes, even with a dataset', async () => {
  const group = await registry.makeGroup(FIELDS)
  const schema = await registry.makeSchema(PROFILE, group.$id)
  await createDataset(server.client, schema.$id)
  for (const [name, [operations]] of Object.entries(BREAKS)) {
    const answer = await registry.patch(pathOf('fieldgroups', group), operations)
    expect([name, answer.status]).toEqual([name, 200])
    const restored = await registry.put(pathOf('fieldgroups', group), {
      ...groupBody(FIELDS),
      title: group.title,
    })
    expect(restored.status).toBe(200)
  }
  expect(registryCode(await registry.delete(pathOf('schemas', schema)))).toBe('XDM-1402-400')
})

test('a field that a descriptor speaks of stays', async () => {
  const group = await registry.makeGroup(FIELDS)
  const schema = await registry.makeSchema(PROFILE, group.$id)
  const { body } = await registry.post(
    '/tenant/descriptors',
    identityBody(schema, `/${NAMESPACE}/note`, false),
  )
  const remove = [{ op: 'remove', path: `${FIELD}/note` }]
  const answer = await registry.patch(pathOf('fieldgroups', group), remove)
  expect(registryCode(answer)).toBe('XDM-1402-400')
  expect(answer.body.detail).toContain(body['@id'])
  expect((await registry.delete(`/tenant/descriptors/${body['@id']}`)).status).toBe(204)
  expect((await registry.patch(pathOf('fieldgroups', group), remove)).status).toBe(200)
})

test('a field group stays meant for the classes of the schemas that it is in', async () => {
  const group = await registry.makeGroup({ a: { type: 'string' } })
  await registry.makeSchema(PROFILE, PERSON_DETAILS, group.$id)
  const narrow = [
    {
      op: 'replace',
      path: '/meta:intendedToExtend',
      value: ['https://ns.adobe.com/xdm/context/experienceevent'],
    },
  ]
  const answer = await registry.patch(pathOf('fieldgroups', group), narrow)
  expect(registryCode(answer)).toBe('XDM-1400-400')
  const title = [{ op: 'replace', path: '/title', value: newTitle('group') }]
  expect((await registry.patch(pathOf('fieldgroups', group), title)).status).toBe(200)
})

test('many changes at once of resources in use all end', async () => {
  const groups = await Promise.all(Array.from({ length: 20 }, () => registry.makeGroup(FIELDS)))
  const schemas = await Promise.all(groups.map(({ $id }) => registry.makeSchema(PROFILE, $id)))
  const answers = await Promise.all([
    ...groups.map((group) =>
      registry.patch(pathOf('fieldgroups', group), [{ op: 'remove', path: `${FIELD}/kind` }]),
    ),
    ...schemas.map((schema) => registry.delete(pathOf('schemas', schema))),
  ])
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 204]))
})
