import type { Answer } from '@headwater/testkit/api-client.ts'
import { LAKE_SPEC, POSTGRES_SPEC } from '@headwater/testkit/journey.ts'
import { afterAll, beforeAll, expect } from 'vitest'
import { onlyItem } from './flow-client.ts'
import { statement } from './statement.ts'
import { openWorld, type World } from './world.ts'

/** Section 10.4: connection specs. */
let world: World

beforeAll(async () => {
  world = await openWorld()
})
afterAll(async () => world?.[Symbol.asyncDispose]())

async function postgresSpec(): Promise<Answer> {
  return onlyItem(await world.client.get(`/connectionSpecs/${POSTGRES_SPEC.id}`))
}

async function listedSpecs(query = ''): Promise<Answer[]> {
  const { status, body, text } = await world.client.get(`/connectionSpecs${query}`)
  expect(status, text).toBe(200)
  return body.items
}

statement(124, 'the list of connection specs holds PostgreSQL under its fixed id', async () => {
  const ids = (await listedSpecs()).map(({ id }) => id)
  expect(ids.filter((id) => id === '74a1c565-4e59-48d7-9d67-7c03b8a13137')).toHaveLength(1)
})

statement(125, 'the spec of PostgreSQL has the name postgre-sql', async () => {
  expect((await postgresSpec()).name).toBe('postgre-sql')
})

statement(126, 'a filter on the quoted name finds that spec alone', async () => {
  for (const query of ['?property=name=="postgre-sql"', '?property=name==%22postgre-sql%22']) {
    expect((await listedSpecs(query)).map(({ id }) => id)).toEqual([POSTGRES_SPEC.id])
  }
})

statement(127, 'a filter on a name that no spec has finds nothing, which is no error', async () => {
  expect(await listedSpecs('?property=name==nosuch')).toEqual([])
})

statement(128, 'the spec of PostgreSQL has the provider of batch sources and version 1.0', async () => {
  expect(await postgresSpec()).toMatchObject({
    providerId: '0ed90a81-07f4-4586-8190-b40eccef1c5a',
    version: '1.0',
  })
})

statement(129, 'the spec offers authentication by connection string and by basic parameters', async () => {
  const names = (await postgresSpec()).authSpec.map(({ name }: Answer) => name)
  expect(names).toEqual(
    expect.arrayContaining(['Connection String Based Authentication', 'Basic Authentication']),
  )
})

statement(130, 'connection string and password are marked as secrets', async () => {
  const properties = (await postgresSpec()).authSpec.flatMap(({ spec }: Answer) =>
    Object.entries<Answer>(spec.properties),
  )
  const secrets = properties.filter(([name]: [string]) => /^(connectionString|password)$/.test(name))
  expect(secrets.map(([name, { format }]: [string, Answer]) => [name, format])).toEqual([
    ['connectionString', 'password'],
    ['password', 'password'],
  ])
})

statement(131, 'the spec describes sources, exploring, its attributes and permissions', async () => {
  expect(await postgresSpec()).toMatchObject({
    sourceSpec: { type: 'Database', spec: { required: ['tableName'] } },
    exploreSpec: { type: 'Tabular', requestSpec: { required: ['objectType'] }, responseSpec: {} },
    attributes: { category: 'Databases', isSource: true, filterAtSource: { enabled: true } },
    permissionsInfo: {
      manage: [{ '@type': 'lowLevel', name: 'EnterpriseSource', permissions: ['write'] }],
      view: [{ '@type': 'lowLevel', name: 'EnterpriseSource', permissions: ['read'] }],
    },
  })
})

statement(132, 'connections to PostgreSQL can be drafts', async () => {
  expect((await postgresSpec()).attributes.isDraftModeSupported).toBe(true)
})

statement(133, 'the data lake has a spec under its fixed id, with the name datalake', async () => {
  expect((await listedSpecs('?property=name==datalake')).map(({ id }) => id)).toEqual([LAKE_SPEC.id])
})

statement(134, 'every spec has an id, and a name that no other has', async () => {
  const specs = await listedSpecs()
  for (const { id, name } of specs) expect([typeof id, typeof name]).toEqual(['string', 'string'])
  expect(new Set(specs.map(({ name }) => name)).size).toBe(specs.length)
})

statement(135, 'a spec that is asked for by its id comes as the one item of a list', async () => {
  const { status, body } = await world.client.get(`/connectionSpecs/${LAKE_SPEC.id}`)
  expect([status, body.items.length, body.items[0].id]).toEqual([200, 1, LAKE_SPEC.id])
})

statement(136, 'a new spec without name or without provider is refused', async () => {
  const administrator = await world.openAdmin()
  const whole = { name: world.newName('spec'), providerId: '0ed90a81-07f4-4586-8190-b40eccef1c5a' }
  for (const field of ['name', 'providerId']) {
    const spec = { ...whole, [field]: undefined }
    const { status, text } = await administrator.post('/connectionSpecs', spec)
    expect([status, text]).toEqual([400, expect.stringContaining(field)])
  }
  expect((await administrator.post('/connectionSpecs', whole)).status).toBe(201)
})

statement(137, 'the configurations of a spec are a page of items', async () => {
  const { status, body, text } = await world.client.get(`/connectionSpecs/${LAKE_SPEC.id}/configs`)
  expect(status, text).toBe(200)
  expect([Array.isArray(body.items), typeof body.pageInfo.hasNext]).toEqual([true, 'boolean'])
})
