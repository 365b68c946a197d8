import { DEV, ORG, PROD, SCOPE, USER } from '@headwater/testkit/service-world.ts'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { DatasetReader, lakeTableOf } from './dataset-store.ts'
import { BASE, BATCH_ID, CatalogWorld, SCHEMAS } from './testing/catalog-world.ts'

let catalog: CatalogWorld

beforeAll(async () => {
  catalog = await CatalogWorld.open()
})

afterAll(() => catalog[Symbol.asyncDispose]())

beforeEach(() => catalog.empty())

describe('creating a dataset', () => {
  test('answers with a reference and writes an empty table of the schema', async () => {
    const body = {
      name: 'Loyalty Members',
      schemaRef: { id: `${SCHEMAS}/people`, contentType: 'application/vnd.adobe.xed+json;version=1' },
    }
    const created = await catalog.call('POST', '/dataSets/?requestDataSource=False', body)
    expect(created.status).toBe(201)
    const [reference] = created.body
    expect(created.body).toEqual([expect.stringMatching(/^@\/dataSets\/[0-9a-f]{24}$/)])
    const id = reference.slice(11)
    expect(created.headers['location']).toBe(`${BASE}/dataSets/${id}`)
    expect(catalog.createdTables).toEqual([{ datasetId: id, sandboxName: 'prod', fields: expect.any(Array) }])
    expect(catalog.createdTables[0]?.fields.map(({ name }) => name)).toEqual(['_id', 'person'])
    expect(await lakeTableOf(catalog.world.db, id)).toMatchObject({
      ...{ datasetId: id, location: `prod/${id}`, metadataKey: `prod/${id}/metadata/00000.metadata.json` },
      ...{ version: 1, lastColumnId: 3 },
    })
  })

  test('the dataset has everything that clients look for', async () => {
    const id = await catalog.create('Loyalty Members', { tags: { sampleTag: ['a'] } })
    const { status, body, headers } = await catalog.call('GET', `/dataSets/${id}`)
    expect(status).toBe(200)
    expect(Object.keys(body)).toEqual([id])
    expect(body[id]).toMatchObject({
      ...{
        name: 'Loyalty Members',
        imsOrg: ORG,
        sandboxId: PROD,
        version: '1.0.0',
        createdUser: USER,
        createdClient: 'client',
      },
      tags: {
        sampleTag: ['a'],
        'adobe/pqs/table': ['loyalty_members'],
        'adobe/siphon/table/format': ['parquet'],
      },
      classification: { dataBehavior: 'record', managedBy: 'CUSTOMER' },
      schemaRef: { id: `${SCHEMAS}/people`, contentType: 'application/vnd.adobe.xed-full+json;version=1' },
      files: `@/dataSetFiles?dataSetId=${id}`,
      extensions: { adobe_lakeHouse: { metrics: { rowCount: 0, storageSize: 0 } } },
    })
    expect([headers['etag'], headers['e-tag']]).toEqual(['"1.0.0"', '1.0.0'])
    const events = await catalog.create('Events', {}, 'events')
    expect((await catalog.read(events)).classification.dataBehavior).toBe('time-series')
  })

  test('SQL names stay unique, also when several are made at once', async () => {
    const ids = await Promise.all(Array.from({ length: 5 }, () => catalog.create('Web Orders')))
    const tables = await Promise.all(
      ids.map(async (id) => (await catalog.read(id)).tags['adobe/pqs/table'][0]),
    )
    expect(tables.toSorted()).toEqual([
      'web_orders',
      'web_orders_2',
      'web_orders_3',
      'web_orders_4',
      'web_orders_5',
    ])
  })

  test('a client may choose a free SQL name', async () => {
    const id = await catalog.create('A', { tags: { 'adobe/pqs/table': ['my_table'] } })
    expect((await catalog.read(id)).tags['adobe/pqs/table']).toEqual(['my_table'])
    const again = {
      name: 'B',
      schemaRef: { id: `${SCHEMAS}/people` },
      tags: { 'adobe/pqs/table': ['my_table'] },
    }
    expect(await catalog.call('POST', '/dataSets', again)).toMatchObject({
      status: 400,
      body: { detail: expect.stringContaining('my_table') },
    })
    const bad = { ...again, tags: { 'adobe/pqs/table': ['My Table'] } }
    expect(await catalog.call('POST', '/dataSets', bad)).toMatchObject({ status: 400 })
  })

  test.each([
    [{}, "'name'"],
    [{ name: 'x' }, 'schemaRef.id'],
    [{ name: 'x', schemaRef: { id: `${SCHEMAS}/absent` } }, 'does not exist'],
    [{ name: 'x', schemaRef: { id: `${SCHEMAS}/odd` } }, 'money'],
    [{ name: 'x', schemaRef: { id: `${SCHEMAS}/people` }, tags: ['a'] }, "'tags'"],
    [
      { name: 'x', schemaRef: { id: `${SCHEMAS}/people` }, tags: { unifiedProfile: ['enabled: true'] } },
      'To enable profile datasets the schema should be valid',
    ],
    [undefined, 'body'],
  ])('%j is refused', async (body, detail) => {
    const response = await catalog.call('POST', '/dataSets', body)
    expect(response).toMatchObject({
      status: 400,
      body: { status: 400, title: 'BadRequestError', detail: expect.stringContaining(detail) },
    })
    expect(catalog.createdTables).toEqual([])
  })

  test('a request that is only checked writes nothing', async () => {
    const body = { name: 'x', schemaRef: { id: `${SCHEMAS}/people` } }
    expect((await catalog.call('POST', '/dataSets', body, { pragma: 'validate-only' })).status).toBe(200)
    expect([await catalog.names(''), catalog.createdTables]).toEqual([[], []])
  })
})

