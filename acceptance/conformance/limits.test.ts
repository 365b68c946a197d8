import { POSTGRES_SPEC } from '@headwater/testkit/journey.ts'
import { afterAll, beforeAll, expect } from 'vitest'
import { codeOf } from './flow-client.ts'
import { MADE } from './kinds.ts'
import { idsOf, readPage } from './paging.ts'
import { statement } from './statement.ts'
import { openWorld, type World } from './world.ts'

let world: World

/** More than any page may hold. */
const MANY = 1010
const AT_A_TIME = 20

beforeAll(async () => {
  world = await openWorld()
  for (let made = 0; made < MANY; made += AT_A_TIME) {
    await Promise.all(Array.from({ length: Math.min(AT_A_TIME, MANY - made) }, makeDraft))
  }
})
afterAll(async () => world?.[Symbol.asyncDispose]())

async function makeDraft(): Promise<void> {
  await world.make('/connections?mode=draft', { name: 'draft', connectionSpec: POSTGRES_SPEC })
}

statement(84, 'limit=200 shows 200 items where there are more', async () => {
  const first = await readPage(world.client, '/connections?limit=200')
  expect(first.items).toHaveLength(200)
  const second = await readPage(world.client, first._links.next.href)
  expect(second.items).toHaveLength(200)
  const ids = [...first.items, ...second.items].map(({ id }) => id)
  expect(new Set(ids).size).toBe(400)
})

statement(85, 'a limit that is no whole number above zero is a 1452-400', async () => {
  for (const { collection } of MADE) {
    for (const limit of ['0', '-1', 'abc', '1.5', '1e2', '0x10', 'NaN', 'null', '%2B', '10%20', '00']) {
      const answer = await world.client.get(`/${collection}?limit=${limit}`)
      expect([collection, limit, codeOf(answer)]).toEqual([collection, limit, '1452-400'])
    }
  }
})

statement(86, 'a limit above 1000 means 1000', async () => {
  const thousand = await idsOf(world.client, '/connections?limit=1000')
  expect(thousand).toHaveLength(1000)
  for (const limit of ['1001', '1010', '5000', '2147483648', '99999999999999999999']) {
    const page = await readPage(world.client, `/connections?limit=${limit}`)
    expect(page.items.map(({ id }: { readonly id: string }) => id)).toEqual(thousand)
    expect(await idsOf(world.client, page._links.next.href)).toHaveLength(MANY - 1000)
  }
})
