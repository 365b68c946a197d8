import type { Answer } from '@headwater/testkit/api-client.ts'
import { CONVERSION, FULL } from '@headwater/testkit/journey.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openWorld, type World } from '../conformance/world.ts'

/** What helps people with a mapping: proposals by names and types, and its outcome on rows of the source. */
const SETS = `${CONVERSION}/mappingSets`

let world: World
let schemaId: string
let sourceConnectionId: string

beforeAll(async () => {
  world = await openWorld()
  await world.source.query(`
    create table people (id bigint primary key, first_name text, "EMail" text, "Paid?" boolean, tags text[], at timestamptz);
    insert into people values
      (9007199254740993, 'Ada', 'ada@example.com', true, '{a,"b c",null}', '2024-01-02T03:04:05.678901Z'),
      (2, null, 'x', null, null, null)`)
  schemaId = await world.makeSchema({
    id: { type: 'integer', 'meta:xdmType': 'long' },
    firstName: { type: 'string' },
    email: { type: 'string' },
    tags: { type: 'array', items: { type: 'string' } },
    at: { type: 'integer' },
    isPaid: { type: 'boolean' },
  })
  const source = await world.makeSource({ params: { tableName: 'public.people' } })
  sourceConnectionId = source.id
})

afterAll(async () => {
  await world?.[Symbol.asyncDispose]()
})

function suggest(body: Answer): Promise<Answer> {
  const outputSchema = { schemaRef: { id: schemaId, contentType: FULL } }
  return world.server.client.post(`${SETS}/suggestion`, { outputSchema, ...body })
}

test('columns of a source are mapped by name and type, and none to what it cannot be', async () => {
  const { status, body } = await suggest({ sourceConnectionId })
  expect(status, JSON.stringify(body)).toBe(200)
  const pairs = body.mappings.map(({ source, destination }: Answer) => [source, destination])
  expect(pairs).toEqual(
    expect.arrayContaining([
      ['id', '_headwater.id'],
      ['first_name', '_headwater.firstName'],
      ['EMail', '_headwater.email'],
    ]),
  )
  // An instant is no number, whatever it is called.
  expect(pairs.map(([, destination]: string[]) => destination)).not.toContain('_headwater.at')
  for (const { matchScore } of body.mappings) expect(matchScore).toBeGreaterThan(0)
})

test('what is suggested is a mapping set, whose preview shows the rows of the source', async () => {
  const { body } = await suggest({ sourceConnectionId })
  const mappings = body.mappings.map(({ sourceType, source, destination }: Answer) => ({
    sourceType,
    source,
    destination,
  }))
  const tags = { sourceType: 'ATTRIBUTE', source: 'tags', destination: '_headwater.tags' }
  const others = mappings.filter(({ destination }: Answer) => destination !== tags.destination)
  const mappingSet = {
    outputSchema: { schemaRef: { id: schemaId, contentType: FULL } },
    mappings: [...others, tags],
  }
  const preview = await world.server.client.post(`${SETS}/preview`, { sourceConnectionId, mappingSet })
  expect(preview.status, JSON.stringify(preview.body)).toBe(200)
  const [ada, other] = preview.body.map(({ data }: Answer) => data._headwater)
  expect(ada).toMatchObject({ firstName: 'Ada', email: 'ada@example.com', tags: ['a', 'b c', null] })
  expect(String(ada.id)).toMatch(/^900719925474099[23]$/)
  expect(other).toMatchObject({ id: 2, email: 'x' })
  expect(other).not.toHaveProperty('firstName')
})

test('a column that the source does not have is refused before a row is mapped', async () => {
  const mappingSet = {
    outputSchema: { schemaRef: { id: schemaId, contentType: FULL } },
    mappings: [{ sourceType: 'ATTRIBUTE', source: 'nmae', destination: '_headwater.email' }],
  }
  const { status, body } = await world.server.client.post(`${SETS}/preview`, {
    sourceConnectionId,
    mappingSet,
  })
  expect([status, JSON.stringify(body)]).toEqual([400, expect.stringContaining('nmae')])
})

test('mappings of a set are changed one by one, each change a version', async () => {
  const { client } = world.server
  const mapping = { sourceType: 'ATTRIBUTE', source: 'first_name', destination: '_headwater.firstName' }
  const { body: set } = await client.post(SETS, {
    outputSchema: { schemaRef: { id: schemaId, contentType: FULL } },
    mappings: [mapping],
  })
  const email = { sourceType: 'EXPRESSION', source: 'lower(EMail)', destination: '_headwater.email' }
  const added = await client.post(`${SETS}/${set.id}/mappings`, email)
  const { source, destination } = email
  expect([added.status, added.body]).toMatchObject([200, { source, destination }])
  const listed = await client.get(`${SETS}/${set.id}/mappings`)
  expect(listed.body.map(({ source }: Answer) => source)).toEqual(['first_name', 'lower(EMail)'])
  const path = `${SETS}/${set.id}/mappings/${listed.body[1].id}`
  expect((await client.call('PUT', path, { body: { ...email, source: 'nothing(' } })).status).toBe(400)
  expect((await client.call('PUT', path, { body: { ...email, source: 'EMail' } })).status).toBe(200)
  expect((await client.call('DELETE', path)).status).toBeLessThan(300)
  const { body: now } = await client.get(`${SETS}/${set.id}`)
  expect([now.version, now.mappings.length]).toEqual([3, 1])
  const { body: before } = await client.get(`${SETS}/${set.id}?version=1`)
  expect(before.mappings).toHaveLength(2)
})
