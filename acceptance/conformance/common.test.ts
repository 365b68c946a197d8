import { afterAll, beforeAll, expect } from 'vitest'
import { statement } from './statement.ts'
import { openWorld, type World } from './world.ts'

let world: World

beforeAll(async () => {
  world = await openWorld()
})
afterAll(async () => world?.[Symbol.asyncDispose]())

const COLLECTIONS = [
  'connections',
  'connectionSpecs',
  'sourceConnections',
  'targetConnections',
  'flows',
  'flowSpecs',
  'runs',
]

statement(1, 'every resource is served below /data/foundation/flowservice', async () => {
  for (const collection of COLLECTIONS) {
    const { status, body } = await world.client.get(`/data/foundation/flowservice/${collection}`)
    expect([collection, status, Array.isArray(body.items)]).toEqual([collection, 200, true])
  }
})