describe('listing datasets', () => {
  beforeEach(async () => {
    await catalog.create('a', { description: 'first', tags: { sampleTag: ['x:1'] } })
    await catalog.create('b', { enableErrorDiagnostics: true })
    await catalog.create('example', { description: 'third', tags: { sampleTag: 'scalar' } })
  })

  test.each([
    ['orderBy=name', ['a', 'b', 'example']],
    ['', ['example', 'b', 'a']],
    ['orderBy=desc:name', ['example', 'b', 'a']],
    ['orderBy=enableErrorDiagnostics,desc:created', ['example', 'a', 'b']],
    ['orderBy=name&start=1&limit=1', ['b']],
    ['orderBy=name&offset=2', ['example']],
    ['orderBy=name&name=a,b', ['a', 'b']],
    ['orderBy=name&name=!a', ['b', 'example']],
    ['orderBy=name&name=!a,b', ['example']],
    ['orderBy=name&name=&description=&limit=', ['a', 'b', 'example']],
    ['orderBy=name&enableErrorDiagnostics=true', ['b']],
    ['orderBy=name&property=name~^ex', ['example']],
    ['orderBy=name&property=!description', ['b']],
    ['orderBy=name&property=descr*', ['a', 'example']],
    ['orderBy=name&property=descr*==third', ['example']],
    ['orderBy=name&property=description!=first', ['b', 'example']],
    ['orderBy=name&property=created>0&property=name>=b', ['b', 'example']],
    ['orderBy=name&property=created<5', []],
    ['orderBy=name&tags=sampleTag:*', ['a', 'example']],
    ['orderBy=name&tags=sampleTag:x*', ['a']],
    ['orderBy=name&tags=sampleTag:x:1', ['a']],
    ['orderBy=name&tags=sampleTag:scalar,adobe/siphon/table/format:parquet', ['example']],
    ['createdAfter=1&createdBefore=2', []],
    [`orderBy=name&imsOrg=${ORG}`, ['a', 'b', 'example']],
    ['name=nobody%27; drop table dataset; --', []],
  ])('%s', async (query, expected) => {
    expect(await catalog.names(query)).toEqual(expected)
  })

  test('an entry has only the properties that were asked for', async () => {
    const { body } = await catalog.call('GET', '/dataSets?properties=description,absent&orderBy=name')
    expect(Object.values(body)).toEqual([{ description: 'first' }, {}, { description: 'third' }])
  })

  test.each([
    'limit=0',
    'limit=101',
    'limit=x',
    'start=-1',
    'createdAfter=yesterday',
    'tags=x',
    'property=name~[',
  ])('%s is refused', async (query) => {
    expect(await catalog.call('GET', `/dataSets?${query}`)).toMatchObject({
      status: 400,
      body: { title: 'BadRequestError' },
    })
  })

  test('twenty entries are a page', async () => {
    await catalog.world.testDatabase.query(`insert into dataset select 'n' || n, org_id, sandbox_id, n, n, name, schema_id, 't' || n, 0, document
      from dataset, generate_series(1, 30) as n where name = 'a'`)
    expect(await catalog.names('')).toHaveLength(20)
  })

  test('a sandbox sees its own', async () => {
    expect((await catalog.call('GET', '/dataSets', undefined, { 'x-sandbox-name': 'dev' })).body).toEqual({})
    const [id] = Object.keys((await catalog.call('GET', '/dataSets')).body)
    expect(
      (await catalog.call('GET', `/dataSets/${id}`, undefined, { 'x-sandbox-name': 'dev' })).status,
    ).toBe(404)
    expect(await catalog.call('GET', '/dataSets', undefined, { 'x-sandbox-name': 'nowhere' })).toMatchObject({
      status: 403,
      body: { detail: expect.stringContaining('nowhere') },
    })
  })
})

