import type { Answer } from '@headwater/testkit/api-client.ts'
import { startTestServer, type TestServer } from '@headwater/testkit/test-server.ts'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { statement } from '../conformance/statement.ts'
import {
  ADHOC,
  groupBody,
  NAMESPACE,
  newTitle,
  PERSON_DETAILS,
  PROFILE,
  RECORD,
  RegistryClient,
  registryCode,
  SHORT_LIST,
  XED,
} from './registry.ts'

/** The life of classes, field groups, data types and schemas. */
let server: TestServer
let registry: RegistryClient

beforeAll(async () => {
  server = await startTestServer()
  registry = new RegistryClient(server.client)
})

afterAll(async () => {
  await server?.[Symbol.asyncDispose]()
})

statement(25, 'A schema created in sandbox A is 404 in sandbox B.', async () => {
  const sandboxes = '/data/foundation/sandbox-management/sandboxes'
  await server.client.post(sandboxes, { name: 'other', title: 'Other', type: 'development' })
  const isActive = async (): Promise<boolean> =>
    (await server.client.get(`${sandboxes}/other`)).body.state === 'active'
  await vi.waitUntil(isActive, { timeout: 10_000, interval: 20 })
  const schema = await registry.makeSchema(PROFILE)
  const path = `/tenant/schemas/${schema['meta:altId']}`
  expect((await registry.get(path, XED)).status).toBe(200)
  const other = registry.inSandbox('other')
  expect(registryCode(await other.get(path, XED))).toBe('XDM-1012-404')
  expect(registryCode(await other.delete(path))).toBe('XDM-1012-404')
  expect((await other.get('/tenant/schemas', SHORT_LIST)).body.results).toEqual([])
})

statement(33, 'Lookup by `meta:altId` and by URL-encoded `$id` return the same resource.', async () => {
  const schema = await registry.makeSchema(PROFILE)
  const encoded = encodeURIComponent(schema.$id)
  const ids = [schema['meta:altId'], encoded, encodeURIComponent(encoded), `${encoded}/`]
  const answers = await Promise.all(ids.map((id) => registry.get(`/tenant/schemas/${id}`, XED)))
  for (const { status, body } of answers) {
    expect(status).toBe(200)
    expect(body).toEqual(answers[0]?.body)
    expect(body.$id).toBe(schema.$id)
  }
})

statement(34, 'Unknown id returns 404 `XDM-1012-404`.', async () => {
  for (const kind of ['schemas', 'classes', 'fieldgroups', 'mixins', 'datatypes', 'behaviors']) {
    const answer = await registry.get(`/global/${kind}/_nowhere.nothing`, XED)
    expect(registryCode(answer), kind).toBe('XDM-1012-404')
    expect(answer.body.title).toBe('Resource Not Found')
    expect(answer.body.detail).toBe('Requested resource _nowhere.nothing with version 1 is not found')
  }
})

statement(
  36,
  'Creating a schema on the profile class returns 201 with `$id` under `https://ns.adobe.com/{tenant}/schemas/` and altId `_{tenant}.schemas.`.',
  async () => {
    const body = { type: 'object', title: newTitle('schema'), allOf: [{ $ref: PROFILE }] }
    const { status, body: made } = await registry.post('/tenant/schemas', body)
    expect(status).toBe(201)
    expect(made.$id).toMatch(/^https:\/\/ns\.adobe\.com\/headwater\/schemas\/[0-9a-f]{48}$/)
    expect(made['meta:altId']).toBe(`_headwater.schemas.${made.$id.slice(-48)}`)
    expect(made['meta:registryMetadata']).toMatchObject({
      'repo:createdDate': expect.any(Number),
      'xdm:createdClientId': server.client.credentials.client_id,
      eTag: expect.stringMatching(/^[0-9a-f]{64}$/),
    })
    expect(made.allOf).toEqual([{ $ref: PROFILE, type: 'object', 'meta:xdmType': 'object' }])
  },
)

statement(37, '`meta:extends` of that schema contains profile, record and auditable.', async () => {
  const schema = await registry.makeSchema(PROFILE)
  expect(schema['meta:extends']).toEqual(
    expect.arrayContaining([PROFILE, RECORD, 'https://ns.adobe.com/xdm/common/auditable']),
  )
})

statement(
  38,
  '`meta:class` equals the class `$id`; `meta:containerId` is `tenant`; `version` is `1.0`.',
  async () => {
    const own = await registry.make('classes', { type: 'object', allOf: [{ $ref: RECORD }] })
    for (const classId of [PROFILE, own.$id]) {
      const schema = await registry.makeSchema(classId)
      expect(schema).toMatchObject({
        'meta:class': classId,
        'meta:containerId': 'tenant',
        'meta:resourceType': 'schemas',
        'meta:tenantNamespace': NAMESPACE,
        version: '1.0',
      })
    }
  },
)

