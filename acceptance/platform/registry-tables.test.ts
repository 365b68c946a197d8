import type { Answer } from '@headwater/testkit/api-client.ts'
import {
  CONVERSION,
  CRM_FLOW_SPEC,
  connectTo,
  createDataset,
  FLOW,
  FULL,
  finishedRun,
  LAKE_SPEC,
  POSTGRES_SPEC,
  queryRows,
} from '@headwater/testkit/journey.ts'
import { createTestDatabase, type TestDatabase } from '@headwater/testkit/test-database.ts'
import { startTestServer, type TestServer } from '@headwater/testkit/test-server.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { NAMESPACE, newTitle, RegistryClient, registryCode } from './registry.ts'

/** The ad-hoc schema of a table in one call, and its rows that arrive by it. */
const TABLE = `
  create type mood as enum ('calm', 'wild');
  create table everything (
    id bigint,
    line smallint,
    "First Name" text not null,
    "first_name" varchar(20),
    "_odd-one!" integer,
    flag boolean,
    ratio real,
    share double precision,
    price numeric(12, 2),
    wide numeric,
    born date,
    local timestamp,
    seen timestamptz not null,
    clock time,
    bytes bytea,
    key uuid,
    doc jsonb,
    feeling mood,
    tags text[],
    primary key (line, id)
  );
  comment on column everything.price is 'Without tax';
  insert into everything values
    (9223372036854775807, 7, 'Ann', 'ann', 1, true, 1.5, 2.25, 1234567890.12, 12345678901234567890.5,
     '2024-02-29', '2024-02-29 12:00:00.123456', '2024-02-29 12:00:00.123456Z', '23:59:59', '\\x0102',
     '3fa85f64-5717-4562-b3fc-2c963f66afa6', '{"a": 1}', 'wild', '{x,y}'),
    (1, 8, 'Bob', null, null, null, null, null, null, null, null, null, '2024-01-01Z', null, null, null, null, null, null);
  create table plain (a integer, b text);
  create view seen_things as select id, seen from everything`

let server: TestServer
let registry: RegistryClient
let source: TestDatabase
let connectionId: string

beforeAll(async () => {
  source = await createTestDatabase()
  await source.query(TABLE)
  server = await startTestServer()
  registry = new RegistryClient(server.client)
  connectionId = await connectTo(server.client, source)
})

afterAll(async () => {
  await server?.[Symbol.asyncDispose]()
  await source?.drop()
})

function make(tableName: string, more: Answer = {}) {
  return registry.post('/rpc/tableschema', { baseConnectionId: connectionId, tableName, ...more })
}

test('every column becomes a field of its exact type, and the key is told', async () => {
  const { status, body } = await make('public.everything')
  expect([status, body.state]).toEqual([201, 'created'])
  expect(body.schema).toMatchObject({
    title: 'public.everything',
    'meta:sourceTable': { baseConnectionId: connectionId, tableName: 'public.everything' },
    version: '1.0',
  })
  const { properties, required } = await registry.look('schemas', body.schema.$id)
  expect(required).toEqual([NAMESPACE])
  const { properties: fields, required: inner } = properties[NAMESPACE]
  expect(inner.toSorted()).toEqual(['First_Name', 'id', 'line', 'seen'])
  const typeOf = ({ type, format, 'meta:xdmType': xdm, 'meta:lakeType': lake }: Answer) =>
    [type, format, xdm, lake].filter((part) => part !== undefined).join(' ')
  expect(
    Object.fromEntries(Object.entries<Answer>(fields).map(([name, field]) => [name, typeOf(field)])),
  ).toEqual({
    id: 'integer long',
    line: 'integer int',
    First_Name: 'string string',
    first_name_2: 'string string',
    'odd-one_': 'integer int',
    flag: 'boolean boolean',
    ratio: 'number number float',
    share: 'number number',
    price: 'number number decimal(12,2)',
    wide: 'string string',
    wide_number: 'number number decimal(38,9)',
    born: 'string date date',
    local: 'string date-time date-time timestamp',
    seen: 'string date-time date-time',
    clock: 'string string time',
    bytes: 'string string binary',
    key: 'string string',
    doc: 'string string',
    feeling: 'string string',
    tags: 'array array',
  })
  expect(fields.price).toMatchObject({ title: 'price', description: 'Without tax' })
  expect(fields.First_Name.title).toBe('First Name')
  expect(body.descriptors).toMatchObject([
    {
      '@type': 'xdm:descriptorPrimaryKey',
      'xdm:sourceSchema': body.schema.$id,
      'xdm:sourceProperty': [`/${NAMESPACE}/line`, `/${NAMESPACE}/id`],
    },
  ])
})

