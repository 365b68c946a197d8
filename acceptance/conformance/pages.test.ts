import { afterAll, beforeAll, expect } from 'vitest'
import { codeOf } from './flow-client.ts'
import { MADE, NOBODY, SPECS } from './kinds.ts'
import { idsOf, readPage, tokenOf, walkPages } from './paging.ts'
import { statement } from './statement.ts'
import { openWorld, type World } from './world.ts'

let world: World

const LISTS = MADE.map(({ collection }) => collection)
/** Of each kind; a prime, so that no page size but 1 fits evenly. */
const HOW_MANY = 7

beforeAll(async () => {
  world = await openWorld()
  for (const { make } of MADE) for (let index = 0; index < HOW_MANY; index++) await make(world)
})
afterAll(async () => world?.[Symbol.asyncDispose]())

statement(72, 'a list has an array of items and an object of links', async () => {
  for (const collection of [...LISTS, ...SPECS.map((spec) => spec.collection)]) {
    for (const query of ['', '?limit=2', '?property=name', '?count=false']) {
      if (collection === 'runs' && query === '?property=name') continue
      const { body } = await world.client.get(`/${collection}${query}`)
      expect([collection, query, body]).toEqual([
        collection,
        query,
        { items: expect.any(Array), _links: expect.any(Object) },
      ])
    }
  }
})

statement(73, 'the links of the last page are an empty object', async () => {
  for (const collection of LISTS) {
    const { items, _links } = await readPage(world.client, `/${collection}`)
    expect([collection, _links]).toEqual([collection, {}])
    const exact = await readPage(world.client, `/${collection}?limit=${items.length}`)
    expect([collection, exact._links]).toEqual([collection, {}])
    const first = await readPage(world.client, `/${collection}?limit=${items.length - 1}`)
    const last = await readPage(world.client, first._links.next.href)
    expect([collection, last.items.length, last._links]).toEqual([collection, 1, {}])
  }
})

statement(74, 'a list of nothing is no error: no items, no links', async () => {
  const empty = await world.openSandbox()
  for (const collection of LISTS) {
    const nothing = { status: 200, body: { items: [], _links: {} } }
    const unmatched = await world.client.get(`/${collection}?property=id==${NOBODY}`)
    expect({ status: unmatched.status, body: unmatched.body }).toEqual(nothing)
    for (const path of [`/${collection}`, `/${collection}?limit=5&orderby=createdAt`]) {
      const { status, body } = await empty.get(path)
      expect({ status, body }).toEqual(nothing)
    }
  }
})

statement(75, 'of two objects limit=1 shows one and links to the next page', async () => {
  const sandbox = await world.openSandbox()
  for (const name of ['one', 'two']) await world.make('/connections', world.connectionBody({ name }), sandbox)
  const first = await readPage(sandbox, '/connections?limit=1')
  expect(first).toEqual({ items: [expect.any(Object)], _links: { next: { href: expect.any(String) } } })
  for (const collection of LISTS) {
    const { items, _links } = await readPage(world.client, `/${collection}?limit=1`)
    expect([collection, items.length, typeof _links.next?.href]).toEqual([collection, 1, 'string'])
  }
})

/** Queries whose signs would have to be escaped in a link that held them. */
const QUERIES = [
  'limit=1',
  'limit=2&orderby=-createdAt',
  'limit=1&orderby=%2BcreatedAt,-id',
  `limit=2&property=id!=${NOBODY}`,
  `limit=1&property=createdAt>1000&property=id!=${NOBODY}`,
  'limit=2&property=id',
]

statement(76, 'the link to the next page is relative to the service and starts with its token', async () => {
  for (const collection of LISTS) {
    for (const query of QUERIES) {
      const { href } = (await readPage(world.client, `/${collection}?${query}`))._links.next
      expect(href.startsWith(`/${collection}?continuationToken=`), href).toBe(true)
      expect(href.length).toBeGreaterThan(`/${collection}?continuationToken=`.length)
    }
  }
})

statement(77, 'the link holds one sign of equality and nothing that needs escaping', async () => {
  for (const collection of LISTS) {
    for (const query of QUERIES) {
      const { href } = (await readPage(world.client, `/${collection}?${query}`))._links.next
      expect(href.split('='), href).toHaveLength(2)
      expect(href.split('=')[1]).toMatch(/^[A-Za-z0-9_.~-]+$/)
    }
  }
})

