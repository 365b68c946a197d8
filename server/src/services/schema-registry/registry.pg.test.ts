import { createMetadataDatabase } from '@headwater/testkit/metadata-database.ts'
import { watchAnswers } from '@headwater/testkit/openapi/watch-answers.ts'
import type { TestDatabase } from '@headwater/testkit/test-database.ts'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type App, createApp } from '#http/app.ts'
import type { FindSchema } from '#http/neighbours.ts'
import { ALL_GRANTS } from '#http/permissions.ts'
import type { Scope } from '#http/scope.ts'
import type { JsonObject } from '#kit/json.ts'
import { NamespaceReader } from '#services/identity-namespaces/namespace-store.ts'
import { type Database, openDatabase, openPool } from '#store/database.ts'
import { createSchemaFinder } from './find-schema.ts'
import { createGlobalLibrary } from './global-library.ts'
import { registerSchemaRegistry } from './routes.ts'

const ORG = 'ABCDEF0123456789ABCDEF01@AdobeOrg'
const ROOT = '/data/foundation/schemaregistry'
const PROFILE = 'https://ns.adobe.com/xdm/context/profile'
const EVENT = 'https://ns.adobe.com/xdm/context/experienceevent'
const PERSON_DETAILS = 'https://ns.adobe.com/xdm/context/profile-person-details'
const SANDBOXES = {
  prod: { id: '28e74200-e3de-11e9-8f5d-7f27416c5f0d', name: 'prod', type: 'production' },
  dev: { id: '38e74200-e3de-11e9-8f5d-7f27416c5f0d', name: 'dev', type: 'development' },
} as const
const SCOPE: Scope = {
  orgId: ORG,
  tenantId: 'acme',
  sandbox: SANDBOXES.prod,
  clientId: 'key',
  userId: 'me',
  isAdmin: false,
  grants: ALL_GRANTS,
}

let database: TestDatabase
let db: Database
let app: App
let findSchema: FindSchema
let nowMs = Date.UTC(2026, 0, 1)
const usedSchemas = new Set<string>()

let undescribed: readonly string[]

afterEach(() => {
  expect(undescribed).toEqual([])
})

beforeAll(async () => {
  database = await createMetadataDatabase()
  db = openDatabase(openPool({ url: database.url }, { max: 4 }))
  await db.insertInto('org').values({ id: ORG, tenant_id: 'acme', created_at: nowMs }).execute()
  for (const sandbox of Object.values(SANDBOXES)) {
    const made = { created_at: nowMs, updated_at: nowMs, created_by: 'system', updated_by: 'system' }
    const more = {
      title: sandbox.name,
      state: 'active',
      region: 'VA7',
      is_default: sandbox.name === 'prod',
    } as const
    await db
      .insertInto('sandbox')
      .values({ ...sandbox, ...more, org_id: ORG, ...made })
      .execute()
  }
  const registry = {
    db,
    library: createGlobalLibrary(),
    now: () => nowMs++,
    findNamespace: new NamespaceReader(db).findSummary,
    hasDatasets: async (_scope: Scope, schemaId: string) => usedSchemas.has(schemaId),
  }
  findSchema = createSchemaFinder(registry)
  app = await createApp({ log: pino({ level: 'silent' }), version: '0.0.0' })
  undescribed = watchAnswers(app)
  await registerSchemaRegistry(app, {
    ...registry,
    gateway: {
      verifyToken: async (token) => (token === 'good' ? { clientId: 'key', orgId: ORG } : undefined),
      findClient: async (id) =>
        id === 'key'
          ? { id, orgId: ORG, tenantId: 'acme', userId: 'me', scopes: [], grants: ALL_GRANTS }
          : undefined,
      findSandbox: async (_org, { name }) => SANDBOXES[(name ?? 'prod') as keyof typeof SANDBOXES],
    },
  })
})

afterAll(async () => {
  await app?.close()
  await db?.destroy()
  await database?.drop()
})

