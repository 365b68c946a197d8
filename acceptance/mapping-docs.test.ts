import { curlTitle, hasCurl } from '@headwater/testkit/curl.ts'
import { FLOW, POSTGRES_SPEC } from '@headwater/testkit/journey.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  accessOf,
  type Notes,
  type OrdersWorld,
  openOrders,
  playExample,
  readExamples,
} from './page-examples.ts'

/** The examples of docs/mapping.md that show an answer are run in a shell, and have that answer. */
const EXAMPLES = readExamples('docs/mapping.md').filter(({ shown }) => shown !== undefined)

let world: OrdersWorld
const notes: Notes = {}

describe.skipIf(!hasCurl)(curlTitle, () => {
  beforeAll(async () => {
    world = await openOrders()
    const { client, connectionId: baseConnectionId } = world
    const tableName = 'public.orders'
    const made = await client.post('/data/foundation/schemaregistry/rpc/tableschema', {
      baseConnectionId,
      tableName,
    })
    const connected = await client.post(`${FLOW}/sourceConnections`, {
      name: 'orders',
      baseConnectionId,
      data: { format: 'tabular' },
      params: { tableName },
      connectionSpec: POSTGRES_SPEC,
    })
    Object.assign(notes, accessOf(client), {
      TABLE: made.body.schema.$id,
      SOURCE: connected.body.id,
    })
  })

  afterAll(() => world?.[Symbol.asyncDispose]())

  test('preview and suggestion have examples', () => {
    const all = EXAMPLES.map(({ command }) => command).join()
    expect([all.includes('/preview'), all.includes('/suggestion')]).toEqual([true, true])
  })

  test.each(EXAMPLES.map((example, index) => [index, example] as const))('example %i', (_, example) =>
    playExample(example, notes),
  )
})