statement(
  78,
  'the link leads to the next page also with the first parameters after it, or others',
  async () => {
    const queries = QUERIES.filter((_, index) => index % 2 === 1)
    const additions = [
      (query: string) => query,
      () => 'limit=50&orderby=name&property=id==x&count=true',
      () => 'count=False',
    ]
    for (const collection of LISTS) {
      for (const query of queries) {
        const straight = await walkPages(world.client, collection, query)
        expect(straight.length).toBeGreaterThan(2)
        for (const add of additions) {
          const resent = await walkPages(
            world.client,
            collection,
            query,
            (href, first) => `${href}&${add(first)}`,
          )
          expect([collection, query, resent]).toEqual([collection, query, straight])
        }
        const before = await walkPages(world.client, collection, query, (href, first) => {
          return `/${collection}?${first}&continuationToken=${href.split('=')[1]}`
        })
        expect([collection, query, before]).toEqual([collection, query, straight])
      }
    }
  },
)

statement(79, 'a token alone carries filter, order and limit on', async () => {
  for (const collection of LISTS) {
    const all = await idsOf(world.client, `/${collection}?orderby=createdAt,id`)
    const [left = ''] = all
    const query = `limit=2&orderby=createdAt,id&property=id!=${left}`
    const first = await readPage(world.client, `/${collection}?${query}`)
    const second = await readPage(world.client, `/${collection}?continuationToken=${tokenOf(first)}`)
    const ids = [...first.items, ...second.items].map(({ id }) => id)
    expect([collection, ids]).toEqual([collection, all.slice(1, 5)])
    expect(second.items).toHaveLength(2)
    const projected = await readPage(world.client, `/${collection}?limit=1&property=id,createdAt`)
    const next = await readPage(world.client, `/${collection}?continuationToken=${tokenOf(projected)}`)
    expect(Object.keys(next.items[0]).sort()).toEqual(['createdAt', 'id'])
  }
})

const ORDERS = ['', '&orderby=createdAt', '&orderby=-updatedAt', '&orderby=state', '&orderby=-sandboxName,id']

statement(
  80,
  'the pages of a list are the whole of it: in its order, nothing twice, nothing left out',
  async () => {
    for (const collection of LISTS) {
      for (const order of ORDERS) {
        const all = await idsOf(world.client, `/${collection}?limit=1000${order}`)
        expect(all.length).toBeGreaterThanOrEqual(HOW_MANY)
        for (const limit of [1, 3, HOW_MANY, 100]) {
          const pages = await walkPages(world.client, collection, `limit=${limit}${order}`)
          expect([collection, order, limit, pages.flat()]).toEqual([collection, order, limit, all])
          expect(pages.slice(0, -1).every((ids) => ids.length === limit)).toBe(true)
        }
      }
    }
    await expectCalmWhileChanging()
  },
)

/** What is made or deleted between two pages neither hides nor repeats anything else. */
async function expectCalmWhileChanging(): Promise<void> {
  const sandbox = await world.openSandbox()
  const make = () => world.make('/connections', world.connectionBody(), sandbox)
  for (let index = 0; index < HOW_MANY; index++) await make()
  const before = await idsOf(sandbox, '/connections')
  const first = await readPage(sandbox, '/connections?limit=2')
  await make()
  const second = await readPage(sandbox, `/connections?continuationToken=${tokenOf(first)}`)
  // The last row of the page is where the next one starts from; it may be gone by then.
  await sandbox.delete(`/connections/${second.items[1].id}`)
  await sandbox.delete(`/connections/${before[4]}`)
  const third = await readPage(sandbox, `/connections?continuationToken=${tokenOf(second)}`)
  const seen = [first, second, third].flatMap(({ items }) =>
    items.map(({ id }: { readonly id: string }) => id),
  )
  expect(seen).toEqual([...before.slice(0, 4), ...before.slice(5)])
}

statement(81, 'a filter holds on every page', async () => {
  for (const collection of LISTS) {
    const all = await idsOf(world.client, `/${collection}`)
    const wanted = all.filter((_, index) => index % 2 === 0)
    const query = `limit=1&property=id==${wanted.join(',')}`
    const pages = await walkPages(world.client, collection, query)
    expect([collection, pages.flat()]).toEqual([collection, wanted])
    expect(pages).toHaveLength(wanted.length)
  }
})

