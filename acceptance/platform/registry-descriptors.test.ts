import type { Answer } from '@headwater/testkit/api-client.ts'
import { startTestServer, type TestServer } from '@headwater/testkit/test-server.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { statement } from '../conformance/statement.ts'
import {
  EVENT,
  identityBody,
  PROFILE,
  RegistryClient,
  registryCode,
  SHORT_LIST,
  XED_FULL,
} from './registry.ts'

/** What descriptors say of fields, and the unions that stand on them. */
const FIELDS = {
  id: { type: 'string' },
  email: { type: 'string' },
  friend: { type: 'string' },
  score: { type: 'integer' },
  address: { type: 'object', properties: { city: { type: 'string' } } },
}

let server: TestServer
let registry: RegistryClient

beforeAll(async () => {
  server = await startTestServer()
  registry = new RegistryClient(server.client)
})

afterAll(async () => {
  await server?.[Symbol.asyncDispose]()
})

statement(
  57,
  'Creating an identity descriptor returns 201 with `@id`, and the lookup adds `created`.',
  async () => {
    const schema = await registry.makeProfile(FIELDS)
    const { status, body } = await registry.makeIdentity(schema, '/_headwater/id')
    expect(status).toBe(201)
    expect(body).toMatchObject({
      ...identityBody(schema, '/_headwater/id'),
      '@id': expect.stringMatching(/^[0-9a-f]{48}$/),
      imsOrg: server.client.credentials.ims_org,
      version: '1',
      'meta:containerId': 'tenant',
    })
    expect(body).not.toHaveProperty('created')
    for (const accept of [undefined, 'application/vnd.adobe.xdm+json', 'application/json']) {
      const read = await registry.get(`/tenant/descriptors/${body['@id']}`, accept)
      expect(read.status).toBe(200)
      expect(read.body).toMatchObject({ ...body, created: expect.any(Number), updated: expect.any(Number) })
    }
  },
)

statement(58, 'A second primary identity on the same schema is refused.', async () => {
  const schema = await registry.makeProfile(FIELDS)
  await registry.makeIdentity(schema, '/_headwater/id')
  const second = await registry.makeIdentity(schema, '/_headwater/email')
  expect(registryCode(second)).toBe('XDM-1600-400')
  expect(second.body.detail).toContain('/_headwater/id')
  expect((await registry.makeIdentity(schema, '/_headwater/email', false)).status).toBe(201)
})

statement(59, 'A descriptor whose `xdm:sourceProperty` does not resolve is 400.', async () => {
  const schema = await registry.makeProfile(FIELDS)
  for (const path of [
    '/_headwater/nothing',
    '/id',
    'no-slash',
    '/_headwater/id/',
    '/',
    '',
    '/_headwater/id/deeper',
  ]) {
    const answer = await registry.makeIdentity(schema, path)
    expect(registryCode(answer), path).toBe('XDM-1600-400')
    expect(answer.body.detail).toContain(path)
  }
})

statement(60, 'Descriptor list with `xdm-v2+json` has `results` and `_page.next`.', async () => {
  const schema = await registry.makeProfile(FIELDS)
  const { body: made } = await registry.makeIdentity(schema, '/_headwater/id')
  const path = `/tenant/descriptors?property=xdm:sourceSchema==${schema.$id}`
  const link = `/tenant/descriptors/${made['@id']}`
  const shown = { xdm: made, 'xdm-id': made['@id'], 'xdm-link': link }
  for (const [form, one] of Object.entries<Answer>(shown)) {
    const expected = typeof one === 'string' ? one : expect.objectContaining(one)
    const plain = await registry.get(path, `application/vnd.adobe.${form}+json`)
    expect(plain.body, form).toEqual({ 'xdm:descriptorIdentity': [expected] })
    const paged = await registry.get(path, `application/vnd.adobe.${form.replace('xdm', 'xdm-v2')}+json`)
    expect(paged.body.results, form).toEqual([expected])
    expect(paged.body._page).toEqual({ orderby: 'updated', next: null, count: 1 })
  }
})

