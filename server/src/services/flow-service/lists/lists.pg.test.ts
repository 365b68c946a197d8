import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  type AnyBody,
  created,
  DATASET,
  type FlowTestService,
  flowBody,
  LAKE,
  makeConnections,
  OTHER_ORG,
  POSTGRES,
  startFlowService,
} from '#services/flow-service/testing/flow-test-service.ts'

let service: FlowTestService
let ids: { base: string; source: string; target: string }

beforeAll(async () => {
  service = await startFlowService()
  service.world.validateOnCreate = false
  ids = await makeConnections(service)
})
afterAll(async () => service[Symbol.asyncDispose]())
beforeEach(async () => {
  await service.metadata.query(
    `delete from target_connection where id <> '${ids.target}' and id not in (select target_connection_id from flow)`,
  )
})

function codeOf({ body }: { body: AnyBody }): string {
  return /FLOW-(\d{4}-\d{3})$/.exec(body?.type)?.[1] ?? JSON.stringify(body)
}

async function addTargets(...names: string[]): Promise<string[]> {
  const made: string[] = []
  for (const name of names) {
    made.push(
      await created(service, '/targetConnections', {
        name,
        params: { dataSetId: DATASET },
        connectionSpec: LAKE,
      }),
    )
  }
  return made
}

async function names(query: string, collection = '/targetConnections'): Promise<string[]> {
  const { status, body } = await service.call('GET', `${collection}?${query}`)
  if (status !== 200) throw new Error(JSON.stringify(body))
  return body.items.map(({ name }: AnyBody) => name)
}

async function refused(query: string, collection = '/targetConnections'): Promise<string> {
  return codeOf(await service.call('GET', `${collection}?${query}`))
}

describe('a list', () => {
  test('always has items and links', async () => {
    expect((await service.call('GET', '/targetConnections')).body).toMatchObject({
      items: [{ id: ids.target }],
      _links: {},
    })
    expect((await service.call('GET', '/runs')).body).toEqual({ items: [], _links: {} })
    expect((await service.call('GET', '/targetConnections?property=name==nosuch')).body).toEqual({
      items: [],
      _links: {},
    })
  })

  test('is newest first and sorts by any keys, with signs raw or encoded', async () => {
    await addTargets('b', 'c', 'a')
    expect(await names('property=name!=lake')).toEqual(['a', 'c', 'b'])
    for (const sign of ['', '+', '%2B', '%20'])
      expect(await names(`property=name!=lake&orderby=${sign}name`)).toEqual(['a', 'b', 'c'])
    expect(await names('property=name!=lake&orderby=-name')).toEqual(['c', 'b', 'a'])
    await addTargets('a')
    const { body } = await service.call(
      'GET',
      '/targetConnections?property=name!=lake&orderby=name,-createdAt',
    )
    expect(body.items.map(({ name }: AnyBody) => name)).toEqual(['a', 'a', 'b', 'c'])
    expect(body.items[0].createdAt).toBeGreaterThan(body.items[1].createdAt)
    expect(await names('property=name!=lake&orderby=lastOperation.started')).toEqual(['b', 'c', 'a', 'a'])
    expect(await refused('orderby=nosuch')).toBe('1433-400')
    expect(await refused('orderby=*name')).toBe('1432-400')
  })

  test('counts instead of listing, and knows when limit and count contradict', async () => {
    await addTargets('a', 'b')
    expect((await service.call('GET', '/targetConnections?count=True')).body).toEqual({ count: 3 })
    expect((await service.call('GET', '/targetConnections?count=true&property=name==a')).body).toEqual({
      count: 1,
    })
    expect(await refused('count=true&limit=5')).toBe('1401-400')
    expect(await names('count=False&limit=5')).toHaveLength(3)
    for (const limit of ['0', '-1', 'abc']) expect(await refused(`limit=${limit}`)).toBe('1452-400')
    expect(await names('limit=5000')).toHaveLength(3)
    expect(await names('state=enabled&_page=2')).toHaveLength(3)
  })
})

