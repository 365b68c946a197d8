import type { Answer } from '@headwater/testkit/api-client.ts'
import { startTestServer, type TestServer } from '@headwater/testkit/test-server.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { statement } from '../conformance/statement.ts'
import {
  EVENT,
  NAMESPACE,
  PERSON_DETAILS,
  PROFILE,
  RegistryClient,
  registryCode,
  SHORT_LIST,
  XED,
  XED_FULL,
} from './registry.ts'

/** What `Accept` asks for, and what it gets. */
const PERSON = 'https://ns.adobe.com/xdm/context/person'

let server: TestServer
let registry: RegistryClient
/** A profile schema with person details and numbers of every size. */
let schema: Answer

beforeAll(async () => {
  server = await startTestServer()
  registry = new RegistryClient(server.client)
  const group = await registry.makeGroup({
    tiny: { type: 'integer', minimum: -128, maximum: 128 },
    year: { type: 'integer', minimum: 1, maximum: 32767 },
    count: { type: 'integer' },
    total: { type: 'integer', minimum: -9007199254740991, maximum: 9007199254740991 },
    ratio: { type: 'number' },
    isPaid: { type: 'boolean' },
    born: { type: 'string', format: 'date' },
    seen: { type: 'string', format: 'date-time' },
    tags: { type: 'array', items: { type: 'string', title: 'Tag' } },
    notes: { type: 'object', 'meta:xdmType': 'map', additionalProperties: { type: 'string' } },
    old: { type: 'string', 'meta:status': 'deprecated' },
  })
  schema = await registry.makeSchema(PROFILE, PERSON_DETAILS, group.$id)
})

afterAll(async () => {
  await server?.[Symbol.asyncDispose]()
})

statement(28, '`/stats` returns `tenantId`, `imsOrg`, `counts`.', async () => {
  for (const accept of [undefined, 'application/vnd.adobe.xed+json', 'text/plain']) {
    const { status, body } = await registry.get('/stats', accept)
    expect(status).toBe(200)
    expect(body).toMatchObject({ tenantId: 'headwater', imsOrg: server.client.credentials.ims_org })
    expect(body.counts).toEqual({ schemas: 1, mixins: 1, datatypes: 0, classes: 0, unions: 0 })
    expect(body.classUsage[PROFILE]).toMatchObject([{ $id: schema.$id, title: schema.title }])
  }
})

statement(
  29,
  'List with `xed-id+json` gives exactly `$id`, `meta:altId`, `version`, `title` per item.',
  async () => {
    for (const path of ['/tenant/schemas', '/global/classes', '/global/fieldgroups', '/global/behaviors/']) {
      const { status, body } = await registry.get(path, SHORT_LIST)
      expect(status).toBe(200)
      expect(body.results.length).toBeGreaterThan(0)
      for (const item of body.results)
        expect(Object.keys(item)).toEqual(['$id', 'meta:altId', 'version', 'title'])
    }
  },
)

statement(30, 'List with `; version=1` returns 400 `XDM-1006-400`.', async () => {
  for (const form of ['xed', 'xed-id', 'xdm']) {
    const accept = `application/vnd.adobe.${form}+json; version=1`
    const answer = await registry.get('/tenant/schemas', accept)
    expect(registryCode(answer)).toBe('XDM-1006-400')
    expect(answer.body).toMatchObject({ title: 'Accept header invalid', status: 400 })
    expect(answer.body.detail).toContain(accept)
    expect(answer.body.report).toEqual({
      registryRequestId: expect.any(String),
      timestamp: expect.stringMatching(/^\d\d-\d\d-\d{4} \d\d:\d\d:\d\d$/),
      'detailed-message': answer.body.detail,
      'sub-errors': [],
    })
  }
})

statement(
  31,
  'Lookup without version returns 400 `XDM-1007-400` and the shown example contains `version=1`.',
  async () => {
    for (const form of ['xed', 'xed-full', 'xed-id', 'xdm-full-notext']) {
      const accept = `application/vnd.adobe.${form}+json`
      const answer = await registry.get('/global/classes/_xdm.context.profile', accept)
      expect(registryCode(answer)).toBe('XDM-1007-400')
      expect(answer.body.detail).toContain(accept)
      expect(answer.body.detail.split(accept)[1]).toContain('version=1')
    }
  },
)

