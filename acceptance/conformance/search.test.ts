import type { Answer } from '@headwater/testkit/api-client.ts'
import { afterAll, beforeAll, expect } from 'vitest'
import { codeOf, type FlowAnswer } from './flow-client.ts'
import { NOBODY } from './kinds.ts'
import { readPage, tokenOf } from './paging.ts'
import { statement } from './statement.ts'
import { openWorld, type World } from './world.ts'

let world: World

/** What can be searched, and whether its pages have an end. */
const SEARCHES = ['flows', 'connections', 'flowSpecs']
const PAGED = ['flows', 'connections']

beforeAll(async () => {
  world = await openWorld()
  for (let index = 0; index < 7; index++) {
    await world.makeFlow({ name: index % 2 === 0 ? 'even' : 'odd' })
    await world.makeConnection({ name: index % 2 === 0 ? 'even' : 'odd' })
  }
})
afterAll(async () => world?.[Symbol.asyncDispose]())

const search = (collection: string, body: unknown, query = ''): Promise<FlowAnswer> =>
  world.client.post(`/${collection}/search${query}`, body)

async function searched(collection: string, body: unknown, query = ''): Promise<Answer> {
  const { status, body: answer, text } = await search(collection, body, query)
  expect([collection, body, status, text]).toEqual([collection, body, 200, text])
  return answer
}

const idsIn = ({ items }: Answer): readonly string[] => items.map(({ id }: { readonly id: string }) => id)

statement(119, 'a search for {} finds what the list shows, and a query string picks from it', async () => {
  for (const collection of SEARCHES) {
    const list = await readPage(world.client, `/${collection}`)
    const found = await searched(collection, {})
    expect([collection, found.items]).toEqual([collection, list.items])
    const [one] = list.items
    for (const queryString of [
      `id==${one.id}`,
      `property=id==${one.id}`,
      `id==${one.id}&name=="${one.name}"`,
    ]) {
      expect(idsIn(await searched(collection, { queryString }))).toEqual([one.id])
    }
    expect(idsIn(await searched(collection, { queryString: `id==${NOBODY}` }))).toEqual([])
    expect(codeOf(await search(collection, { queryString: 'nosuch==1' }))).toBe('1449-400')
    expect(codeOf(await search(collection, undefined))).toBe('1405-400')
  }
  const upwards = await searched('flows', { orderby: 'createdAt', limit: 3 })
  expect(idsIn(upwards)).toEqual(idsIn(await readPage(world.client, '/flows?orderby=createdAt&limit=3')))
})

statement(120, 'a search takes a limit up to 1000, and none with a count', async () => {
  for (const collection of SEARCHES) {
    for (const limit of [1001, 100_000, 0, -1, 1.5, 'x']) {
      const answer = await search(collection, { limit })
      expect([collection, limit, codeOf(answer)]).toEqual([collection, limit, '1452-400'])
    }
    expect((await search(collection, { limit: 1000 })).status).toBe(200)
    expect(codeOf(await search(collection, { limit: 5, count: true }))).toBe('1401-400')
    expect((await search(collection, { limit: 5, count: false })).status).toBe(200)
  }
})

statement(121, 'a search with count answers the number and nothing else', async () => {
  for (const collection of SEARCHES) {
    const { length } = (await readPage(world.client, `/${collection}`)).items
    expect(await searched(collection, { count: true })).toEqual({ count: length })
    expect(await searched(collection, { count: true, queryString: `id==${NOBODY}` })).toEqual({ count: 0 })
  }
  for (const collection of PAGED) {
    expect(await searched(collection, { count: true, queryString: 'name==even' })).toEqual({ count: 4 })
  }
})

statement(122, 'a search goes on where the token in its query says', async () => {
  for (const collection of PAGED) {
    const first = { queryString: 'name==even', limit: 1, orderby: 'createdAt' }
    const whole = idsIn(await searched(collection, { ...first, limit: 100 }))
    expect(whole).toHaveLength(4)
    for (const again of [first, {}, { ...first, limit: 50, orderby: '-name', queryString: 'name==odd' }]) {
      const seen: string[] = []
      let page = await searched(collection, first)
      while (page._links.next !== undefined) {
        seen.push(...idsIn(page))
        expect(page.items).toHaveLength(1)
        page = await searched(collection, again, `?continuationToken=${tokenOf(page)}`)
      }
      expect([collection, again, [...seen, ...idsIn(page)]]).toEqual([collection, again, whole])
      expect(page._links).toEqual({})
    }
    expect(codeOf(await search(collection, {}, '?continuationToken=garbage'))).toBe('1452-400')
  }
})

statement(123, 'a search with projectionFields shows these members only', async () => {
  for (const collection of SEARCHES.filter((name) => name !== 'connections')) {
    const { items } = await searched(collection, { projectionFields: 'id,name' })
    expect(items.length).toBeGreaterThan(0)
    for (const item of items) expect(Object.keys(item).sort()).toEqual(['id', 'name'])
    const named = await searched(collection, { projectionFields: 'name' })
    for (const item of named.items) expect(Object.keys(item).sort()).toEqual(['id', 'name'])
  }
  const page = await searched('flows', { projectionFields: 'name,state', limit: 2 })
  const next = await searched('flows', {}, `?continuationToken=${tokenOf(page)}`)
  for (const item of [...page.items, ...next.items]) {
    expect(Object.keys(item).sort()).toEqual(['id', 'name', 'state'])
  }
})