describe('changing a dataset', () => {
  test('merges, and keeps what the server wrote', async () => {
    const id = await catalog.create('Orders', { description: 'old' })
    const change = {
      description: 'new',
      tags: { color: ['red'], 'adobe/pqs/table': null },
      imsOrg: 'x',
      version: '9',
      classification: {},
    }
    expect(await catalog.call('PATCH', `/dataSets/${id}`, change)).toMatchObject({
      status: 200,
      body: [`@/dataSets/${id}`],
    })
    expect(await catalog.read(id)).toMatchObject({
      ...{
        name: 'Orders',
        description: 'new',
        imsOrg: ORG,
        version: '1.0.1',
        classification: { dataBehavior: 'record' },
      },
      tags: { color: ['red'], 'adobe/pqs/table': ['orders'] },
    })
    expect((await catalog.call('PATCH', `/v2/dataSets/${id}`, { description: null })).status).toBe(200)
    expect(await catalog.read(id)).not.toHaveProperty('description')
    expect((await catalog.read(id)).version).toBe('1.0.2')
  })

  test.each(['application/json-patch+json', 'application/json+patch', 'application/json'])(
    'takes a JSON Patch as %s',
    async (type) => {
      const id = await catalog.create('Profiles', {}, 'union')
      const patch = [{ op: 'add', path: '/tags/unifiedProfile', value: ['enabled:true'] }]
      expect((await catalog.call('PATCH', `/dataSets/${id}`, patch, { 'content-type': type })).status).toBe(
        200,
      )
      expect((await catalog.read(id)).tags.unifiedProfile).toEqual(['enabled:true'])
    },
  )

  test('a patch that fails changes nothing', async () => {
    const id = await catalog.create('Orders')
    const patch = [
      { op: 'replace', path: '/name', value: 'x' },
      { op: 'remove', path: '/absent' },
    ]
    expect(await catalog.call('PATCH', `/dataSets/${id}`, patch)).toMatchObject({
      status: 400,
      body: { detail: expect.stringContaining('/absent') },
    })
    expect(await catalog.read(id)).toMatchObject({ name: 'Orders', version: '1.0.0' })
  })

  test('a profile needs a schema in the union', async () => {
    const id = await catalog.create('Orders')
    const change = { tags: { unifiedProfile: ['enabled:true'] } }
    expect(await catalog.call('PATCH', `/dataSets/${id}`, change)).toMatchObject({
      status: 400,
      body: { detail: 'To enable profile datasets the schema should be valid' },
    })
  })

  test('neither the schema nor a taken SQL name can be had', async () => {
    const id = await catalog.create('Orders')
    await catalog.create('Others')
    expect(
      (await catalog.call('PATCH', `/dataSets/${id}`, { schemaRef: { id: `${SCHEMAS}/events` } })).status,
    ).toBe(400)
    expect(
      (await catalog.call('PATCH', `/dataSets/${id}`, { tags: { 'adobe/pqs/table': ['others'] } })).status,
    ).toBe(400)
    expect((await catalog.call('PATCH', `/dataSets/${id}`, { name: null })).status).toBe(400)
  })

  test('a change for another version is refused', async () => {
    const id = await catalog.create('Orders')
    expect(
      (await catalog.call('PATCH', `/dataSets/${id}`, { description: 'x' }, { 'if-match': '1.0.0' })).status,
    ).toBe(200)
    const stale = await catalog.call(
      'PATCH',
      `/dataSets/${id}`,
      { description: 'y' },
      { 'if-match': '"1.0.0"' },
    )
    expect(stale).toMatchObject({ status: 412, body: { status: 412 } })
    expect((await catalog.call('DELETE', `/dataSets/${id}`, undefined, { 'if-match': '1.0.0' })).status).toBe(
      412,
    )
    expect(await catalog.read(id)).toMatchObject({ description: 'x', version: '1.0.1' })
  })

  test('a whole dataset can be sent back', async () => {
    const id = await catalog.create('Orders', { description: 'x' })
    const { description: _, ...whole } = await catalog.read(id)
    expect((await catalog.call('PUT', `/dataSets/${id}`, { ...whole, name: 'Sales' })).status).toBe(200)
    const after = await catalog.read(id)
    expect(after).toMatchObject({ name: 'Sales', version: '1.0.1', created: whole.created, tags: whole.tags })
    expect(after).not.toHaveProperty('description')
  })

  test('changes at the same time are all counted', async () => {
    const id = await catalog.create('Orders')
    await Promise.all(
      Array.from({ length: 6 }, (_, n) =>
        catalog.call('POST', `/dataSets/${id}`, { tags: { [`t${n}`]: ['x'] } }),
      ),
    )
    const { version, tags } = await catalog.read(id)
    expect([version, Object.keys(tags)]).toEqual([
      '1.0.6',
      expect.arrayContaining(['t0', 't1', 't2', 't3', 't4', 't5']),
    ])
  })

  test('what is not there is 404', async () => {
    for (const method of ['GET', 'DELETE'] as const)
      expect((await catalog.call(method, '/dataSets/5c8c3c555033b814b69f947f')).status).toBe(404)
    expect((await catalog.call('PATCH', '/dataSets/5c8c3c555033b814b69f947f', {})).status).toBe(404)
  })
})

