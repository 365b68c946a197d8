import type { Answer } from '@headwater/testkit/api-client.ts'
import { POSTGRES_SPEC } from '@headwater/testkit/journey.ts'
import { afterAll, beforeAll, expect } from 'vitest'
import { codeOf, type FlowClient } from './flow-client.ts'
import { MADE } from './kinds.ts'
import { idsOf, namesOf, readPage } from './paging.ts'
import { statement } from './statement.ts'
import { openWorld, type World } from './world.ts'

let world: World
let sandbox: FlowClient

const NAMES = ['delta', 'alpha', 'echo', 'bravo', 'charlie', 'foxtrot']

beforeAll(async () => {
  world = await openWorld()
  sandbox = await world.openSandbox()
  for (const name of NAMES) await makeDraft(sandbox, name)
})
afterAll(async () => world?.[Symbol.asyncDispose]())

async function makeDraft(client: FlowClient, name: string): Promise<string> {
  return (await world.make('/connections?mode=draft', { name, connectionSpec: POSTGRES_SPEC }, client)).id
}

statement(92, 'orderby=name sorts upwards', async () => {
  expect(await namesOf(sandbox, '/connections?orderby=name')).toEqual(NAMES.toSorted())
  const { items } = await readPage(sandbox, '/connections?orderby=createdAt')
  expect(items.map(({ name }: Answer) => name)).toEqual(NAMES)
})

statement(93, 'orderby=+name sorts upwards, the plus encoded or not', async () => {
  for (const sign of ['%2B', '+', '%20', '%2b']) {
    expect(await namesOf(sandbox, `/connections?orderby=${sign}name`)).toEqual(NAMES.toSorted())
    expect(await namesOf(sandbox, `/connections?orderby=${sign}createdAt`)).toEqual(NAMES)
    expect(await namesOf(sandbox, `/connections?orderby=${sign}state,${sign}name`)).toEqual(NAMES.toSorted())
  }
})

statement(94, 'orderby=-name sorts downwards', async () => {
  expect(await namesOf(sandbox, '/connections?orderby=-name')).toEqual(NAMES.toSorted().reverse())
  expect(await namesOf(sandbox, '/connections?orderby=%2Dname')).toEqual(NAMES.toSorted().reverse())
  expect(await namesOf(sandbox, '/connections?orderby=-createdAt')).toEqual(NAMES.toReversed())
})

statement(95, 'several fields sort one after the other, each in its own direction', async () => {
  const own = await world.openSandbox()
  const made: Record<string, string[]> = { one: [], two: [] }
  for (const name of ['two', 'one', 'two', 'one', 'one']) {
    const { items } = await readPage(own, '/connections?orderby=-createdAt&limit=1')
    // No two in one millisecond, or their order would be open.
    await expect.poll(() => Date.now()).toBeGreaterThan(items[0]?.createdAt ?? 0)
    made[name]?.push(await makeDraft(own, name))
  }
  const { one = [], two = [] } = made
  const orders = [
    ['name,-createdAt', [...one.toReversed(), ...two.toReversed()]],
    ['name,createdAt', [...one, ...two]],
    ['-name,createdAt', [...two, ...one]],
    ['-name,-createdAt', [...two.toReversed(), ...one.toReversed()]],
    ['%2Bname,%2BcreatedAt', [...one, ...two]],
    ['state,name,-createdAt', [...one.toReversed(), ...two.toReversed()]],
  ] as const
  for (const [order, ids] of orders) {
    expect([order, await idsOf(own, `/connections?orderby=${order}`)]).toEqual([order, ids])
  }
})

statement(96, 'an order by a field that the resource does not have is a 1433-400', async () => {
  for (const { collection } of MADE) {
    for (const order of [
      'nosuchfield',
      '-nosuchfield',
      '%2Bnosuchfield',
      'createdAt,nosuchfield',
      'nosuch.field',
    ]) {
      const answer = await world.client.get(`/${collection}?orderby=${order}`)
      expect([collection, order, codeOf(answer)]).toEqual([collection, order, '1433-400'])
      expect(answer.body.errorMessage).toContain('nosuch')
    }
  }
})

statement(97, 'an order with a sign that is neither plus nor minus is a 1432-400', async () => {
  const orders = [
    '*name',
    '!name',
    '~createdAt',
    '--id',
    '%2B-id',
    '/id',
    'id%20desc',
    'createdAt,*id',
    '>id',
    '-',
    '%2B',
    'id,',
  ]
  for (const { collection } of MADE) {
    for (const order of orders) {
      const answer = await world.client.get(`/${collection}?orderby=${order}`)
      expect([collection, order, codeOf(answer)]).toEqual([collection, order, '1432-400'])
    }
  }
})
