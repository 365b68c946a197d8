import { expect, test } from 'vitest'
import type { JsonObject } from '#kit/json.ts'
import { toXdmNames } from './compatibility-names.ts'
import { createGlobalLibrary } from './global-library.ts'
import { renderResource } from './render-resource.ts'
import { resolveFull } from './resolve-full.ts'
import { xdmTypeOf } from './xdm-type.ts'

const library = createGlobalLibrary()
const find = (id: string): JsonObject | undefined => library.find(id)?.document

/** Digs into `properties`, as `a.b` means to people. */
function field(tree: JsonObject, path: string): JsonObject | undefined {
  return path
    .split('.')
    .reduce<JsonObject | undefined>(
      (node, name) => (node?.['properties'] as JsonObject)?.[name] as JsonObject,
      tree,
    )
}

const customers: JsonObject = {
  $id: 'https://ns.adobe.com/acme/schemas/1',
  title: 'Customers',
  allOf: [
    { $ref: 'https://ns.adobe.com/xdm/context/profile' },
    { $ref: 'https://ns.adobe.com/xdm/context/profile-person-details' },
    { $ref: 'https://ns.adobe.com/xdm/context/profile-personal-details' },
    { $ref: '#/definitions/own' },
  ],
  definitions: {
    own: {
      properties: {
        _acme: {
          type: 'object',
          properties: {
            balance: { type: 'number', title: 'Balance', 'meta:lakeType': 'decimal(12,2)' },
            addresses: { type: 'array', items: { $ref: 'https://ns.adobe.com/xdm/common/address' } },
          },
        },
        person: { properties: { _acme: { type: 'object', properties: { nick: { type: 'string' } } } } },
      },
    },
  },
}

test('a schema of standard parts and own fields becomes one tree', () => {
  const full = resolveFull(customers, find)
  expect(full).not.toHaveProperty('allOf')
  expect(full).not.toHaveProperty('definitions')
  expect(JSON.stringify(full)).not.toContain('$ref')
  expect(field(full, '_id')).toMatchObject({ 'meta:xdmField': '@id', 'meta:xdmType': 'string' })
  expect(field(full, '_repo')).toMatchObject({ 'meta:xedConverted': true, type: 'object' })
  expect(field(full, '_repo.createDate')).toMatchObject({
    'meta:xdmType': 'date-time',
    'meta:xdmField': 'repo:createDate',
  })
  expect(field(full, 'person')).toMatchObject({
    'meta:referencedFrom': 'https://ns.adobe.com/xdm/context/person',
    'meta:xdmField': 'xdm:person',
    title: 'Person',
  })
  expect(field(full, 'person.name.firstName')).toMatchObject({
    type: 'string',
    'meta:xdmField': 'xdm:firstName',
  })
  expect(field(full, 'person.birthYear')).toMatchObject({ 'meta:xdmType': 'short' })
  expect(field(full, 'person.birthDate')).toMatchObject({ 'meta:xdmType': 'date' })
  expect(field(full, 'homeAddress._schema.latitude')).toMatchObject({ 'meta:xdmType': 'number' })
  expect(field(full, 'homeAddress.city')).toBeDefined()
})

test('a tenant adds fields inside of a standard object', () => {
  const full = resolveFull(customers, find)
  expect(field(full, 'person._acme.nick')).toMatchObject({ 'meta:xdmType': 'string' })
  expect(field(full, 'person.gender')).toBeDefined()
})

test('keywords that the registry does not know stay on their fields', () => {
  expect(field(resolveFull(customers, find), '_acme.balance')).toMatchObject({
    'meta:lakeType': 'decimal(12,2)',
  })
})

test('references are followed in items of lists and values of maps', () => {
  const full = resolveFull(customers, find)
  const items = field(full, '_acme.addresses')?.['items'] as JsonObject
  expect(field(items, 'postalCode')).toBeDefined()
  const event = resolveFull(
    { $id: 'e', allOf: [{ $ref: 'https://ns.adobe.com/xdm/context/experienceevent' }] },
    find,
  )
  const map = field(event, 'identityMap')
  expect(map).toMatchObject({
    'meta:xdmType': 'map',
    additionalProperties: { type: 'array', 'meta:xdmType': 'array' },
  })
  expect(event['required']).toEqual(['_id', 'timestamp'])
})