test('the mapping set is right as it is: the rows arrive, every value as it was', async () => {
  const { body } = await make('public.everything', { title: newTitle('table') })
  const set = await server.client.post(`${CONVERSION}/mappingSets`, body.mappingSet)
  expect(set.status, JSON.stringify(set.body)).toBe(200)
  const datasetId = await createDataset(server.client, body.schema.$id)
  const post = async (path: string, more: Answer): Promise<string> => {
    const answer = await server.client.post(`${FLOW}${path}`, { name: newTitle('part'), ...more })
    expect(answer.status, JSON.stringify(answer.body)).toBe(201)
    return answer.body.id
  }
  const sourceId = await post('/sourceConnections', {
    baseConnectionId: connectionId,
    data: { format: 'tabular' },
    params: { tableName: 'public.everything' },
    connectionSpec: POSTGRES_SPEC,
  })
  const targetId = await post('/targetConnections', {
    data: { schema: { id: body.schema.$id, version: FULL } },
    params: { dataSetId: datasetId },
    connectionSpec: LAKE_SPEC,
  })
  const flowId = await post('/flows', {
    flowSpec: CRM_FLOW_SPEC,
    sourceConnectionIds: [sourceId],
    targetConnectionIds: [targetId],
    transformations: [{ name: 'Mapping', params: { mappingId: set.body.id, mappingVersion: 0 } }],
    scheduleParams: { startTime: String(Math.floor(Date.now() / 1000)), frequency: 'once' },
  })
  const run = await finishedRun(server.client, flowId)
  expect(JSON.stringify(run.metrics.statusSummary.errors ?? [])).toBe('[]')
  expect(run.metrics.recordSummary).toMatchObject({ inputRecordCount: 2, outputRecordCount: 2 })
  const names = ['id', 'First_Name', 'odd-one_', 'price', 'wide', 'local', 'key', 'tags']
  const sql = `select ${names.map((name) => `${NAMESPACE}."${name}"`)} from "${datasetId}" order by ${NAMESPACE}.line limit 1`
  const [row] = await queryRows(server.client, sql)
  expect(row).toEqual([
    '9223372036854775807',
    'Ann',
    1,
    '1234567890.12',
    '12345678901234567890.5',
    expect.stringContaining('12:00:00.123456'),
    '3fa85f64-5717-4562-b3fc-2c963f66afa6',
    ['x', 'y'],
  ])
  // From here on the schema only grows.
  const narrower = await make('public.everything', { title: body.schema.title, columns: ['id'] })
  expect(registryCode(narrower)).toBe('XDM-1530-400')
  expect(narrower.body.detail).toMatch(/has data of it.* give another "title"/)
})

test('asked again it is the same schema, and it follows the table', async () => {
  const first = await make('public.plain')
  expect(first.body).toMatchObject({ state: 'created', descriptors: [] })
  const again = await make('plain')
  expect([again.status, again.body.state]).toEqual([200, 'unchanged'])
  expect(again.body.schema.$id).toBe(first.body.schema.$id)
  expect(again.body.mappingSet).toEqual(first.body.mappingSet)
  await source.query('alter table plain add column c integer not null default 1, add primary key (a)')
  const grown = await make('public.plain')
  expect([grown.status, grown.body.state]).toEqual([200, 'updated'])
  expect(grown.body.schema.$id).toBe(first.body.schema.$id)
  expect(grown.body.mappingSet.mappings).toHaveLength(3)
  expect(grown.body.descriptors).toMatchObject([{ 'xdm:sourceProperty': `/${NAMESPACE}/a` }])
  const { properties } = await registry.look('schemas', first.body.schema.$id)
  expect(Object.keys(properties[NAMESPACE].properties)).toEqual(['a', 'b', 'c'])
  // The rows before have no value for what is new.
  expect(properties[NAMESPACE]).not.toHaveProperty('required')
  const both = await Promise.all([make('public.plain'), make('public.plain')])
  expect(both.map(({ body }) => body.state)).toEqual(['unchanged', 'unchanged'])
})

