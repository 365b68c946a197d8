import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  type AnyBody,
  CRM,
  created,
  type FlowTestService,
  flowBody,
  makeConnections,
  ORG,
  OTHER_ORG,
  SANDBOXES,
  startFlowService,
} from '#services/flow-service/testing/flow-test-service.ts'

const ODD = 'rock & roll, 5" "x"'

let service: FlowTestService
let ids: { base: string; source: string; target: string }

beforeAll(async () => {
  service = await startFlowService()
  service.world.validateOnCreate = false
  ids = await makeConnections(service)
  for (const name of ['b', 'c', 'a', ODD]) {
    await created(service, '/flows', flowBody(ids, { name }))
    service.world.nowMs += 10
  }
  await copyFlow('a', 'in dev', ORG, SANDBOXES.dev.id)
  await copyFlow('a', 'theirs', OTHER_ORG, SANDBOXES.theirs.id)
})
afterAll(async () => service[Symbol.asyncDispose]())

/** Flows of other sandboxes need connections there; their lists don't. */
async function copyFlow(name: string, newName: string, orgId: string, sandboxId: string): Promise<void> {
  await service.metadata.query(`
    insert into flow (id, org_id, sandbox_id, name, state, etag, document, created_at, updated_at, flow_spec_id)
    select fresh.id, '${orgId}', '${sandboxId}', '${newName}', flow.state, flow.etag,
      flow.document || jsonb_build_object('id', fresh.id, 'name', '${newName}', 'createdAt', flow.created_at + 1),
      flow.created_at + 1, flow.updated_at, flow.flow_spec_id
    from flow, (select gen_random_uuid() as id) as fresh
    where flow.name = '${name}'
  `)
}

async function search(
  body: unknown,
  { path = '/flows', query = '', sandboxes }: { path?: string; query?: string; sandboxes?: string } = {},
): Promise<AnyBody> {
  const headers = sandboxes === undefined ? {} : { 'x-active-sandbox-ids': sandboxes }
  const { body: answer } = await service.call('POST', `${path}/search${query}`, { body, headers })
  return answer
}

async function names(body: unknown, options?: Parameters<typeof search>[1]): Promise<string[]> {
  const answer = await search(body, options)
  if (answer.items === undefined) throw new Error(JSON.stringify(answer))
  return answer.items.map(({ name }: AnyBody) => name)
}

async function refused(body: unknown, options?: Parameters<typeof search>[1]): Promise<string> {
  const answer = await search(body, options)
  return /FLOW-(\d{4}-\d{3})$/.exec(answer.type)?.[1] ?? JSON.stringify(answer)
}

describe('a search', () => {
  test('of nothing in particular is the list', async () => {
    expect(await search({})).toEqual((await service.call('GET', '/flows')).body)
    expect(await search({ queryString: ' ', orderby: '', limit: null })).toEqual(await search({}))
    expect(await search({}, { path: '/connections' })).toEqual(
      (await service.call('GET', '/connections')).body,
    )
  })

  test('reads conditions as a list does, with or without the name of the parameter', async () => {
    const orderby = 'name'
    expect(await names({ queryString: 'name==a,b', orderby })).toEqual(['a', 'b'])
    expect(await names({ queryString: 'property=name==a,b&state==ENABLED', orderby })).toEqual(['a', 'b'])
    expect(await names({ queryString: '?property=name!=a&property=name!=b', orderby })).toEqual(['c', ODD])
    expect(await names({ queryString: 'name==b&createdAt<=5' })).toEqual([])
    expect(
      await names({ queryString: `inheritedAttributes.sourceConnections[].id==${ids.source}`, limit: 2 }),
    ).toEqual([ODD, 'a'])
  })

  test('takes a value with quotes, commas and ampersands quoted or encoded', async () => {
    expect(await names({ queryString: `name==${encodeURIComponent('rock & roll')}` })).toEqual([])
    expect(await names({ queryString: `state==enabled&name=="${encodeURIComponent(ODD)}"` })).toEqual([ODD])
    expect(await names({ queryString: 'name=="rock & roll","a"' })).toEqual(['a'])
    expect(await names({ queryString: 'name==100%&state==enabled' })).toEqual([])
  })

  test('counts, projects and sorts', async () => {
    expect(await search({ count: true, queryString: 'name!=a' })).toEqual({ count: 3 })
    expect(await search({ count: 'True' })).toEqual({ count: 4 })
    const { items } = await search({ projectionFields: 'name, state', queryString: 'name==a' })
    expect(items).toEqual([{ id: expect.any(String), name: 'a', state: 'enabled' }])
    expect(await names({ orderby: '-name', limit: 2 })).toEqual([ODD, 'c'])
  })

  test('goes on with its token, whether by search or by list, whatever else is sent', async () => {
    const first = await search({
      orderby: 'name',
      limit: 3,
      projectionFields: 'name',
      queryString: 'name!=b',
    })
    expect(first.items.map(({ name }: AnyBody) => name)).toEqual(['a', 'c', ODD])
    const { items, _links } = await search({ orderby: 'name', limit: 2, queryString: 'name!=b' })
    expect(items).toHaveLength(2)
    const { href } = _links.next
    expect(href).toMatch(/^\/flows\?continuationToken=[\w-]+$/)
    const query = href.slice('/flows'.length)
    for (const body of [{}, { limit: 5000, queryString: 'nosuch==1', count: true }, undefined])
      expect(await names(body, { query })).toEqual([ODD])
    expect((await service.call('GET', href)).body.items.map(({ name }: AnyBody) => name)).toEqual([ODD])
  })

  test.each([
    [undefined, '1405-400'],
    [[], '1100-400'],
    [{ limit: 1001 }, '1452-400'],
    [{ limit: 0 }, '1452-400'],
    [{ limit: 1.5 }, '1452-400'],
    [{ limit: 'many' }, '1452-400'],
    [{ limit: [1] }, '1454-400'],
    [{ limit: 5, count: true }, '1401-400'],
    [{ count: 'perhaps' }, '1452-400'],
    [{ queryString: 5 }, '1454-400'],
    [{ queryString: 'nosuch==1' }, '1449-400'],
    [{ queryString: 'name~x' }, '1440-400'],
    [{ queryString: 'limit=5' }, '1449-400'],
    [{ orderby: 'nosuch' }, '1433-400'],
    [{ orderby: '*name' }, '1432-400'],
    [{ projectionFields: 'nosuch' }, '1449-400'],
    [{ projectionFields: 'name==x' }, '1452-400'],
  ])('refuses %j with %s', async (body, code) => {
    expect(await refused(body)).toBe(code)
  })

  test('of connections takes no token of flows', async () => {
    const { _links } = await search({ limit: 1 })
    const query = _links.next.href.slice('/flows'.length)
    expect(await refused({}, { query, path: '/connections' })).toBe('1452-400')
    expect(await refused({}, { query: '?continuationToken=garbage' })).toBe('1452-400')
  })
})