describe('deleting a dataset', () => {
  async function target(datasetId: string, hasFlow: boolean): Promise<void> {
    const entity = {
      org_id: ORG,
      sandbox_id: PROD,
      state: 'enabled',
      etag: '"1"',
      document: '{}',
      created_at: 1,
      updated_at: 1,
    } as const
    const id = 'a1b2c3d4-0000-4000-8000-0000000000aa'
    await catalog.world.db
      .insertInto('target_connection')
      .values({ ...entity, id, name: 't', spec_id: id, dataset_id: datasetId })
      .execute()
    if (!hasFlow) return
    const flow = {
      source_connection_id: null,
      target_connection_id: id,
      next_run_at: null,
      watermark_at: null,
    }
    await catalog.world.db
      .insertInto('flow')
      .values({ ...entity, ...flow, id, name: 'nightly', flow_spec_id: id })
      .execute()
  }

  test('takes its batches, its table and unused targets along', async () => {
    const id = await catalog.create('Orders')
    await catalog.startBatch(id)
    await catalog.endBatch(BATCH_ID, {})
    await target(id, false)
    expect(await catalog.call('DELETE', `/dataSets/${id}`)).toMatchObject({
      status: 200,
      body: [`@/dataSets/${id}`],
    })
    expect((await catalog.call('GET', `/dataSets/${id}`)).status).toBe(404)
    expect((await catalog.call('GET', `/batches/${BATCH_ID}`)).status).toBe(404)
    expect(await lakeTableOf(catalog.world.db, id)).toBeUndefined()
  })

  test('is refused while a flow writes into it', async () => {
    const id = await catalog.create('Orders')
    await target(id, true)
    expect(await catalog.call('DELETE', `/dataSets/${id}`)).toMatchObject({
      status: 400,
      body: { detail: expect.stringContaining('nightly') },
    })
    expect((await catalog.call('GET', `/dataSets/${id}`)).status).toBe(200)
  })
})
test('neighbours learn what they may know', async () => {
  const id = await catalog.create('Orders')
  const { findSummary } = new DatasetReader(catalog.world.db)
  expect(await findSummary(SCOPE, id)).toEqual({
    ...{ id, name: 'Orders', tableName: 'orders', schemaId: `${SCHEMAS}/people`, behavior: 'record' },
    schemaContentType: 'application/vnd.adobe.xed-full+json;version=1',
  })
  expect(await findSummary({ ...SCOPE, sandbox: { ...SCOPE.sandbox, id: DEV } }, id)).toBeUndefined()
})

test('a request without a token does not get in', async () => {
  const response = await catalog.world.app.inject({
    url: `${BASE}/dataSets`,
    headers: { 'x-api-key': 'client' },
  })
  expect([response.statusCode, response.json().error_code]).toEqual([403, '403010'])
})