const XED = 'application/vnd.adobe.xed+json; version=1'
const FULL = 'application/vnd.adobe.xed-full+json; version=1'
const LIST = 'application/vnd.adobe.xed-id+json'

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

async function ask(
  method: Method,
  path: string,
  more: { accept?: string; body?: unknown; sandbox?: string } = {},
) {
  const response = await app.inject({
    method,
    url: `${ROOT}${path}`,
    headers: {
      authorization: 'Bearer good',
      'x-api-key': 'key',
      'x-gw-ims-org-id': ORG,
      ...(more.accept === undefined ? {} : { accept: more.accept }),
      ...(more.sandbox === undefined ? {} : { 'x-sandbox-name': more.sandbox }),
    },
    ...(more.body === undefined ? {} : { payload: more.body as object }),
  })
  return {
    status: response.statusCode,
    body: response.body === '' ? undefined : response.json(),
    headers: response.headers,
  }
}

let titles = 0

function group(title: string, properties: object, more: object = {}): object {
  return {
    type: 'object',
    title,
    'meta:intendedToExtend': [PROFILE],
    definitions: { customFields: { type: 'object', properties } },
    allOf: [{ $ref: '#/definitions/customFields', type: 'object' }],
    ...more,
  }
}

const ACCOUNT = {
  _acme: { type: 'object', properties: { account: { type: 'string' }, score: { type: 'integer' } } },
}

async function makeGroup(properties: object = ACCOUNT, more: object = {}): Promise<JsonObject> {
  const made = await ask('POST', '/tenant/fieldgroups', {
    body: group(`Group ${++titles}`, properties, more),
  })
  expect(made.body).toMatchObject({ $id: expect.any(String) })
  return made.body
}

async function makeSchema(...refs: unknown[]): Promise<JsonObject> {
  const allOf = refs.map(($ref) => ({ $ref }))
  const made = await ask('POST', '/tenant/schemas', {
    body: { type: 'object', title: `Schema ${++titles}`, allOf },
  })
  expect(made.body).toMatchObject({ $id: expect.any(String) })
  return made.body
}

function lookup(resource: JsonObject, accept: string, sandbox?: string) {
  const path = `/tenant/schemas/${encodeURIComponent(String(resource['$id']))}`
  return ask('GET', path, { accept, ...(sandbox === undefined ? {} : { sandbox }) })
}

test('the statistics tell the tenant id, with any Accept header and a trailing slash', async () => {
  for (const path of ['/stats', '/stats/']) {
    const { status, body } = await ask('GET', path, { accept: 'application/vnd.adobe.xed+json' })
    expect(status).toBe(200)
    expect(body).toMatchObject({ imsOrg: ORG, tenantId: 'acme', counts: { schemas: expect.any(Number) } })
  }
})

test('a field group of one’s own is made with everything that the registry adds', async () => {
  const made = await ask('POST', '/tenant/fieldgroups/', {
    body: group('Account', ACCOUNT),
    accept: 'application/json',
  })
  expect(made.status).toBe(201)
  expect(made.body).toMatchObject({
    $id: expect.stringMatching(/^https:\/\/ns\.adobe\.com\/acme\/mixins\/[0-9a-f]{48}$/),
    'meta:altId': expect.stringMatching(/^_acme\.mixins\.[0-9a-f]{48}$/),
    'meta:resourceType': 'mixins',
    version: '1.0',
    'meta:extensible': true,
    'meta:abstract': true,
    'meta:containerId': 'tenant',
    'meta:tenantNamespace': '_acme',
    'meta:registryMetadata': { 'xdm:createdUserId': 'me', eTag: expect.stringMatching(/^[0-9a-f]{64}$/) },
  })
  expect(made.body.definitions.customFields.properties._acme.properties.score['meta:xdmType']).toBe('int')
})

