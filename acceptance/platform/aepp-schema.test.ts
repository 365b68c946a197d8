import { type AeppStory, aeppTitle, hasAepp, tellSchemasWithAepp } from '@headwater/testkit/aepp.ts'
import type { Answer } from '@headwater/testkit/api-client.ts'
import { startTestServer, type TestServer } from '@headwater/testkit/test-server.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { NAMESPACE, PERSON_DETAILS, PROFILE } from './registry.ts'

/** aepp tells of the registry in one go (`acceptance/clients/aepp/schemas.py`); the tests judge what it returned. */
let server: TestServer
let story: AeppStory

describe.skipIf(!hasAepp)(aeppTitle, () => {
  beforeAll(async () => {
    server = await startTestServer()
    story = await tellSchemasWithAepp(server.client)
  })

  afterAll(async () => {
    await server?.[Symbol.asyncDispose]()
  })

  /** What a chapter saw; fails with its traceback when aepp raised. */
  function chapter(name: string): Answer {
    const told = story[name]
    expect(told?.raised, name).toBeUndefined()
    return told
  }

  test('reads the standard: behaviours, classes, field groups, data types', () => {
    const told = chapter('library')
    expect(told.tenant).toBe('headwater')
    expect(told.counts).toMatchObject({ schemas: 0, unions: 0 })
    expect(told.behaviors).toHaveLength(3)
    expect(told.record.properties).toHaveProperty('@id')
    expect(told.classes).toContain(PROFILE)
    expect(told.profile.properties).toHaveProperty('xdm:personID')
    expect(told.fieldGroups).toEqual(expect.arrayContaining(['Demographic Details', 'Commerce Details']))
    expect(told.dataTypes).toBeGreaterThan(50)
    expect(told.schemas).toEqual([])
  })

  test('makes, changes, lists and removes resources of every kind', () => {
    const told = chapter('resources')
    expect(told.patchedClass).toMatchObject({ $id: told.class.$id, version: '1.1', title: 'aepp class 2' })
    expect(told.classes).toEqual(['aepp class 2'])
    expect(told.readClass.properties).toHaveProperty('@id')
    expect(told.patchedType.version).toBe('1.1')
    expect(Object.keys(told.readType.properties)).toEqual(['city', 'zip'])
    expect(told.dataTypes).toEqual(['aepp type'])
    expect([told.patchedGroup.version, told.putGroup.version, told.extended.version]).toEqual([
      '1.1',
      '1.2',
      '1.3',
    ])
    expect(told.extended['meta:intendedToExtend']).toHaveLength(2)
    expect(told.groups).toEqual(['aepp group'])
    expect(Object.keys(told.readGroup.properties[NAMESPACE].properties)).toEqual(['friend', 'id', 'level'])
    expect(told.deleted).toEqual([204, 204])
    expect(told.gone.type).toContain('XDM-1012-404')
  })

  test('composes schemas and reads them in its forms', () => {
    const told = chapter('schemas')
    expect(told.profile).toMatchObject({ version: '1.0', 'meta:class': PROFILE })
    expect(told.added.refs).toEqual([PROFILE, PERSON_DETAILS, expect.stringContaining('/mixins/')])
    expect(told.patched).toMatchObject({ version: '1.2', description: 'changed by aepp' })
    expect(told.titles).toEqual(['aepp profile', 'aepp event'])
    expect(told.xdmFull.properties['xdm:person'].properties).toHaveProperty('xdm:name')
    expect(told.xedFull.properties.person.properties).toHaveProperty('name')
    expect(told.raw.allOf).toHaveLength(3)
    expect(told.described).toHaveProperty('meta:descriptors')
    expect(told.paths).toEqual(expect.arrayContaining(['person.name.firstName', `${NAMESPACE}.level`, '_id']))
    expect(told.sample.person.name.firstName).toBe('Sample first name')
  })

  test('makes descriptors of its types, and lists them in one page', () => {
    const told = chapter('descriptors')
    const types = told.made.map((descriptor: Answer) => descriptor['@type'] ?? descriptor.detail)
    expect(types).toEqual([
      'xdm:descriptorIdentity',
      'xdm:alternateDisplayInfo',
      'xdm:descriptorReferenceIdentity',
      'xdm:descriptorOneToOne',
      'xdm:descriptorRelationship',
      'xdm:descriptorDeprecated',
      'xdm:descriptorTimeSeriesGranularity',
      'xdm:descriptorLabel',
    ])
    for (const { detail } of told.refused) expect(detail).toContain('ad-hoc')
    expect(told.put['@id']).toBe(told.again['@id'])
    expect(told.read).toMatchObject({ 'xdm:namespace': 'Phone', created: expect.any(Number) })
    const ids = [...told.made, told.again].map((descriptor: Answer) => descriptor['@id'])
    expect(told.listed.map((descriptor: Answer) => descriptor['@id'])).toEqual(ids)
    expect(told.ids).toEqual(ids)
    expect(told.links).toEqual(ids.map((id) => `/tenant/descriptors/${id}`))
    expect(told.identities).toHaveLength(2)
    expect(told.deleted).toBe(204)
    expect(told.deprecated.properties.person.properties.taxId['meta:status']).toBe('deprecated')
  })

  test('enables a schema for the profile store, and finds its union', () => {
    const told = chapter('unions')
    expect(told.enabled['meta:immutableTags']).toEqual(['union'])
    expect(told.unions).toHaveLength(1)
    expect(told.union.properties).toMatchObject({ 'xdm:identityMap': {}, [NAMESPACE]: {} })
    expect(told.kept.type).toContain('XDM-1402-400')
  })

  test('manages field groups, data types and schemas field by field', () => {
    const told = chapter('managers')
    const fields = [
      '',
      '.account',
      '.account.closed',
      '.account.number',
      '.account.opened',
      '.notes',
      '.tags[]',
    ]
    const paths = fields.map((field) => `${NAMESPACE}${field}`)
    expect(told.groupPaths).toEqual(paths)
    expect(told.updated).toMatchObject({ $id: told.created.$id, version: '1.1' })
    const own = told.updated.definitions.customFields.properties[NAMESPACE].properties
    const types = ['notes', 'tags', 'account'].map((name) => own[name]['meta:xdmType'])
    expect(types).toEqual(['map', 'array', 'object'])
    expect(told.dataType.$id).toContain('/datatypes/')
    expect(told.schema['meta:extends']).toEqual(
      expect.arrayContaining([PROFILE, PERSON_DETAILS, told.created.$id]),
    )
    expect(told.paths).toEqual(
      expect.arrayContaining([...paths, 'person.name.firstName', '_repo.createDate']),
    )
    expect(told.dictionary.person.birthDate).toBe('string:date')
    expect(told.descriptors).toMatchObject([{ '@id': told.descriptor['@id'], 'xdm:isPrimary': true }])
    expect(told.standard).toEqual(expect.arrayContaining(['web.webPageDetails.URL', 'timestamp']))
  })

  test('makes and lists identity namespaces', () => {
    const told = chapter('namespaces')
    expect(told.all).toEqual(expect.arrayContaining(['Email', 'ECID', 'AeppCard']))
    expect(told.custom).toEqual([told.made])
    expect(told.detail).toEqual(told.made)
    expect(told.conflict).toMatchObject({ status: 409, code: 'NAMESPACE_CODE_CONFLICT' })
  })
})