statement(39, 'PATCH add to `/allOf/-` bumps to `1.1` and adds the group to `meta:extends`.', async () => {
  const schema = await registry.makeSchema(PROFILE)
  const path = `/tenant/schemas/${encodeURIComponent(schema.$id)}`
  const add = { op: 'add', path: '/allOf/-', value: { $ref: PERSON_DETAILS } }
  const { status, body } = await registry.patch(`${path}/`, [add])
  expect(status).toBe(200)
  expect(body).toMatchObject({ version: '1.1', 'meta:descriptorStatus': { result: [] } })
  expect(body['meta:extends']).toContain(PERSON_DETAILS)
  expect(body.refs).toEqual([PROFILE, PERSON_DETAILS])
  expect((await registry.get(path, XED)).body).toMatchObject({ version: '1.1', refs: body.refs })
})

statement(40, 'PATCH with an unknown `$ref` is 400 and changes nothing.', async () => {
  const schema = await registry.makeSchema(PROFILE)
  const path = `/tenant/schemas/${schema['meta:altId']}`
  const before = (await registry.get(path, XED)).body
  const nowhere = 'https://ns.adobe.com/headwater/mixins/nowhere'
  const answer = await registry.patch(path, [
    { op: 'replace', path: '/title', value: newTitle('schema') },
    { op: 'add', path: '/allOf/-', value: { $ref: nowhere } },
  ])
  expect(answer.status).toBe(400)
  expect(answer.body.detail).toContain(nowhere)
  expect((await registry.get(path, XED)).body).toEqual(before)
})

statement(41, 'Duplicate title across resource types is 400 with the documented sentence.', async () => {
  const group = await registry.makeGroup({ a: { type: 'string' } })
  const schema = { type: 'object', title: group.title, allOf: [{ $ref: PROFILE }] }
  const bodies = { schemas: schema, datatypes: { type: 'object', title: group.title, properties: {} } }
  for (const [kind, body] of Object.entries(bodies)) {
    const answer = await registry.post(`/tenant/${kind}`, body)
    expect(answer.status).toBe(400)
    expect(answer.body.detail).toBe(
      `Title must be unique. An object ${group.$id} already exists with the same title.`,
    )
  }
})

statement(
  42,
  'A field group whose fields are outside `_{tenant}` is 400 with the documented sentence.',
  async () => {
    const body = {
      ...groupBody({}),
      title: newTitle('group'),
      definitions: { customFields: { type: 'object', properties: { city: { type: 'string' } } } },
    }
    const answer = await registry.post('/tenant/fieldgroups', body)
    expect(answer.status).toBe(400)
    expect(answer.body.detail).toContain(
      `For custom fields, you must use a top level field named ${NAMESPACE} and all the other fields must be defined under it`,
    )
    expect(answer.body.detail).toContain('/city')
  },
)

statement(55, 'DELETE returns 204 and a later lookup 404.', async () => {
  const made = {
    schemas: await registry.makeSchema(PROFILE),
    fieldgroups: await registry.makeGroup({ a: { type: 'string' } }),
    datatypes: await registry.make('datatypes', { type: 'object', properties: { a: { type: 'string' } } }),
    classes: await registry.make('classes', { type: 'object', allOf: [{ $ref: RECORD }] }),
  }
  for (const [kind, resource] of Object.entries<Answer>(made)) {
    const path = `/tenant/${kind}/${encodeURIComponent(resource.$id)}`
    expect(await registry.delete(path)).toMatchObject({ status: 204, body: undefined })
    expect(registryCode(await registry.get(path, XED))).toBe('XDM-1012-404')
    expect(registryCode(await registry.delete(path))).toBe('XDM-1012-404')
  }
})

statement(56, 'Write to `/global/schemas` is refused.', async () => {
  const body = { type: 'object', title: newTitle('schema'), allOf: [{ $ref: PROFILE }] }
  expect(registryCode(await registry.post('/global/schemas', body))).toBe('XDM-1030-403')
  const path = '/global/classes/_xdm.context.profile'
  expect(registryCode(await registry.put(path, body))).toBe('XDM-1030-403')
  const rename = { op: 'replace', path: '/title', value: 'Mine' }
  expect(registryCode(await registry.patch(path, [rename]))).toBe('XDM-1030-403')
  expect(registryCode(await registry.delete(path))).toBe('XDM-1030-403')
  const read = await registry.get(path, XED)
  expect(read.body.title).toBe('XDM Individual Profile')
})