test('a schema is composed of its class and field groups', async () => {
  const account = await makeGroup()
  const schema = await makeSchema(PROFILE, account['$id'])
  expect(schema).toMatchObject({
    $id: expect.stringMatching(/^https:\/\/ns\.adobe\.com\/acme\/schemas\/[0-9a-f]{48}$/),
    'meta:class': PROFILE,
    version: '1.0',
    'meta:extensible': false,
    'meta:abstract': false,
    refs: [PROFILE, account['$id']],
    allOf: [
      { $ref: PROFILE, type: 'object', 'meta:xdmType': 'object' },
      { $ref: account['$id'], type: 'object', 'meta:xdmType': 'object' },
    ],
  })
  expect(schema['meta:extends']).toEqual(
    expect.arrayContaining([
      PROFILE,
      'https://ns.adobe.com/xdm/data/record',
      'https://ns.adobe.com/xdm/common/auditable',
    ]),
  )
  const full = await lookup(schema, FULL)
  expect(full.body).not.toHaveProperty('allOf')
  expect(full.body.properties).toMatchObject({
    _acme: { properties: { account: { type: 'string', 'meta:xdmType': 'string' } } },
    _id: { 'meta:xdmField': '@id' },
    _repo: { properties: { createDate: {} } },
    personID: {},
  })
})

test('a resource is found by its id, its other id and a doubly encoded id, and only in its sandbox', async () => {
  const schema = await makeSchema(PROFILE)
  const byId = await lookup(schema, XED)
  expect(byId.status).toBe(200)
  for (const id of [schema['meta:altId'], encodeURIComponent(encodeURIComponent(String(schema['$id'])))]) {
    expect((await ask('GET', `/tenant/schemas/${String(id)}`, { accept: XED })).body).toEqual(byId.body)
  }
  expect((await lookup(schema, 'application/vnd.adobe.xed+json;version=1.0')).status).toBe(200)
  expect((await lookup(schema, XED, 'dev')).body).toMatchObject({
    type: 'http://ns.adobe.com/aep/errors/XDM-1012-404',
    title: 'Resource Not Found',
    status: 404,
    report: {
      registryRequestId: expect.any(String),
      timestamp: expect.stringMatching(/^\d\d-\d\d-\d{4} \d\d:\d\d:\d\d$/),
    },
    detail: `Requested resource ${String(schema['$id'])} with version 1 is not found`,
  })
  expect((await lookup(schema, 'application/vnd.adobe.xed+json;version=2')).status).toBe(404)
})

test('a patch adds a field group and raises the version', async () => {
  const schema = await makeSchema(PROFILE)
  const path = `/tenant/schemas/${encodeURIComponent(String(schema['$id']))}/`
  const patched = await ask('PATCH', path, {
    body: [{ op: 'add', path: '/allOf/-', value: { $ref: PERSON_DETAILS } }],
  })
  expect(patched.status).toBe(200)
  expect(patched.body).toMatchObject({ version: '1.1', 'meta:descriptorStatus': { result: [] } })
  expect(patched.body['meta:extends']).toContain(PERSON_DETAILS)
  const full = (await lookup(schema, FULL)).body
  expect(full.properties.person).toMatchObject({
    'meta:referencedFrom': 'https://ns.adobe.com/xdm/context/person',
    'meta:xdmField': 'xdm:person',
  })
  expect(full.properties.person.properties.name.properties.firstName.type).toBe('string')
  const bad = await ask('PATCH', path, {
    body: [{ op: 'add', path: '/allOf/-', value: { $ref: 'https://nowhere' } }],
  })
  expect(bad.status).toBe(400)
  expect((await lookup(schema, XED)).body.version).toBe('1.1')
})

test('a whole document that was looked up can be put back', async () => {
  const schema = await makeSchema(PROFILE)
  const raw = (await lookup(schema, XED)).body
  raw.allOf.push({ $ref: PERSON_DETAILS, type: 'object', 'meta:xdmType': 'object' })
  const path = `/tenant/schemas/${encodeURIComponent(raw.$id)}`
  const put = await ask('PUT', path, { body: { ...raw, $id: 'https://elsewhere', version: '9.9' } })
  expect(put.status).toBe(200)
  expect(put.body).toMatchObject({ $id: schema['$id'], version: '1.1', title: schema['title'] })
  expect(put.body['meta:registryMetadata']['repo:createdDate']).toBe(
    raw['meta:registryMetadata']['repo:createdDate'],
  )
})