describe('pages', () => {
  test.each(['', '&orderby=name', '&orderby=-lastOperation.operation,name', '&orderby=description'])(
    'hold every item once%s',
    async (order) => {
      await addTargets(...'gbxaxfc')
      const all = await names(`property=name!=lake${order}`)
      const first = await service.call('GET', `/targetConnections?property=name!=lake&limit=3${order}`)
      const seen: string[] = []
      let { body } = first
      for (;;) {
        seen.push(...body.items.map(({ name }: AnyBody) => name))
        const href: string | undefined = body._links.next?.href
        if (href === undefined) break
        expect(href).toMatch(/^\/targetConnections\?continuationToken=[\w-]+$/)
        // Items that come meanwhile must not shift what follows.
        body = (await service.call('GET', href)).body
      }
      expect(seen).toEqual(all)
      expect(seen).toHaveLength(7)
    },
  )

  test('follow the token alone, whatever is sent besides it', async () => {
    await addTargets('a', 'b', 'c')
    const { body } = await service.call('GET', '/targetConnections?property=name!=lake&orderby=name&limit=2')
    const token = body._links.next.href.split('=')[1]
    await addTargets('0')
    expect(await names(`continuationToken=${token}`)).toEqual(['c'])
    expect(await names(`limit=1&orderby=-name&count=False&continuationToken=${token}`)).toEqual(['c'])
  })

  test('refuse tokens that were not given out', async () => {
    await addTargets('a', 'b')
    const token = (await service.call('GET', '/targetConnections?limit=1')).body._links.next.href.split(
      '=',
    )[1]
    expect(await refused(`continuationToken=${token}`, '/sourceConnections')).toBe('1452-400')
    for (const headers of [
      { 'x-sandbox-name': 'dev' },
      { authorization: 'Bearer theirs', 'x-api-key': 'other', 'x-gw-ims-org-id': OTHER_ORG },
    ]) {
      const elsewhere = await service.call('GET', `/targetConnections?continuationToken=${token}`, {
        headers,
      })
      expect(codeOf(elsewhere)).toBe('1452-400')
    }
    for (const bad of [
      'garbage',
      'e30',
      `${token}x`,
      token.slice(0, -1),
      `${token[0] === 'A' ? 'B' : 'A'}${token.slice(1)}`,
      token.slice(0, 8) + token.slice(12),
    ]) {
      expect(await refused(`continuationToken=${bad}`)).toBe('1452-400')
    }
  })
})

describe('conditions', () => {
  test('compare by the type of what is stored', async () => {
    const [a, b] = await addTargets('a', 'b "x", y')
    expect(await names('property=name==a')).toEqual(['a'])
    expect(await names('property=name=="a"')).toEqual(['a'])
    expect(await names('property=name==A')).toEqual([])
    expect(await names(`property=id==${a},${b}&orderby=name`)).toHaveLength(2)
    expect(await names(`property=id==${a},nonsense`)).toEqual(['a'])
    expect(await names(`property=id!=${a}&property=id!=${b}`)).toEqual(['lake'])
    expect(await names('property=createdAt>1000')).toHaveLength(3)
    expect(await names('property=createdAt<=1000')).toEqual([])
    expect(await names('property=lastOperation.updated==0&property=state==ENABLED')).toHaveLength(3)
    expect(await names('property=state!=enabled')).toEqual([])
    expect(await names('property=description!=x')).toHaveLength(3)
    expect(
      await names(
        `property=params.dataSetId==${DATASET}&property=connectionSpec.id==${LAKE.id}&property=name==lake`,
      ),
    ).toEqual(['lake'])
    expect(await names(`property=connectionSpec.id==${POSTGRES.id}`, '/connections')).toEqual(['base'])
    expect(await names(`property=baseConnectionId==${ids.base}`, '/sourceConnections')).toEqual(['orders'])
  })

  test('look into arrays and objects at any depth', async () => {
    const id = await created(service, '/flows', flowBody(ids))
    const finds = async (property: string) =>
      (await names(`property=id==${id}&property=${property}`, '/flows')).length
    expect(await finds(`sourceConnectionIds[]==x,${ids.source}`)).toBe(1)
    expect(await finds(`sourceConnectionIds==${ids.source}`)).toBe(1)
    expect(await finds(`sourceConnectionIds!=${ids.source}`)).toBe(0)
    expect(await finds('inheritedAttributes.properties.isSourceFlow==true')).toBe(1)
    expect(await finds('inheritedAttributes.properties.isSourceFlow==false')).toBe(0)
    expect(await finds('inheritedAttributes.properties.isDestinationFlow==true')).toBe(0)
    expect(await finds(`inheritedAttributes.targetConnections[].connectionSpec.id==${LAKE.id}`)).toBe(1)
    expect(await finds('transformations[].params.deltaColumn.name==updated_at')).toBe(1)
    expect(await finds('transformations[].params.mappingVersion==0')).toBe(1)
    expect(await finds('transformations[].params.mappingVersion>0')).toBe(0)
    expect(await finds('lastRunDetails.startedAtUTC>=1670880253121')).toBe(0)
    const run = (await service.call('POST', '/runs', { body: { flowId: id } })).body.id
    await service.metadata.query(
      `update flow_run set state = 'failed', document = jsonb_set(document, '{metrics,statusSummary,status}', '"failed"') where id = '${run}'`,
    )
    for (const property of ['metrics.statusSummary.status==Failed', 'state==failed']) {
      const { body } = await service.call(
        'GET',
        `/runs?property=flowId==${id}&property=${property}&limit=10&count=False`,
      )
      expect(body.items.map((item: AnyBody) => item.id)).toEqual([run])
    }
  })

  test('are refused by their codes when they are wrong', async () => {
    expect(await refused('property=name~x')).toBe('1440-400')
    expect(await refused('property=createdAt>1,2')).toBe('1443-400')
    expect(await refused('property=id>=x')).toBe('1448-400')
    expect(await refused('property=name!>x')).toBe('1450-400')
    expect(await refused('property=createdAt==')).toBe('1453-400')
    expect(await refused('property=createdAt==abc')).toBe('1452-400')
    expect(await refused('property=nosuch==1')).toBe('1449-400')
    expect(await refused('property=nosuch==1', '/connectionSpecs')).toBe('1423-400')
    expect(await service.call('GET', '/targetConnections?property=name==%00')).toMatchObject({ status: 400 })
    expect(await refused("property=na'me==x")).toBe('1449-400')
  })

  test('cannot break out of their values', async () => {
    await addTargets("x' or '1'='1", '$[*]"')
    expect(await names(`property=name==${encodeURIComponent("x' or '1'='1")}`)).toHaveLength(1)
    expect(await refused(`property=data.${encodeURIComponent('x" ? (1==1)')}==1`)).toBe('1449-400')
    expect(await refused(`property=data.${encodeURIComponent("x') or true --")}==1`)).toBe('1449-400')
    expect(await names('property=data.$.x==1')).toEqual([])
  })

  test('without an operator name what to show', async () => {
    const { body } = await service.call('GET', '/targetConnections?property=name,state&property=name==lake')
    expect(body.items).toEqual([{ id: ids.target, name: 'lake', state: 'enabled' }])
  })
})