const JOIN = [{ op: 'add', path: '/meta:immutableTags', value: ['union'] }]

statement(
  61,
  'Adding `union` without a primary identity is refused; with one it succeeds and cannot be removed.',
  async () => {
    const schema = await registry.makeProfile(FIELDS)
    const path = `/tenant/schemas/${schema['meta:altId']}`
    expect(registryCode(await registry.patch(path, JOIN))).toBe('XDM-1528-400')
    const { body: identity } = await registry.makeIdentity(schema, '/_headwater/id')
    const joined = await registry.patch(path, JOIN)
    expect([joined.status, joined.body['meta:immutableTags']]).toEqual([200, ['union']])
    const leave = [{ op: 'remove', path: '/meta:immutableTags' }]
    expect(registryCode(await registry.patch(path, leave))).toBe('XDM-1529-400')
    expect(registryCode(await registry.delete(`/tenant/descriptors/${identity['@id']}`))).toBe('XDM-1402-400')
    expect(registryCode(await registry.delete(path))).toBe('XDM-1402-400')
    expect((await registry.look('schemas', schema.$id)).$id).toBe(schema.$id)
  },
)

statement(
  62,
  '`GET /tenant/unions` then lists `…profile__union`; lookup through `/schemas/{id}__union` works too.',
  async () => {
    for (const field of ['shoeSize', 'hatSize']) {
      const schema = await registry.makeProfile({ ...FIELDS, [field]: { type: 'integer' } })
      await registry.makeIdentity(schema, '/_headwater/id')
      await registry.patch(`/tenant/schemas/${schema['meta:altId']}`, JOIN)
    }
    const { body: list } = await registry.get('/tenant/unions', SHORT_LIST)
    expect(list.results).toEqual([
      {
        $id: `${PROFILE}__union`,
        'meta:altId': '_xdm.context.profile__union',
        version: '1.0',
        title: 'XDM Individual Profile',
      },
    ])
    for (const path of [
      '/tenant/unions/_xdm.context.profile__union',
      `/tenant/unions/${encodeURIComponent(`${PROFILE}__union`)}`,
      '/tenant/schemas/_xdm.context.profile__union',
      `/tenant/schemas/${encodeURIComponent(`${PROFILE}__union`)}`,
    ]) {
      const { status, body } = await registry.get(path, XED_FULL)
      expect(status, path).toBe(200)
      expect(body['meta:class']).toBe(PROFILE)
      expect(body.properties).toMatchObject({
        _headwater: { properties: { shoeSize: {}, hatSize: {} } },
        personID: {},
        identityMap: { 'meta:xdmType': 'map' },
        segmentMembership: { 'meta:xdmType': 'map' },
        timeSeriesEvents: { type: 'array' },
      })
    }
  },
)

statement(63, 'PUT of a descriptor returns its `@id`.', async () => {
  const schema = await registry.makeProfile(FIELDS)
  const { body: made } = await registry.makeIdentity(schema, '/_headwater/id')
  const path = `/tenant/descriptors/${made['@id']}`
  const put = await registry.put(path, identityBody(schema, '/_headwater/email'))
  expect([put.status, put.body['@id']]).toEqual([201, made['@id']])
  const read = await registry.get(path)
  expect(read.body['xdm:sourceProperty']).toBe('/_headwater/email')
  expect((await registry.delete(path)).status).toBe(204)
  expect(registryCode(await registry.put(path, identityBody(schema, '/_headwater/id')))).toBe('XDM-1017-404')
})