test('a schema that was renamed is found again, and its class whatever that is called', async () => {
  await source.query('create table renamed (id integer primary key)')
  const { body: first } = await make('public.renamed')
  const rename = (kind: string, id: string, title: string) =>
    registry.patch(`/tenant/${kind}/${encodeURIComponent(id)}`, [
      { op: 'replace', path: '/title', value: title },
    ])
  expect((await rename('schemas', first.schema.$id, 'Now called otherwise')).status).toBe(200)
  expect((await rename('classes', first.schema['meta:class'], 'And its class')).status).toBe(200)
  const again = await make('public.renamed')
  expect([again.status, again.body.state, again.body.schema.title]).toEqual([
    200,
    'unchanged',
    'Now called otherwise',
  ])
  expect(again.body.schema.$id).toBe(first.schema.$id)
  await source.query('alter table renamed add column more text')
  expect((await make('public.renamed', { title: 'Now called otherwise' })).body.state).toBe('updated')
  const old = await registry.look('classes', first.schema['meta:class'])
  expect(old.title).toBe('And its class')
})

test('after the schema was deleted there is a new one, of the class that it has left', async () => {
  await source.query('create table deleted (id integer primary key, kind text)')
  const { body: first } = await make('public.deleted')
  const remove = (kind: string, id: string) => registry.delete(`/tenant/${kind}/${encodeURIComponent(id)}`)
  expect((await remove('schemas', first.schema.$id)).status).toBe(204)
  await source.query('alter table deleted drop column kind, add column size integer not null')
  const { status, body: second } = await make('public.deleted')
  expect([status, second.state]).toEqual([201, 'created'])
  expect(second.schema.$id).not.toBe(first.schema.$id)
  expect(second.schema['meta:class']).toBe(first.schema['meta:class'])
  expect(second.descriptors).toMatchObject([{ 'xdm:sourceSchema': second.schema.$id }])
  const { properties } = await registry.look('schemas', second.schema.$id)
  expect(Object.keys(properties[NAMESPACE].properties)).toEqual(['id', 'size'])
  expect(properties[NAMESPACE].required).toContain('size')
  // A class that somebody uses is left alone.
  const own = { title: newTitle('own'), type: 'object', allOf: [{ $ref: second.schema['meta:class'] }] }
  expect((await registry.post('/tenant/schemas', own)).status).toBe(201)
  expect((await remove('schemas', second.schema.$id)).status).toBe(204)
  const { body: third } = await make('public.deleted')
  expect(third.state).toBe('created')
  expect(third.schema['meta:class']).not.toBe(first.schema['meta:class'])
})

test('a schema of another class since is not written over', async () => {
  await source.query('create table moved (id integer)')
  const { body } = await make('public.moved')
  const other = await make('public.plain', { title: newTitle('other') })
  const path = `/tenant/schemas/${encodeURIComponent(body.schema.$id)}`
  const allOf = [{ $ref: other.body.schema['meta:class'] }]
  expect((await registry.patch(path, [{ op: 'replace', path: '/allOf', value: allOf }])).status).toBe(200)
  const refused = await make('public.moved')
  expect(registryCode(refused)).toBe('XDM-1701-400')
  expect(refused.body.detail).toMatch(/is of the class .* since.* Give another "title"/)
  expect((await make('public.moved', { title: newTitle('table') })).status).toBe(201)
})

test('the key follows the table; what a client said itself stays', async () => {
  await source.query('create table keyed (a integer, b integer, primary key (a))')
  const { body: first } = await make('public.keyed')
  expect(first.descriptors).toMatchObject([{ 'xdm:sourceProperty': `/${NAMESPACE}/a` }])
  await source.query('alter table keyed drop column a, add primary key (b)')
  const moved = await make('public.keyed')
  expect([moved.status, moved.body.state, moved.body.descriptors.length]).toEqual([200, 'updated', 1])
  expect(moved.body.descriptors).toMatchObject([{ 'xdm:sourceProperty': `/${NAMESPACE}/b` }])
  await source.query('alter table keyed drop constraint keyed_pkey')
  const without = await make('public.keyed')
  expect([without.body.state, without.body.descriptors]).toEqual(['updated', []])
  const own = await registry.post('/tenant/descriptors', {
    '@type': 'xdm:descriptorPrimaryKey',
    'xdm:sourceSchema': first.schema.$id,
    'xdm:sourceVersion': 1,
    'xdm:sourceProperty': `/${NAMESPACE}/b`,
  })
  expect(own.status).toBe(201)
  const kept = await make('public.keyed')
  expect([kept.body.state, kept.body.descriptors[0]['@id']]).toEqual(['unchanged', own.body['@id']])
})