statement(82, 'a token that this list did not give out is a 1452-400', async () => {
  const sandbox = await world.openSandbox()
  for (const collection of LISTS) {
    const other = collection === 'flows' ? 'runs' : 'flows'
    const token = tokenOf(await readPage(world.client, `/${collection}?limit=1`))
    const { [9]: sign } = token
    const touched = `${token.slice(0, 9)}${sign === 'A' ? 'B' : 'A'}${token.slice(10)}`
    const foreign = tokenOf(await readPage(world.client, `/${other}?limit=1`))
    const garbage = [
      'garbage',
      '0',
      '-',
      'null',
      '%20x',
      'e30',
      'W10',
      'bnVsbA',
      token.slice(0, -9),
      touched,
      foreign,
    ]
    garbage.push(Buffer.from('{"property":[],"limit":1,"after":["x"]}').toString('base64url'))
    garbage.push('x'.repeat(5000), '%F0%9F%90%98')
    for (const wrong of garbage) {
      const answer = await world.client.get(`/${collection}?continuationToken=${wrong}`)
      expect([collection, wrong, codeOf(answer)]).toEqual([collection, wrong, '1452-400'])
    }
    expect(codeOf(await sandbox.get(`/${collection}?continuationToken=${token}`))).toBe('1452-400')
  }
})

statement(83, 'without an order the newest comes first', async () => {
  for (const { collection, make } of MADE) {
    const before = await readPage(world.client, `/${collection}`)
    const times = before.items.map(({ createdAt }: { readonly createdAt: number }) => createdAt)
    expect(times).toEqual(times.toSorted((one: number, other: number) => other - one))
    // One that was certainly made later: the clock has moved on.
    await expect.poll(() => Date.now()).toBeGreaterThan(times[0])
    const { id } = await make(world)
    expect((await idsOf(world.client, `/${collection}?limit=1`))[0]).toBe(id)
    expect(await idsOf(world.client, `/${collection}`)).toContain(before.items[0].id)
  }
})

statement(87, 'count=true answers the number and nothing else', async () => {
  for (const collection of LISTS) {
    const count = (await idsOf(world.client, `/${collection}?limit=1000`)).length
    for (const query of ['count=true', 'count=true&orderby=createdAt']) {
      const { status, body } = await world.client.get(`/${collection}?${query}`)
      expect([collection, status, body]).toEqual([collection, 200, { count }])
    }
  }
})

statement(88, 'count=true counts what the filter leaves', async () => {
  for (const collection of LISTS) {
    const ids = await idsOf(world.client, `/${collection}?limit=1000`)
    const wanted = [
      [`id==${ids.slice(0, 3).join(',')}`, 3],
      [`id!=${ids[0]}`, ids.length - 1],
      [`id==${NOBODY}`, 0],
      ['createdAt>1000', ids.length],
    ] as const
    for (const [property, count] of wanted) {
      const { body } = await world.client.get(`/${collection}?count=true&property=${property}`)
      expect([collection, property, body]).toEqual([collection, property, { count }])
    }
    const both = `property=id==${ids.slice(0, 3).join(',')}&property=id!=${ids[1]}&count=true`
    expect((await world.client.get(`/${collection}?${both}`)).body).toEqual({ count: 2 })
  }
})

statement(89, 'count may be written True, TRUE or 1', async () => {
  for (const collection of LISTS) {
    const { body } = await world.client.get(`/${collection}?count=true`)
    for (const word of ['True', 'TRUE', 'tRuE', '1']) {
      expect((await world.client.get(`/${collection}?count=${word}`)).body).toEqual(body)
    }
  }
})

statement(90, 'count=true with a limit is a 1401-400', async () => {
  for (const collection of LISTS) {
    for (const query of ['count=true&limit=5', 'limit=5&count=True', 'limit=1000&count=1']) {
      const answer = await world.client.get(`/${collection}?${query}`)
      expect([collection, query, codeOf(answer)]).toEqual([collection, query, '1401-400'])
    }
  }
})

statement(91, 'count=false is as good as none, with a limit and without', async () => {
  for (const collection of LISTS) {
    for (const word of ['false', 'False', 'FALSE', '0']) {
      const plain = await readPage(world.client, `/${collection}`)
      expect(await readPage(world.client, `/${collection}?count=${word}`)).toEqual(plain)
      const limited = await readPage(world.client, `/${collection}?count=${word}&limit=5`)
      expect(limited.items).toEqual(plain.items.slice(0, 5))
      expect(limited).not.toHaveProperty('count')
    }
  }
})