test('an identity names a namespace that there is, by code or id', async () => {
  const schema = await registry.makeProfile(FIELDS)
  const body = identityBody(schema, '/_headwater/email', false)
  for (const [more, status] of [
    [{ 'xdm:namespace': 'Email' }, 201],
    [{ 'xdm:namespace': 6, 'xdm:property': 'xdm:id' }, 201],
    [{ 'xdm:namespace': 6, 'xdm:property': undefined }, 201],
    [{ 'xdm:namespace': 'Nowhere' }, 400],
    [{ 'xdm:namespace': 17, 'xdm:property': 'xdm:id' }, 400],
    [{ 'xdm:namespace': undefined }, 400],
    [{ 'xdm:namespace': 'Email', 'xdm:property': 'xdm:name' }, 400],
  ] as const) {
    const answer = await registry.post('/tenant/descriptors', { ...body, ...more })
    expect(answer.status, JSON.stringify(more)).toBe(status)
  }
  const object = await registry.makeIdentity(schema, '/_headwater/address')
  expect(object.body.detail).toContain('one value')
})

test('relationships lead to schemas and fields that there are', async () => {
  const [schema, other] = [await registry.makeProfile(FIELDS), await registry.makeProfile(FIELDS)]
  const head = {
    'xdm:sourceSchema': schema.$id,
    'xdm:sourceVersion': 1,
    'xdm:sourceProperty': '/_headwater/friend',
  }
  const relation = {
    ...head,
    '@type': 'xdm:descriptorOneToOne',
    'xdm:destinationSchema': other.$id,
    'xdm:destinationVersion': 1,
    'xdm:destinationProperty': '/_headwater/id',
  }
  const post = (body: Answer) => registry.post('/tenant/descriptors', body)
  expect((await post(relation)).body.detail).toContain('xdm:descriptorReferenceIdentity')
  const reference = { ...head, '@type': 'xdm:descriptorReferenceIdentity', 'xdm:identityNamespace': 'CRMID' }
  expect((await post({ ...reference, 'xdm:identityNamespace': 'Nowhere' })).status).toBe(400)
  const { status, body: referenced } = await post(reference)
  expect(status).toBe(201)
  expect((await post({ ...relation, 'xdm:destinationProperty': '/_headwater/nothing' })).status).toBe(400)
  expect((await post({ ...relation, 'xdm:destinationSchema': `${other.$id}0` })).status).toBe(400)
  expect((await post(relation)).status).toBe(201)
  const many = { ...relation, '@type': 'xdm:descriptorRelationship', 'xdm:cardinality': 'M:1' }
  expect((await post(many)).status).toBe(201)
  expect((await post({ ...many, 'xdm:cardinality': '2:1' })).status).toBe(400)
  // What others stand on stays.
  expect(registryCode(await registry.delete(`/tenant/descriptors/${referenced['@id']}`))).toBe('XDM-1402-400')
  expect(registryCode(await registry.delete(`/tenant/schemas/${other['meta:altId']}`))).toBe('XDM-1402-400')
})

test('keys, versions and timestamps are told of ad-hoc schemas, once each', async () => {
  const table = await registry.makeTable({
    id: { type: 'integer' },
    line: { type: 'integer' },
    changed: { type: 'string', format: 'date-time' },
    note: { type: 'string' },
  })
  const profile = await registry.makeProfile(FIELDS)
  const post = (type: string, property: unknown, schema = table) =>
    registry.post('/tenant/descriptors', {
      '@type': `xdm:descriptor${type}`,
      'xdm:sourceSchema': schema.$id,
      'xdm:sourceProperty': property,
    })
  expect((await post('PrimaryKey', '/_headwater/id', profile)).body.detail).toContain('ad-hoc')
  expect((await post('PrimaryKey', ['/_headwater/id', '/_headwater/nothing'])).status).toBe(400)
  expect((await post('PrimaryKey', ['/_headwater/id', '/_headwater/id'])).body.detail).toContain('twice')
  expect((await post('PrimaryKey', ['/_headwater/id', '/_headwater/line'])).status).toBe(201)
  expect((await post('PrimaryKey', '/_headwater/id')).body.detail).toContain('one at most')
  expect((await post('Version', '/_headwater/note')).body.detail).toContain('type string')
  expect((await post('Version', '/_headwater/changed')).status).toBe(201)
  expect((await post('Timestamp', '/_headwater/id')).body.detail).toContain('date-time')
  expect((await post('Timestamp', '/_headwater/changed')).status).toBe(201)
})