test.each([
  ['GET', '/tenant/schemas', 'application/vnd.adobe.xed+json; version=1', 400, 'XDM-1006-400'],
  ['GET', '/global/classes/_xdm.context.profile', 'application/vnd.adobe.xed+json', 400, 'XDM-1007-400'],
  ['GET', '/tenant/descriptors', 'application/vnd.adobe.xed-id+json', 400, 'XDM-1008-400'],
  ['GET', '/tenant/descriptors/x', 'application/vnd.adobe.xed+json;version=1', 400, 'XDM-1009-400'],
  ['GET', '/tenant/schemas/unknown', XED, 404, 'XDM-1012-404'],
  ['GET', '/tenant/schemas', undefined, 406, 'placeholder'],
  ['GET', '/tenant/schemas', 'application/json', 406, 'placeholder'],
  ['GET', '/tenant/descriptors/unknown', undefined, 404, 'XDM-1017-404'],
  ['POST', '/global/schemas', undefined, 403, 'XDM-1030-403'],
  ['DELETE', '/tenant/schemas/unknown', undefined, 404, 'XDM-1012-404'],
  ['DELETE', '/tenant/schemas/%2500', undefined, 404, 'XDM-1012-404'],
  ['GET', '/tenant/schemas/%25FF', XED, 404, 'XDM-1012-404'],
] as const)('%s %s with Accept %s is %i', async (method, path, accept, status, code) => {
  const answer = await ask(method, path, {
    ...(accept === undefined ? {} : { accept }),
    ...(method === 'POST' ? { body: { title: 'x' } } : {}),
  })
  expect(answer.status).toBe(status)
  expect(answer.body.type).toContain(code)
})

test('a sandbox that does not exist is refused, and without a token nothing is served', async () => {
  expect(await ask('GET', '/stats', { sandbox: 'nowhere' })).toMatchObject({
    status: 403,
    body: { type: expect.stringContaining('aep/errors') },
  })
  expect((await app.inject(`${ROOT}/stats`)).json()).toEqual({
    error_code: '403010',
    message: 'Oauth token is missing.',
  })
})

test('titles are unique over all kinds', async () => {
  const taken = await makeGroup()
  const again = await ask('POST', '/tenant/datatypes', {
    body: { title: taken['title'], type: 'object', properties: {} },
  })
  expect(again.status).toBe(400)
  expect(again.body.detail).toBe(
    `Title must be unique. An object ${String(taken['$id'])} already exists with the same title.`,
  )
})

test.each([
  [
    'a field outside of the namespace',
    'fieldgroups',
    group('Bad 1', { account: { type: 'string' } }),
    'must use a top level field named _acme',
  ],
  [
    'a field beside standard ones',
    'fieldgroups',
    group('Bad 2', { person: { properties: { nick: { type: 'string' } } } }),
    '/person/nick',
  ],
  ['a name that is none', 'fieldgroups', group('Bad 3', { _acme: { properties: { 'a b': {} } } }), '"a b"'],
  [
    'a schema without a class',
    'schemas',
    { title: 'Bad 4', allOf: [{ $ref: PERSON_DETAILS }] },
    'needs a class',
  ],
  [
    'a schema with two classes',
    'schemas',
    { title: 'Bad 5', allOf: [{ $ref: PROFILE }, { $ref: EVENT }] },
    'one class, not 2',
  ],
  ['a class without behaviour', 'classes', { title: 'Bad 6', allOf: [] }, 'one behaviour, not 0'],
  [
    'a reference to nowhere',
    'datatypes',
    { title: 'Bad 7', properties: { x: { $ref: 'https://nowhere' } } },
    'https://nowhere',
  ],
  ['a title that is missing', 'datatypes', { properties: {} }, 'title is missing'],
])('%s is refused', async (_what, kind, body, reason) => {
  const { status, body: problem } = await ask('POST', `/tenant/${kind}`, { body })
  expect(status).toBe(400)
  expect(problem.detail).toContain(reason)
})

