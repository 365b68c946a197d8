import type { Answer } from '@headwater/testkit/api-client.ts'
import { startTestServer, type TestServer } from '@headwater/testkit/test-server.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { EVENT, PROFILE, RegistryClient, SHORT_LIST } from './registry.ts'

/** The classes, field groups and data types of the standard: all there, all whole, in every form. */
const KINDS = ['behaviors', 'classes', 'fieldgroups', 'datatypes']
const FORMS = [
  '',
  '-notext',
  '-full',
  '-full-notext',
  '-full-desc',
  '-full-flat',
  '-full-deprecated',
  '-deprecatefield',
]

let server: TestServer
let registry: RegistryClient

beforeAll(async () => {
  server = await startTestServer()
  registry = new RegistryClient(server.client)
})

afterAll(async () => {
  await server?.[Symbol.asyncDispose]()
})

async function idsOf(kind: string): Promise<readonly string[]> {
  const { body } = await registry.get(`/global/${kind}`, SHORT_LIST)
  return body.results.map(({ $id }: Answer) => $id)
}

async function look(kind: string, id: string, form: string): Promise<Answer> {
  const accept = `application/vnd.adobe.${form}+json; version=1`
  const { status, body } = await registry.get(`/global/${kind}/${encodeURIComponent(id)}`, accept)
  expect(status, `${id} as ${form}`).toBe(200)
  return body
}

/** Every schema of a schema, with its path. */
function nodesOf(node: Answer, path = ''): readonly (readonly [path: string, node: Answer])[] {
  const fields = Object.entries<Answer>(node.properties ?? {}).map(([name, field]) => [
    `${path}/${name}`,
    field,
  ])
  const parts = ['items', 'additionalProperties']
    .filter((key) => typeof node[key] === 'object')
    .map((key) => [`${path}/${key}`, node[key]])
  return [[path, node], ...[...fields, ...parts].flatMap(([at, child]) => nodesOf(child, at as string))]
}

describe.each(KINDS)('%s', (kind) => {
  test('resolve in every form', async () => {
    const ids = await idsOf(kind)
    expect(ids.length).toBeGreaterThan(2)
    for (const id of ids) {
      for (const names of ['xed', 'xdm']) {
        for (const form of FORMS) {
          const body = await look(kind, id, `${names}${form}`)
          expect(body.$id, id).toBe(id)
          expect(body['meta:license'].join(' '), id).toContain('CC BY 4.0')
          expect('title' in body, form).toBe(!form.includes('notext'))
        }
      }
    }
  })

  test('have no reference left in the full form, and a type on every field', async () => {
    for (const id of await idsOf(kind)) {
      for (const [path, node] of nodesOf(await look(kind, id, 'xed-full'))) {
        expect(Object.keys(node), `${id} ${path}`).not.toEqual(expect.arrayContaining(['$ref']))
        expect([typeof node.type, typeof node['meta:xdmType']], `${id} ${path}`).toEqual(['string', 'string'])
        const names = Object.keys(node.properties ?? {})
        expect(
          names.filter((name) => /[:@/.]/.test(name)),
          `${id} ${path}`,
        ).toEqual([])
      }
    }
  })

  test('get their names back in the form of the standard', async () => {
    for (const id of await idsOf(kind)) {
      const named = nodesOf(await look(kind, id, 'xed-full')).filter(([, node]) => node['meta:xdmField'])
      const wanted = named.map(([, node]) => node['meta:xdmField'])
      const nodes = nodesOf(await look(kind, id, 'xdm-full'))
      const shown = nodes.flatMap(([, node]) => Object.keys(node.properties ?? {}))
      expect(shown.filter((name) => wanted.includes(name)).toSorted(), id).toEqual(wanted.toSorted())
    }
  })
})

test('every field group goes with the classes that it is meant for', async () => {
  const classes = await idsOf('classes')
  for (const id of await idsOf('fieldgroups')) {
    const intended: string[] = (await look('fieldgroups', id, 'xed'))['meta:intendedToExtend']
    const usable = intended.length === 0 ? classes : intended.filter((classId) => classes.includes(classId))
    expect(usable, id).not.toEqual([])
    for (const classId of usable) {
      const schema = await registry.makeSchema(classId, id)
      expect(schema['meta:extends'], id).toContain(id)
      expect((await registry.look('schemas', schema.$id)).properties, id).toBeDefined()
    }
  }
})

test('what people use most is there, field by field', async () => {
  const groups = [
    'environment-details',
    'web',
    'commerce',
    'channel',
    'application',
    'marketing',
    'enduserids',
  ]
  const refs = groups.map((name) => `https://ns.adobe.com/xdm/context/experienceevent-${name}`)
  const event = await registry.makeSchema(EVENT, ...refs)
  expect((await registry.look('schemas', event.$id)).properties).toMatchObject({
    environment: { properties: { browserDetails: { properties: { userAgent: { type: 'string' } } } } },
    device: { properties: { typeID: { type: 'string' }, screenHeight: { 'meta:xdmType': 'int' } } },
    placeContext: { properties: { geo: { properties: { countryCode: { type: 'string' } } } } },
    web: { properties: { webPageDetails: { properties: { URL: { type: 'string' }, pageViews: {} } } } },
    commerce: {
      properties: {
        purchases: { properties: { value: { type: 'number' } } },
        order: { properties: { priceTotal: { type: 'number' }, purchaseID: { type: 'string' } } },
      },
    },
    productListItems: { type: 'array', items: { properties: { SKU: {}, quantity: {}, priceTotal: {} } } },
    channel: { properties: { _id: {}, _type: {} } },
    application: { properties: { launches: {} } },
    marketing: { properties: { trackingCode: {} } },
    endUserIDs: { properties: { _experience: {} } },
  })
  const details = ['work-details', 'preferences-details', 'segmentation'].map(
    (name) => `https://ns.adobe.com/xdm/context/profile-${name}`,
  )
  const profile = await registry.makeSchema(
    PROFILE,
    ...details,
    'https://ns.adobe.com/xdm/mixins/profile-consents',
    'https://ns.adobe.com/xdm/common/external-source-system-audit-details',
  )
  expect((await registry.look('schemas', profile.$id)).properties).toMatchObject({
    workAddress: { properties: { city: {} } },
    workEmail: { properties: { address: { format: 'email' } } },
    optInOut: { properties: { _channels: { properties: { email: { type: 'string' } } } } },
    consents: { properties: { marketing: { properties: { email: { properties: { val: {} } } } } } },
    segmentMembership: { 'meta:xdmType': 'map' },
    extSourceSystemAudit: { properties: { createdDate: { format: 'date-time' } } },
  })
})