statement(
  64,
  '`classes`, `fieldgroups`, `mixins`, `datatypes`, `behaviors` lists answer for both containers where applicable.',
  async () => {
    for (const kind of ['classes', 'fieldgroups', 'mixins', 'datatypes', 'behaviors', 'schemas']) {
      for (const container of ['global', 'tenant']) {
        const { status, body } = await registry.get(`/${container}/${kind}`, SHORT_LIST)
        expect(status, `${container} ${kind}`).toBe(200)
        expect(body._page).toMatchObject({ next: null, count: body.results.length })
        const isMine = body.results.every(({ $id }: Answer) =>
          $id.startsWith('https://ns.adobe.com/headwater/'),
        )
        expect(isMine, `${container} ${kind}`).toBe(container === 'tenant' || body.results.length === 0)
      }
    }
    const [groups, mixins] = await Promise.all(
      ['fieldgroups', 'mixins'].map((kind) => registry.get(`/global/${kind}`, SHORT_LIST)),
    )
    expect(groups?.body).toEqual(mixins?.body)
    expect(groups?.body.results.length).toBeGreaterThan(5)
  },
)

test('PUT gives a resource a new body and keeps what the registry says of it', async () => {
  const group = await registry.makeGroup({ a: { type: 'string' } })
  const path = `/tenant/fieldgroups/${encodeURIComponent(group.$id)}`
  const body = { ...groupBody({ b: { type: 'integer' } }), title: group.title, version: '9.9' }
  const { status, body: put } = await registry.put(path, body)
  expect([status, put.version, put.$id]).toEqual([200, '1.1', group.$id])
  expect(Object.keys(put.definitions.customFields.properties[NAMESPACE].properties)).toEqual(['b'])
  const created = 'repo:createdDate'
  expect(put['meta:registryMetadata'][created]).toBe(group['meta:registryMetadata'][created])
})

test.each([
  ['a schema without a class', 'schemas', { allOf: [{ $ref: PERSON_DETAILS }] }, 'needs a class'],
  [
    'a schema of two classes',
    'schemas',
    { allOf: [{ $ref: PROFILE }, { $ref: 'https://ns.adobe.com/xdm/context/experienceevent' }] },
    'one class, not 2',
  ],
  ['a class without behaviour', 'classes', { allOf: [] }, 'one behaviour, not 0'],
  ['a name that is none', 'fieldgroups', groupBody({ 'a b': { type: 'string' } }), '"a b"'],
  ['a type that is none', 'fieldgroups', groupBody({ a: { type: 'varchar' } }), 'varchar'],
  ['a bound that is none', 'fieldgroups', groupBody({ a: { type: 'integer', minimum: 'x' } }), 'minimum'],
  ['a pattern that is none', 'fieldgroups', groupBody({ a: { type: 'string', pattern: '(' } }), 'pattern'],
  [
    'an exact type that is none',
    'fieldgroups',
    groupBody({ a: { type: 'number', 'meta:lakeType': 'money' } }),
    'money',
  ],
  ['a list without items', 'fieldgroups', groupBody({ a: { type: 'array' } }), 'items'],
  [
    'a required field that is not there',
    'fieldgroups',
    groupBody({ a: { type: 'object', properties: {}, required: ['z'] } }),
    '"z"',
  ],
  ['an enum without values', 'fieldgroups', groupBody({ a: { type: 'string', enum: [] } }), 'enum'],
  [
    'a data type that mixes two ways',
    'datatypes',
    {
      properties: { a: { type: 'string' } },
      definitions: { own: {} },
      allOf: [{ $ref: '#/definitions/own' }],
    },
    'properties',
  ],
])('%s is refused with the reason', async (_what, kind, body, reason) => {
  const answer = await registry.post(`/tenant/${kind}`, { title: newTitle('bad'), type: 'object', ...body })
  expect(answer.status).toBe(400)
  expect(answer.body.detail).toContain(reason)
})

test('the fields of an ad-hoc class stand in a namespace of the class', async () => {
  const fields = { id: { type: 'integer' }, price: { type: 'number', 'meta:lakeType': 'decimal(12,2)' } }
  const own = { properties: { _adhoc: { type: 'object', properties: fields } } }
  const made = await registry.make('classes', { type: 'object', allOf: [{ $ref: ADHOC }, own] })
  const namespace = `_${made.$id.split('/').at(-1)}`
  expect(made['meta:datasetNamespace']).toBe(namespace)
  const schema = await registry.makeSchema(made.$id)
  const { properties } = await registry.look('schemas', schema.$id)
  expect(properties[namespace].properties.price).toMatchObject({ 'meta:lakeType': 'decimal(12,2)' })
})