test('a field group only goes with the classes that it is meant for', async () => {
  const account = await makeGroup()
  const allOf = [{ $ref: EVENT }, { $ref: account['$id'] }]
  const { status, body } = await ask('POST', '/tenant/schemas', { body: { title: 'Misfit', allOf } })
  expect([status, body.detail]).toEqual([400, expect.stringContaining('is not meant for the class')])
})

test('a class on the ad-hoc behaviour makes a plain table, exact types kept', async () => {
  const columns = { id: { type: 'integer' }, price: { type: 'number', 'meta:lakeType': 'decimal(12,2)' } }
  const own = { properties: { _acme: { type: 'object', properties: columns } } }
  const body = {
    title: `Table ${++titles}`,
    type: 'object',
    allOf: [{ $ref: 'https://ns.adobe.com/xdm/data/adhoc' }, own],
  }
  const made = await ask('POST', '/tenant/classes', { body })
  expect(made.status).toBe(201)
  const schema = await makeSchema(made.body.$id)
  const found = await findSchema(SCOPE, String(schema['$id']))
  expect(found).toMatchObject({
    behavior: 'adhoc',
    classId: made.body.$id,
    version: '1.0',
    title: schema['title'],
  })
  expect(found?.full['properties']).toMatchObject({
    _acme: { properties: { price: { 'meta:lakeType': 'decimal(12,2)', 'meta:xdmType': 'number' } } },
  })
})

test('the fields under _adhoc get a namespace of their own', async () => {
  const own = { properties: { _adhoc: { type: 'object', properties: { field1: { type: 'string' } } } } }
  const body = { title: `Table ${++titles}`, allOf: [{ $ref: 'https://ns.adobe.com/xdm/data/adhoc' }, own] }
  const { body: made } = await ask('POST', '/tenant/classes', { body })
  const namespace = `_${made.$id.split('/').at(-1)}`
  expect(made['meta:datasetNamespace']).toBe(namespace)
  const schema = await makeSchema(made.$id)
  expect(schema['meta:datasetNamespace']).toBe(namespace)
  expect((await lookup(schema, FULL)).body.properties).toEqual({
    [namespace]: expect.objectContaining({ type: 'object' }),
  })
})

test('a resolved schema follows its field groups', async () => {
  const account = await makeGroup()
  const schema = await makeSchema(PROFILE, account['$id'])
  const before = await findSchema(SCOPE, String(schema['$id']))
  expect(await findSchema(SCOPE, String(schema['meta:altId']))).toBe(before)
  const path = '/definitions/customFields/properties/_acme/properties/city'
  const body = [{ op: 'add', path, value: { type: 'string' } }]
  const patched = await ask('PATCH', `/tenant/mixins/${String(account['meta:altId'])}`, { body })
  expect(patched.body.version).toBe('1.1')
  const after = await findSchema(SCOPE, String(schema['$id']))
  expect(JSON.stringify(before?.full)).not.toContain('"city"')
  expect(JSON.stringify(after?.full)).toContain('"city"')
  expect(await findSchema({ ...SCOPE, sandbox: SANDBOXES.dev }, String(schema['$id']))).toBeUndefined()
})

test('what is used stays; what is not is removed', async () => {
  const account = await makeGroup()
  const schema = await makeSchema(PROFILE, account['$id'])
  const groupPath = `/tenant/fieldgroups/${String(account['meta:altId'])}`
  const schemaPath = `/tenant/schemas/${String(schema['meta:altId'])}`
  expect((await ask('DELETE', groupPath)).body.detail).toContain(String(schema['$id']))
  usedSchemas.add(String(schema['$id']))
  expect((await ask('DELETE', schemaPath)).status).toBe(400)
  usedSchemas.clear()
  expect(await ask('DELETE', schemaPath)).toMatchObject({ status: 204, body: undefined })
  expect((await ask('GET', schemaPath, { accept: XED })).status).toBe(404)
  expect((await ask('DELETE', groupPath)).status).toBe(204)
})