test('a column keeps its field, whatever comes before it', async () => {
  await source.query('create table twins ("A b" text, a_b text, "c as a decimal" text, c numeric)')
  const { body } = await make('public.twins')
  const fieldsOf = ({ mappingSet }: Answer): Record<string, string> =>
    Object.fromEntries(mappingSet.mappings.map((each: Answer) => [each.destination, each.source]))
  const turned = await make('public.twins', { columns: ['c', 'a_b', 'c as a decimal', 'A b'] })
  expect(turned.body.state).toBe('unchanged')
  expect(fieldsOf(turned.body)).toEqual(fieldsOf(body))
})

test('a title that is taken is refused with a way out', async () => {
  await source.query('create table taken (id integer)')
  await make('public.taken')
  const second = await connectTo(server.client, source)
  const refused = await make('public.taken', { baseConnectionId: second })
  expect(registryCode(refused)).toBe('XDM-1521-400')
  expect(refused.body.detail).toMatch(/"public.taken".*Give another "title"/)
})

test('some columns, another title, a view', async () => {
  const { body } = await make('public.everything', { columns: ['price', 'id'], title: 'Prices' })
  expect(body.schema.title).toBe('Prices')
  expect(body.mappingSet).toEqual({
    name: 'Prices',
    outputSchema: { schemaRef: { id: body.schema.$id, contentType: FULL } },
    mappings: [
      { sourceType: 'ATTRIBUTE', source: 'price', destination: `${NAMESPACE}.price` },
      { sourceType: 'ATTRIBUTE', source: 'id', destination: `${NAMESPACE}.id` },
    ],
  })
  // Half a key is none.
  expect(body.descriptors).toEqual([])
  const view = await make('public.seen_things')
  expect([view.status, view.body.descriptors]).toEqual([201, []])
})

test('what is not there, or not a request, is refused with the reason', async () => {
  const nobody = '00000000-0000-4000-8000-000000000000'
  for (const [more, code, word] of [
    [{ baseConnectionId: undefined }, 'XDM-1701-400', 'baseConnectionId'],
    [{ baseConnectionId: nobody }, 'XDM-1702-404', nobody],
    [{ tableName: '  ' }, 'XDM-1701-400', 'tableName'],
    [{ tableName: 'public.nothing' }, 'XDM-1702-404', 'public.nothing'],
    [{ tableName: 'a.b.c.d' }, 'XDM-1702-400', 'a.b.c.d'],
    [{ columns: ['id', 'colour'] }, 'XDM-1701-400', '"colour"'],
    [{ columns: ['id', 'id'] }, 'XDM-1701-400', 'once'],
    [{ columns: [] }, 'XDM-1701-400', 'columns'],
    [{ title: ' ' }, 'XDM-1701-400', 'title'],
  ] as const) {
    const answer = await make('public.everything', more)
    expect(registryCode(answer), word).toBe(code)
    expect(answer.body.detail).toContain(word)
  }
  const group = await registry.makeGroup({ a: { type: 'string' } })
  expect(registryCode(await make('public.plain', { title: group.title }))).toBe('XDM-1521-400')
})

test('a sample has every field of a schema, each with a value that it takes', async () => {
  const { body } = await make('public.everything', { title: newTitle('table') })
  const sample = await registry.get(
    `/rpc/sampledata/${encodeURIComponent(body.schema.$id)}`,
    'application/vnd.adobe.xed+json; version=1',
  )
  expect(sample.status).toBe(200)
  expect(sample.body[NAMESPACE]).toMatchObject({
    id: 1,
    price: 1.5,
    flag: true,
    born: '2026-01-31',
    First_Name: 'Sample first name',
  })
  const profile = await registry.get('/rpc/sampledata/_xdm.context.profile-person-details')
  expect(profile.body.person).toMatchObject({
    name: { firstName: expect.any(String) },
    birthYear: 1,
    gender: 'not_specified',
  })
  expect(registryCode(await registry.get('/rpc/sampledata/_nowhere'))).toBe('XDM-1012-404')
})
