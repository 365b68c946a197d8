import { REGISTRY } from '@headwater/testkit/journey.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openWorld, type World } from '../conformance/world.ts'
import { mappingsOf, platformClient } from './landed-rows.ts'

/** Regular expressions of one client that would never end: it is told, and the server goes on for all others. */

const ENDLESS = `${'a'.repeat(60)}b`
const PATTERN = '^(a%2B)%2B$'

let world: World

beforeAll(async () => {
  world = await openWorld()
})

afterAll(() => world?.[Symbol.asyncDispose]())

test('a filter of a list is refused', async () => {
  const client = platformClient(world)
  const type = { title: ENDLESS, type: 'object', properties: { n: { type: 'string' } } }
  expect((await client.post(`${REGISTRY}/tenant/datatypes`, type)).status).toBe(201)
  const { status, body } = await client.get(`${REGISTRY}/tenant/datatypes?property=title~${PATTERN}`, {
    headers: { accept: 'application/vnd.adobe.xed-id+json' },
  })
  expect({ status, detail: body.detail }).toMatchObject({
    status: 400,
    detail: expect.stringContaining('pattern takes too long'),
  })
})

test('a mapping is refused in its preview', async () => {
  const schemaId = await world.makeSchema({ truth: { type: 'boolean' } })
  const { status, body } = await world.server.client.post('/data/foundation/conversion/mappingSets/preview', {
    data: [{ name: ENDLESS }],
    mappingSet: {
      outputSchema: {
        schemaRef: { id: schemaId, contentType: 'application/vnd.adobe.xed-full+json;version=1' },
      },
      mappings: mappingsOf(['=matches_regex(name, "(a+)+")', 'truth']),
    },
  })
  expect({ status, text: JSON.stringify(body) }).toMatchObject({
    status: 400,
    text: expect.stringContaining('repetitions inside of repetitions'),
  })
})