test('the global container is listed and looked up in every form', async () => {
  for (const kind of ['classes', 'fieldgroups', 'mixins', 'datatypes', 'behaviors']) {
    const { body } = await ask('GET', `/global/${kind}/`, { accept: LIST })
    expect(body._page).toMatchObject({ next: null, count: body.results.length })
    for (const item of body.results)
      expect(Object.keys(item)).toEqual(['$id', 'meta:altId', 'version', 'title'])
    expect((await ask('GET', `/tenant/${kind}`, { accept: LIST })).status).toBe(200)
  }
  const xdm = await ask('GET', '/global/classes/_xdm.context.profile', {
    accept: 'application/vnd.adobe.xdm-full+json;version=1',
  })
  expect(Object.keys(xdm.body.properties)).toEqual(
    expect.arrayContaining(['@id', 'xdm:personID', 'repo:createDate']),
  )
  const event = await ask('GET', `/global/classes/${encodeURIComponent(EVENT)}`, { accept: FULL })
  expect(event.body.required).toEqual(expect.arrayContaining(['_id', 'timestamp']))
  expect(event.body.properties.identityMap).toMatchObject({
    'meta:xdmType': 'map',
    additionalProperties: { type: 'array' },
  })
  const bare = await ask('GET', '/global/classes/_xdm.context.profile', {
    accept: 'application/vnd.adobe.xed-notext+json;version=1',
  })
  expect(bare.body).not.toHaveProperty('title')
})

test('lists are filtered by several properties', async () => {
  const list = async (query: string) =>
    (await ask('GET', `/global/fieldgroups?${query}`, { accept: LIST })).body.results.map(
      (each: { title: string }) => each.title,
    )
  const forEvents = await list(`property=meta:intendedToExtend==${EVENT}`)
  expect(forEvents).toContain('Demographic Details')
  expect(forEvents).not.toContain('Loyalty Details')
  expect(await list(`property=meta:intendedToExtend==${PROFILE}&property=title~^Loyal`)).toEqual([
    'Loyalty Details',
  ])
})

test('pages visit each resource once', async () => {
  const visited: string[] = []
  let start: string | null = ''
  while (start !== null) {
    const from: string = start === '' ? '' : `&start=${encodeURIComponent(start)}`
    const { body } = await ask('GET', `/global/datatypes?limit=2&orderby=title${from}`, { accept: LIST })
    visited.push(...body.results.map((each: { title: string }) => each.title))
    start = body._page.next
  }
  expect(visited).toEqual([...new Set(visited)].sort())
  const all = await ask('GET', '/global/datatypes', { accept: LIST })
  expect(visited).toHaveLength(all.body.results.length)
})

function identity(schema: JsonObject, path: string, isPrimary = true): object {
  return {
    '@type': 'xdm:descriptorIdentity',
    'xdm:sourceSchema': schema['$id'],
    'xdm:sourceVersion': 1,
    'xdm:sourceProperty': path,
    'xdm:namespace': 'CRMId',
    'xdm:isPrimary': isPrimary,
  }
}

