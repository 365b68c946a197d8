import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  ADMIN,
  type Answer,
  type AnyBody,
  created,
  DATASET,
  type FlowTestService,
  LAKE,
  makeConnections,
  POSTGRES,
  startFlowService,
} from '#services/flow-service/testing/flow-test-service.ts'

let service: FlowTestService
beforeAll(async () => {
  service = await startFlowService()
})
afterAll(async () => service?.[Symbol.asyncDispose]())

function codeOf({ status, body }: Answer): string {
  return /FLOW-(\d{4}-\d{3})$/.exec(body?.type)?.[1] ?? String(status)
}

const explore = (query: string, id: string = LAKE.id) =>
  service.call('GET', `/connectionSpecs/${id}/explore${query}`)
const configs = (query: string, id: string = LAKE.id) =>
  service.call('GET', `/connectionSpecs/${id}/configs${query}`)

describe('exploring the lake', () => {
  test('lists the datasets of the sandbox, whose paths lead to them', async () => {
    for (const query of ['', '?objectType=root', '?objectType=ROOT']) {
      const { status, body } = await explore(query)
      expect([status, body.length]).toEqual([200, 1])
      expect(body[0]).toMatchObject({ type: 'table', name: 'Orders', path: DATASET, canPreview: true })
    }
    const elsewhere = await service.call('GET', `/connectionSpecs/${LAKE.id}/explore`, {
      headers: { 'x-sandbox-name': 'dev' },
    })
    expect(elsewhere.body).toEqual([])
  })

  test('describes a dataset, with rows if wanted', async () => {
    const { status, body } = await explore(`?objectType=TABLE&object=${DATASET}`)
    expect(status).toBe(200)
    expect(body).toMatchObject({
      format: 'hierarchical',
      schema: {
        columns: [{ name: '_acme', type: 'object', xdm: { properties: { city: { type: 'string' } } } }],
      },
      meta: { path: DATASET, name: 'Orders' },
    })
    expect(body).not.toHaveProperty('data')
    const withRows = await explore(`?object=${DATASET}&preview=True&previewCount=1`)
    expect(withRows.body).toEqual({ ...body, data: [{ _acme: { id: 1, city: 'Paris' } }] })
  })

  test.each([
    ['?objectType=table', '1100-400'],
    ['?objectType=folder', '1100-400'],
    ['?object=65f000000000000000000009', '1101-404'],
    [`?object=${DATASET}&preview=maybe`, '1452-400'],
    [`?object=${DATASET}&preview=true&previewCount=0`, '1452-400'],
  ])('with %s is refused with %s', async (query, code) => {
    expect(codeOf(await explore(query))).toBe(code)
  })

  test('is no exploring of what needs a connection, or of what does not exist', async () => {
    const database = await explore('', POSTGRES.id)
    expect([codeOf(database), database.body.errorMessage]).toEqual([
      '1100-400',
      expect.stringContaining('GET /connections/{id}/explore'),
    ])
    const spec = { name: 'landing-zone', providerId: '0ed90a81-07f4-4586-8190-b40eccef1c5a' }
    const registered = await service.call('POST', '/connectionSpecs', { body: spec, headers: ADMIN })
    expect(codeOf(await explore('', registered.body.id))).toBe('1100-400')
    for (const id of ['nosuch', '26f526f2-58f4-4712-961d-e41bf1ccc0e8'])
      expect(codeOf(await explore('', id))).toBe('1439-404')
  })
})

describe('the configurations of specs', () => {
  test('are the datasets of the lake, page by page as clients ask for them', async () => {
    const [first] = service.world.datasets
    service.world.datasets = Array.from({ length: 23 }, (_, index) => ({
      ...(first as NonNullable<typeof first>),
      id: `dataset-${index}`,
    }))
    const idsOf = ({ body }: Answer) => body.items.map(({ id }: AnyBody) => id)
    try {
      const all = await configs('?outputType=activationDatasets&outputField=datasets&limit=100&start=0')
      expect([all.status, all.body.items.length, all.body.pageInfo]).toEqual([200, 23, { hasNext: false }])
      expect(all.body.items[0]).toEqual({
        id: 'dataset-0',
        name: 'Orders',
        schemaRef: { id: first?.schemaId, contentType: first?.schemaContentType },
      })
      const pages = [await configs(''), await configs('?start=20')]
      expect(pages.map(({ body }) => body.pageInfo.hasNext)).toEqual([true, false])
      expect(pages.flatMap(idsOf)).toEqual(idsOf(all))
      expect((await configs('?start=13&limit=10')).body.pageInfo).toEqual({ hasNext: false })
      expect((await configs('?start=40')).body).toEqual({ items: [], pageInfo: { hasNext: false } })
    } finally {
      service.world.datasets = first === undefined ? [] : [first]
    }
  })

  test('are none for a database', async () => {
    const { status, body } = await configs('?start=0&limit=20', POSTGRES.id)
    expect([status, body]).toEqual([200, { items: [], pageInfo: { hasNext: false } }])
    expect(codeOf(await configs('', 'nosuch'))).toBe('1439-404')
  })

  test.each([
    '?start=-1',
    '?start=x',
    '?limit=0',
    '?limit=many',
    '?outputType=audiences',
    '?outputField=names',
  ])('are not found with %s', async (query) => {
    expect(codeOf(await configs(query))).toBe('1452-400')
  })
})

test('a connection to a database has no columns of its own', async () => {
  const { base } = await makeConnections(service)
  const { status, body } = await service.call('GET', `/connections/${base}/configs`)
  expect([status, body]).toEqual([200, { items: [] }])
  const draft = await created(service, '/connections?mode=draft', { connectionSpec: POSTGRES })
  expect((await service.call('GET', `/connections/${draft}/configs`)).body).toEqual({ items: [] })
  expect(codeOf(await service.call('GET', '/connections/nosuch/configs'))).toBe('1439-404')
})
