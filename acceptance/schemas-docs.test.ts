import { curlTitle, hasCurl } from '@headwater/testkit/curl.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  accessOf,
  CALL,
  type Notes,
  type OrdersWorld,
  openOrders,
  playExample,
  readExamples,
} from './page-examples.ts'

/** Every example of docs/schemas.md is run in a shell, and answers what the page shows. */
let world: OrdersWorld
const notes: Notes = {}

describe.skipIf(!hasCurl)(curlTitle, () => {
  beforeAll(async () => {
    world = await openOrders()
    Object.assign(notes, accessOf(world.client), { CONNECTION: world.connectionId })
  })

  afterAll(() => world?.[Symbol.asyncDispose]())

  test('the README has the function that the examples use', () => {
    expect(CALL).toContain('curl -s')
  })

  test.each(readExamples('docs/schemas.md').map((example, index) => [index, example] as const))(
    'example %i',
    (_, example) => playExample(example, notes),
  )
})