statement(32, 'Descriptor list with `xed-id+json` returns 400 `XDM-1008-400`.', async () => {
  for (const accept of [
    SHORT_LIST,
    'application/vnd.adobe.xed+json',
    'application/vnd.adobe.xdm+json;version=1',
  ])
    expect(registryCode(await registry.get('/tenant/descriptors', accept))).toBe('XDM-1008-400')
})

statement(35, '`version=1` and `version=1.0` both work; no space after `;` works.', async () => {
  const path = `/tenant/schemas/${schema['meta:altId']}`
  const answers = await Promise.all(
    [';version=1', '; version=1', ' ; version=1.0', ';version=1.0', '; version="1"'].map((version) =>
      registry.get(path, `application/vnd.adobe.xed+json${version}`),
    ),
  )
  for (const { status, body } of answers) expect([status, body.$id]).toEqual([200, schema.$id])
  const newer = await registry.get(path, 'application/vnd.adobe.xed+json;version=2')
  expect(registryCode(newer)).toBe('XDM-1012-404')
})

statement(
  43,
  '`xed-full` has no `allOf`, no `definitions`, and contains `_id`, `_repo.createDate`, `person.name.firstName` after adding person details.',
  async () => {
    const full = await registry.look('schemas', schema.$id)
    expect(full).not.toHaveProperty('allOf')
    expect(full).not.toHaveProperty('definitions')
    expect(JSON.stringify(full)).not.toContain('"$ref"')
    expect(full.properties._id).toMatchObject({ type: 'string', format: 'uri-reference' })
    expect(full.properties._repo.properties.createDate).toMatchObject({ format: 'date-time' })
    expect(full.properties.person.properties.name.properties.firstName).toMatchObject({ type: 'string' })
  },
)

statement(
  44,
  "In `xed-full`, `person` carries `meta:referencedFrom` = the person type's `$id` and `meta:xdmField` = `xdm:person`.",
  async () => {
    const { properties } = await registry.look('schemas', schema.$id)
    expect(properties.person).toMatchObject({
      'meta:referencedFrom': PERSON,
      'meta:xdmField': 'xdm:person',
      'meta:xdmType': 'object',
    })
    expect(properties.person.properties.name['meta:referencedFrom']).toBe(
      'https://ns.adobe.com/xdm/context/person-name',
    )
  },
)

statement(45, '`_id` has `meta:xdmField:"@id"`; `_repo` has `meta:xedConverted:true`.', async () => {
  const { properties } = await registry.look('schemas', schema.$id)
  expect(properties._id['meta:xdmField']).toBe('@id')
  expect(properties._repo).toMatchObject({ 'meta:xedConverted': true, type: 'object' })
  expect(properties._repo.properties.modifyDate['meta:xdmField']).toBe('repo:modifyDate')
})

statement(
  46,
  '`birthYear` (1–32767) has `meta:xdmType:"short"`; an unbounded integer has `int`; ±9007199254740991 has `long`.',
  async () => {
    const { properties } = await registry.look('schemas', schema.$id)
    expect(properties.person.properties.birthYear['meta:xdmType']).toBe('short')
    const own = properties[NAMESPACE].properties
    const types = ['tiny', 'year', 'count', 'total'].map((name) => own[name]['meta:xdmType'])
    expect(types).toEqual(['byte', 'short', 'int', 'long'])
  },
)

statement(47, '`format:date` gives `meta:xdmType:"date"`, `date-time` gives `date-time`.', async () => {
  const { properties } = await registry.look('schemas', schema.$id)
  expect(properties.person.properties.birthDate['meta:xdmType']).toBe('date')
  const own = properties[NAMESPACE].properties
  const names = ['born', 'seen', 'ratio', 'isPaid', 'tags', 'notes', 'old']
  const types = names.map((name) => own[name]['meta:xdmType'])
  expect(types).toEqual(['date', 'date-time', 'number', 'boolean', 'array', 'map', 'string'])
})

statement(
  48,
  '`identityMap` in full form has `meta:xdmType:"map"` and array-of-object `additionalProperties`.',
  async () => {
    const { body } = await registry.get(`/global/classes/${encodeURIComponent(EVENT)}`, XED_FULL)
    expect(body.properties.identityMap).toMatchObject({
      'meta:xdmType': 'map',
      additionalProperties: {
        type: 'array',
        items: { type: 'object', properties: { id: { type: 'string' }, primary: { type: 'boolean' } } },
      },
    })
  },
)

