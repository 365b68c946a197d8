import { curlTitle, hasCurl } from '@headwater/testkit/curl.ts'
import { connectTo } from '@headwater/testkit/journey.ts'
import { createTestDatabase, type TestDatabase } from '@headwater/testkit/test-database.ts'
import { startTestServer, type TestServer } from '@headwater/testkit/test-server.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { accessOf, CALL, type Notes, playExample, readExamples } from './page-examples.ts'

/** Every example of docs/schemas.md is run in a shell, and answers what the page shows. */
let server: TestServer
let source: TestDatabase
const notes: Notes = {}

describe.skipIf(!hasCurl)(curlTitle, () => {
  beforeAll(async () => {
    source = await createTestDatabase()
    await source.query(
      'create table orders (id integer primary key, amount numeric(12, 2), "placed at" timestamptz not null)',
    )
    server = await startTestServer()
    notes['CONNECTION'] = await connectTo(server.client, source)
    Object.assign(notes, accessOf(server.client))
  })

  afterAll(async () => {
    await server?.[Symbol.asyncDispose]()
    await source?.drop()
  })

  test('the README has the function that the examples use', () => {
    expect(CALL).toContain('curl -s')
  })

  test.each(readExamples('docs/schemas.md').map((example, index) => [index, example] as const))(
    'example %i',
    (_, example) => playExample(example, notes),
  )
})