describe('a search across sandboxes', () => {
  const both = `${SANDBOXES.dev.id}, ${SANDBOXES.prod.id}`

  test('is newest first over all of them, page by page', async () => {
    expect(await names({}, { sandboxes: SANDBOXES.dev.id })).toEqual(['in dev'])
    const all = await names({}, { sandboxes: both })
    expect(all).toEqual([ODD, 'in dev', 'a', 'c', 'b'])
    expect(await search({ count: true }, { sandboxes: both })).toEqual({ count: 5 })
    const seen: string[] = []
    for (let query = ''; ; ) {
      const { items, _links } = await search({ limit: 2 }, { query, sandboxes: both })
      seen.push(...items.map(({ name }: AnyBody) => name))
      if (_links.next === undefined) break
      query = _links.next.href.slice('/flows'.length)
    }
    expect(seen).toEqual(all)
  })

  test('is refused with an order, and for sandboxes that the organisation does not have', async () => {
    expect(await refused({ orderby: 'name' }, { sandboxes: both })).toBe('1424-400')
    for (const sandboxes of [SANDBOXES.theirs.id, `${both},nonsense`, '*'])
      expect(await refused({}, { sandboxes })).toBe('2103-404')
    const many = Array.from({ length: 101 }, (_, index) => `id${index}`).join(',')
    expect(await refused({}, { sandboxes: many })).toBe('1452-400')
  })
})

describe('a search of flow specs', () => {
  const path = '/flowSpecs'

  test('is the list, with everything that a search can say', async () => {
    expect(await search({}, { path })).toEqual((await service.call('GET', '/flowSpecs')).body)
    expect(await search({ queryString: 'name=="CRMToAEP"', projectionFields: 'name' }, { path })).toEqual({
      items: [{ id: CRM.id, name: 'CRMToAEP' }],
      _links: {},
    })
    expect(await search({ queryString: 'name==nosuch' }, { path })).toEqual({ items: [], _links: {} })
    expect(await search({ count: true }, { path })).toEqual({ count: 1 })
    expect(await refused(undefined, { path })).toBe('1405-400')
    expect(await refused({ limit: 1001 }, { path })).toBe('1452-400')
    expect(await refused({ queryString: 'nosuch==1' }, { path })).toBe('1449-400')
  })

  test('tells how many specs have which value of a property', async () => {
    const { items, groups } = await search({ groupByProperty: 'attributes.frequency' }, { path })
    expect(items).toHaveLength(1)
    expect(groups).toEqual([{ value: 'batch', count: 1 }])
    expect(await refused({ groupByProperty: 'nosuch' }, { path })).toBe('1449-400')
    expect(await refused({ groupByProperty: 'name==x' }, { path })).toBe('1452-400')
  })
})