statement(49, '`-notext` responses contain no `title` or `description` anywhere.', async () => {
  for (const form of ['xed-notext', 'xed-full-notext', 'xdm-full-notext']) {
    const accept = `application/vnd.adobe.${form}+json;version=1`
    const body = await registry.look('schemas', schema.$id, accept)
    expect(textsOf(body), form).toEqual([])
    expect(body.$id).toBe(schema.$id)
  }
})

/** Titles and descriptions of a schema; fields of that name are none. */
function textsOf(node: Answer): readonly string[] {
  const texts = ['title', 'description'].filter((key) => typeof node[key] === 'string')
  const fields = ['properties', 'definitions'].flatMap((key) => Object.values<Answer>(node[key] ?? {}))
  const parts = [node.items, node.additionalProperties, ...(node.allOf ?? [])].filter(
    (part) => typeof part === 'object',
  )
  return [...texts, ...[...fields, ...parts].flatMap(textsOf)]
}

statement(50, 'ExperienceEvent full form has `required` containing `_id` and `timestamp`.', async () => {
  const { body } = await registry.get(`/global/classes/${encodeURIComponent(EVENT)}`, XED_FULL)
  expect(body.required).toEqual(expect.arrayContaining(['_id', 'timestamp']))
  const xdm = await registry.get(
    '/global/classes/_xdm.context.experienceevent',
    XED_FULL.replace('xed', 'xdm'),
  )
  expect(xdm.body.required).toEqual(expect.arrayContaining(['@id', 'xdm:timestamp']))
})

test('the raw form keeps references, and the short one says what a list does', async () => {
  const raw = await registry.look('schemas', schema.$id, XED)
  expect(raw.allOf.map(({ $ref }: Answer) => $ref)).toEqual(schema.refs)
  const short = await registry.look('schemas', schema.$id, 'application/vnd.adobe.xed-id+json;version=1')
  expect(short).toEqual({
    $id: schema.$id,
    'meta:altId': schema['meta:altId'],
    version: '1.0',
    title: schema.title,
  })
})

test('deprecated fields are marked, by their author and by descriptors', async () => {
  const made = await registry.post('/tenant/descriptors', {
    '@type': 'xdm:descriptorDeprecated',
    'xdm:sourceSchema': schema.$id,
    'xdm:sourceVersion': 1,
    'xdm:sourceProperty': '/person/taxId',
  })
  expect(made.status).toBe(201)
  for (const form of ['xed-deprecatefield', 'xed-full-deprecated']) {
    const { properties } = await registry.look(
      'schemas',
      schema.$id,
      `application/vnd.adobe.${form}+json;version=1`,
    )
    expect(properties.person.properties.taxId['meta:status'], form).toBe('deprecated')
    expect(properties[NAMESPACE].properties.old['meta:status'], form).toBe('deprecated')
    expect(properties[NAMESPACE].properties.count, form).not.toHaveProperty('meta:status')
  }
})

test('the flat forms have paths for fields, and the described ones descriptors', async () => {
  const flat = await registry.look(
    'schemas',
    schema.$id,
    'application/vnd.adobe.xdm-full-flat+json;version=1',
  )
  expect(Object.keys(flat.properties)).toEqual(
    expect.arrayContaining([
      '@id',
      'repo:createDate',
      'xdm:person/xdm:name/xdm:firstName',
      `${NAMESPACE}/total`,
    ]),
  )
  for (const form of ['xed-full-desc', 'xdm-full-desc-flat', 'xed-full-desc-deprecated']) {
    const body = await registry.look('schemas', schema.$id, `application/vnd.adobe.${form}+json;version=1`)
    expect(body['meta:descriptors'], form).toMatchObject([{ '@type': 'xdm:descriptorDeprecated' }])
  }
})

test('media types that are none of the registry are not acceptable, nor is none at all', async () => {
  for (const accept of [undefined, 'application/json', 'text/html', 'application/vnd.adobe.xyz+json']) {
    for (const path of ['/tenant/schemas', '/global/classes/_xdm.context.profile', '/tenant/descriptors']) {
      const { status, body } = await registry.get(path, accept)
      expect([status, body.title], `${accept} ${path}`).toEqual([406, 'NotAcceptableError'])
    }
  }
  const unknown = await registry.get(
    '/global/classes/_xdm.context.profile',
    'application/vnd.adobe.xed-full-blue+json;version=1',
  )
  expect(unknown.status).toBe(406)
})