test('fields are sorted, those with an underscore first', () => {
  const names = Object.keys(resolveFull(customers, find)['properties'] as JsonObject)
  expect(names.slice(0, 3)).toEqual(['_acme', '_id', '_repo'])
  expect(names.slice(3)).toEqual([...names.slice(3)].sort())
})

test('a type that contains itself ends', () => {
  const tree: JsonObject = {
    $id: 'node',
    type: 'object',
    properties: { name: { type: 'string' }, children: { type: 'array', items: { $ref: 'node' } } },
  }
  const full = resolveFull(tree, (id) => (id === 'node' ? tree : undefined))
  expect(field(full, 'children')).toMatchObject({ type: 'array', items: { type: 'object' } })
})

test('xdm names come back, tenant names stay', () => {
  const full = toXdmNames(resolveFull(customers, find))
  const properties = full['properties'] as JsonObject
  expect(Object.keys(properties)).toEqual(
    expect.arrayContaining(['@id', 'repo:createDate', 'xdm:person', '_acme']),
  )
  expect(properties).not.toHaveProperty('_repo')
  expect(field(full, 'xdm:person.xdm:name.xdm:firstName')).not.toHaveProperty('meta:xdmField')
  const event = resolveFull(
    { $id: 'e', allOf: [{ $ref: 'https://ns.adobe.com/xdm/context/experienceevent' }] },
    find,
  )
  expect(toXdmNames(event)['required']).toEqual(['@id', 'xdm:timestamp'])
})

test('the form without texts keeps fields that are named title and description', () => {
  const document: JsonObject = {
    $id: 's',
    title: 'Texts',
    properties: {
      title: { type: 'string', title: 'A title' },
      description: { type: 'string', description: 'Some text' },
    },
  }
  const shown = renderResource({
    document,
    format: { names: 'xed', form: 'full-notext' },
    find,
    descriptors: [],
  })
  expect(shown).not.toHaveProperty('title')
  expect(shown['properties']).toEqual({
    description: { type: 'string', 'meta:xdmType': 'string' },
    title: { type: 'string', 'meta:xdmType': 'string' },
  })
})

test('the flat form has one key for each field', () => {
  const shown = renderResource({
    document: customers,
    format: { names: 'xdm', form: 'full-flat' },
    find,
    descriptors: [],
  })
  expect(Object.keys(shown['properties'] as JsonObject)).toEqual(
    expect.arrayContaining(['xdm:person/xdm:name/xdm:firstName', '_acme/balance', '@id']),
  )
})

test.each([
  [{ type: 'integer' }, 'int'],
  [{ type: 'integer', minimum: 0 }, 'int'],
  [{ type: 'integer', minimum: -128, maximum: 128 }, 'byte'],
  [{ type: 'integer', minimum: 1, maximum: 32_767 }, 'short'],
  [{ type: 'integer', minimum: -2_147_483_648, maximum: 2_147_483_648 }, 'int'],
  [{ type: 'integer', minimum: -9_007_199_254_740_991, maximum: 9_007_199_254_740_991 }, 'long'],
  [{ type: 'string', format: 'date' }, 'date'],
  [{ type: 'string', format: 'date-time' }, 'date-time'],
  [{ type: 'string', format: 'email' }, 'string'],
  [{ type: 'number' }, 'number'],
  [{ properties: {} }, 'object'],
  [{}, undefined],
])('the XDM type of %o is %s', (node, expected) => {
  expect(xdmTypeOf(node as JsonObject)).toBe(expected)
})

test('every reference of the global container leads somewhere', () => {
  const kinds = ['behaviors', 'classes', 'fieldgroups', 'datatypes'] as const
  const documents = kinds.flatMap((kind) => library.list(kind)).map((resource) => resource.document)
  expect(documents).toHaveLength(88)
  for (const document of documents) {
    const refs = JSON.stringify(document).match(/(?<="\$ref":")https?:[^"#]+(?=")/g) ?? []
    for (const ref of refs) expect(library.find(ref)?.id).toBe(ref)
  }
})