test('an identity descriptor lives its life', async () => {
  const schema = await makeSchema(PROFILE, (await makeGroup())['$id'])
  const made = await ask('POST', '/tenant/descriptors', { body: identity(schema, '/_acme/account') })
  expect(made.status).toBe(201)
  expect(made.body).toMatchObject({
    '@id': expect.stringMatching(/^[0-9a-f]{48}$/),
    'xdm:property': 'xdm:code',
    version: '1',
  })
  const path = `/tenant/descriptors/${made.body['@id']}`
  expect((await ask('GET', path)).body).toMatchObject({ created: expect.any(Number), createdUser: 'me' })

  const second = await ask('POST', '/tenant/descriptors', { body: identity(schema, '/personID') })
  expect([second.status, second.body.detail]).toEqual([
    400,
    expect.stringContaining('primary identity /_acme/account'),
  ])
  const dangling = await ask('POST', '/tenant/descriptors', {
    body: identity(schema, '/_acme/nothing', false),
  })
  expect([dangling.status, dangling.body.detail]).toEqual([400, expect.stringContaining('/_acme/nothing')])

  const byType = await ask('GET', '/tenant/descriptors/', { accept: 'application/vnd.adobe.xdm-link+json' })
  expect(byType.body['xdm:descriptorIdentity']).toContain(path)
  const page = await ask('GET', `/tenant/descriptors?property=xdm:sourceSchema==${String(schema['$id'])}`, {
    accept: 'application/vnd.adobe.xdm-v2+json',
  })
  expect(page.body).toMatchObject({ results: [{ '@id': made.body['@id'] }], _page: { next: null } })

  const put = await ask('PUT', path, { body: identity(schema, '/personID') })
  expect(put).toMatchObject({
    status: 201,
    body: { '@id': made.body['@id'], 'xdm:sourceProperty': '/personID' },
  })
  const desc = await lookup(schema, 'application/vnd.adobe.xed-full-desc+json; version=1')
  expect(desc.body['meta:descriptors']).toMatchObject([{ 'xdm:sourceProperty': '/personID' }])
  expect((await ask('DELETE', path)).status).toBe(204)
  expect((await ask('GET', path)).status).toBe(404)
})

test('a schema joins its union with an identity, and for ever', async () => {
  const schema = await makeSchema(PROFILE, PERSON_DETAILS)
  const path = `/tenant/schemas/${String(schema['meta:altId'])}`
  const join = [{ op: 'add', path: '/meta:immutableTags', value: ['union'] }]
  expect((await ask('PATCH', path, { body: join })).body.type).toContain('XDM-1528-400')
  await ask('POST', '/tenant/descriptors', { body: identity(schema, '/personID') })
  expect((await ask('PATCH', path, { body: join })).body['meta:immutableTags']).toEqual(['union'])
  expect((await ask('PATCH', path, { body: [{ op: 'remove', path: '/meta:immutableTags' }] })).status).toBe(
    400,
  )
  expect(
    (await ask('GET', '/tenant/schemas?property=meta:immutableTags', { accept: LIST })).body.results,
  ).toHaveLength(1)

  const unions = await ask('GET', '/tenant/unions', { accept: LIST })
  expect(unions.body.results).toMatchObject([
    { $id: `${PROFILE}__union`, 'meta:altId': '_xdm.context.profile__union' },
  ])
  for (const at of [
    `/tenant/unions/${encodeURIComponent(`${PROFILE}__union`)}`,
    '/tenant/schemas/_xdm.context.profile__union',
  ]) {
    const union = await ask('GET', at, { accept: FULL })
    expect(union.body.properties).toMatchObject({ person: {}, identityMap: {}, personID: {} })
  }
})

test('changes that come together leave one title and one primary identity', async () => {
  const body = { title: 'Contested', type: 'object', properties: {} }
  const made = await Promise.all(Array.from({ length: 4 }, () => ask('POST', '/tenant/datatypes', { body })))
  expect(made.map(({ status }) => status).sort()).toEqual([201, 400, 400, 400])
  const schema = await makeSchema(PROFILE)
  const identities = ['/personID', '/_id', '/repositoryCreatedBy'].map((path) => identity(schema, path))
  const answers = await Promise.all(
    identities.map((each) => ask('POST', '/tenant/descriptors', { body: each })),
  )
  expect(answers.map(({ status }) => status).sort()).toEqual([201, 400, 400])
})

test('the API docs list every operation', async () => {
  await app.ready()
  const { paths } = (await app.inject('/docs/json')).json()
  expect(paths).toHaveProperty([`${ROOT}/{container}/schemas/{id}`, 'patch'])
})
