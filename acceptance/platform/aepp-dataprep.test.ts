import { type AeppStory, aeppTitle, hasAepp, mapWithAepp } from '@headwater/testkit/aepp.ts'
import type { Answer } from '@headwater/testkit/api-client.ts'
import { createSchema, FULL } from '@headwater/testkit/journey.ts'
import { startTestServer, type TestServer } from '@headwater/testkit/test-server.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

/** aepp manages a mapping set in one go (`acceptance/clients/aepp/dataprep.py`); the tests judge what it was answered. */
let server: TestServer
let told: AeppStory

describe.skipIf(!hasAepp)(aeppTitle, () => {
  beforeAll(async () => {
    server = await startTestServer()
    const fields = { id: { type: 'integer' }, note: { type: 'string' } }
    told = await mapWithAepp(server.client, {
      schemaId: await createSchema(server.client, fields),
      contentType: FULL,
    })
    expect(told['raised']).toBeUndefined()
  })

  afterAll(async () => {
    await server?.[Symbol.asyncDispose]()
  })

  test('makes a mapping set and finds it again', () => {
    const { created, read, sets } = told
    expect(created).toMatchObject({ version: 0, id: expect.stringMatching(/^[0-9a-f]{32}$/) })
    expect(read.mappings.map(({ source }: Answer) => source)).toEqual(['id', 'upper(note)'])
    expect(sets.map(({ id }: Answer) => id)).toContain(created.id)
    expect(told['rules']).toHaveLength(2)
  })

  test('replaces its rules, adds one, takes it away, and deletes the set', () => {
    expect(told['updated']).toMatchObject({ version: 1 })
    expect(told['mappings'].map(({ source }: Answer) => source)).toEqual(['id', 'upper(note)'])
    expect(told['mapping']).toMatchObject({ destination: '_headwater.note' })
    expect(told['unmapped']).not.toHaveProperty('status')
    expect(told['gone']).toMatchObject({ status: 404 })
  })

  test('tries a mapping, and reads what the language has', () => {
    expect(told['previewed']).toEqual([{ data: { _headwater: { id: 7, note: 'HI' } }, errors: null }])
    expect([told['functions'] > 80, told['operators'] > 20]).toEqual([true, true])
  })
})