describe('specs', () => {
  test('are found by name and id, each in a list of its own', async () => {
    const all = (await service.call('GET', '/connectionSpecs')).body
    expect(all.items.map(({ name }: AnyBody) => name)).toEqual(['postgre-sql', 'datalake'])
    const found = (await service.call('GET', '/connectionSpecs?property=name=="postgre-sql"')).body
    expect(found.items).toHaveLength(1)
    const [spec] = found.items
    expect(spec).toMatchObject({
      id: POSTGRES.id,
      providerId: '0ed90a81-07f4-4586-8190-b40eccef1c5a',
      version: '1.0',
      attributes: { isDraftModeSupported: true },
    })
    expect(spec.authSpec.map(({ name }: AnyBody) => name)).toEqual([
      'Connection String Based Authentication',
      'Basic Authentication',
    ])
    expect(spec.authSpec[0].spec.properties.connectionString.format).toBe('password')
    expect(spec.authSpec[1].spec.properties.password.format).toBe('password')
    expect((await service.call('GET', `/connectionSpecs/${POSTGRES.id}`)).body).toEqual({ items: [spec] })
    expect((await service.call('GET', '/connectionSpecs?property=name==nosuch')).body.items).toEqual([])
    expect(
      (await service.call('GET', '/connectionSpecs?property=attributes.isSource==true')).body.items,
    ).toHaveLength(1)
    expect(codeOf(await service.call('GET', '/connectionSpecs/nosuch'))).toBe('1439-404')
  })

  test('of flows join PostgreSQL with the lake', async () => {
    const { body } = await service.call('GET', '/flowSpecs?property=name=="CRMToAEP"')
    const [spec] = body.items
    expect(spec).toMatchObject({
      id: '14518937-270c-4525-bdec-c2ba7cce3860',
      attributes: { frequency: 'batch', isSourceFlow: true },
    })
    expect(spec.sourceConnectionSpecIds).toContain(POSTGRES.id)
    expect(spec.targetConnectionSpecIds).toContain(LAKE.id)
    expect(spec.transformationSpecs.map(({ name }: AnyBody) => name)).toEqual(['Copy', 'Mapping'])
    expect((await service.call('GET', `/flowSpecs/${spec.id}/`)).body.items[0]).toEqual(spec)
  })
})