test('titles, labels and deprecations speak of any field, of field groups too', async () => {
  const group = await registry.makeGroup(FIELDS)
  const schema = await registry.makeSchema(EVENT, group.$id)
  const post = (type: string, more: Answer, of = group) =>
    registry.post('/tenant/descriptors', {
      '@type': type,
      'xdm:sourceSchema': of.$id,
      'xdm:sourceVersion': 1,
      ...more,
    })
  const at = { 'xdm:sourceProperty': '/_headwater/score' }
  expect((await post('xdm:alternateDisplayInfo', { ...at, 'xdm:title': { en_us: 'Points' } })).status).toBe(
    201,
  )
  expect((await post('xdm:alternateDisplayInfo', at)).body.detail).toContain('xdm:title')
  expect((await post('xdm:alternateDisplayInfo', { ...at, 'xdm:title': 'Points' })).body.detail).toContain(
    'locale',
  )
  expect((await post('xdm:descriptorLabel', { ...at, 'xdm:labels': ['core/C2'] })).status).toBe(201)
  expect((await post('xdm:descriptorLabel', { ...at, 'xdm:label': ['core/C2'] })).status).toBe(201)
  expect((await post('xdm:descriptorLabel', { ...at, 'xdm:labels': 'core/C2' })).status).toBe(400)
  expect((await post('xdm:descriptorDeprecated', at)).status).toBe(201)
  expect((await post('xdm:descriptorIdentity', { ...at, 'xdm:namespace': 'CRMID' })).body.detail).toContain(
    'schemas',
  )
  const granularity = { 'xdm:granularity': 'day', 'xdm:ianaTimezone': 'Europe/Paris' }
  const type = 'xdm:descriptorTimeSeriesGranularity'
  expect((await post(type, granularity, schema)).status).toBe(201)
  expect((await post(type, { 'xdm:granularity': 'year' }, await registry.makeSchema(EVENT))).status).toBe(400)
  expect(
    (await post(type, { ...granularity, 'xdm:ianaTimezone': 'Mars/Base' }, await registry.makeSchema(EVENT)))
      .status,
  ).toBe(400)
  // The schema shows what is said of the groups that it is made of.
  const full = await registry.look(
    'schemas',
    schema.$id,
    'application/vnd.adobe.xed-full-deprecated+json;version=1',
  )
  expect(full.properties._headwater.properties.score['meta:status']).toBe('deprecated')
})

test('what is no descriptor is refused with the reason', async () => {
  const schema = await registry.makeProfile(FIELDS)
  for (const [body, word] of [
    [{}, '@type'],
    [{ '@type': 'xdm:descriptorBlue', 'xdm:sourceSchema': schema.$id }, 'xdm:descriptorBlue'],
    [{ '@type': 'xdm:descriptorIdentity' }, 'xdm:sourceSchema'],
    [{ ...identityBody(schema, '/_headwater/id'), 'xdm:sourceSchema': 'https://nowhere' }, 'https://nowhere'],
    [{ ...identityBody(schema, '/_headwater/id'), 'xdm:sourceVersion': 2 }, 'xdm:sourceVersion'],
    [{ '@type': 'xdm:descriptorDeprecated', 'xdm:sourceSchema': schema.$id }, 'xdm:sourceProperty'],
  ] as const) {
    const answer = await registry.post('/tenant/descriptors', body)
    expect(registryCode(answer), word).toBe('XDM-1600-400')
    expect(answer.body.detail).toContain(word)
  }
})
