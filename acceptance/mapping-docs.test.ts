import { curlTitle, hasCurl } from '@headwater/testkit/curl.ts'
import { connectTo, FLOW, POSTGRES_SPEC } from '@headwater/testkit/journey.ts'
import { createTestDatabase, type TestDatabase } from '@headwater/testkit/test-database.ts'
import { startTestServer, type TestServer } from '@headwater/testkit/test-server.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { accessOf, type Notes, playExample, readExamples } from './page-examples.ts'

/** The examples of docs/mapping.md that show an answer are run in a shell, and have that answer. */
const EXAMPLES = readExamples('docs/mapping.md').filter(({ shown }) => shown !== undefined)

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
    const baseConnectionId = await connectTo(server.client, source)
    const tableName = 'public.orders'
    const made = await server.client.post('/data/foundation/schemaregistry/rpc/tableschema', {
      baseConnectionId,
      tableName,
    })
    const connected = await server.client.post(`${FLOW}/sourceConnections`, {
      name: 'orders',
      baseConnectionId,
      data: { format: 'tabular' },
      params: { tableName },
      connectionSpec: POSTGRES_SPEC,
    })
    Object.assign(notes, accessOf(server.client), {
      TABLE: made.body.schema.$id,
      SOURCE: connected.body.id,
    })
  })

  afterAll(async () => {
    await server?.[Symbol.asyncDispose]()
    await source?.drop()
  })

  test('preview and suggestion have examples', () => {
    const all = EXAMPLES.map(({ command }) => command).join()
    expect([all.includes('/preview'), all.includes('/suggestion')]).toEqual([true, true])
  })

  test.each(EXAMPLES.map((example, index) => [index, example] as const))('example %i', (_, example) =>
    playExample(example, notes),
  )
})
