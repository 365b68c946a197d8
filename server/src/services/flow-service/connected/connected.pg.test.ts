import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  type AnyBody,
  basicParams,
  created,
  DATASET,
  type FlowTestService,
  itemOf,
  LAKE,
  makeConnections,
  POSTGRES,
  startFlowService,
} from '#services/flow-service/testing/flow-test-service.ts'

let service: FlowTestService
let ids: { base: string; source: string; target: string }

beforeAll(async () => {
  service = await startFlowService()
  ids = await makeConnections(service)
})
afterAll(async () => service[Symbol.asyncDispose]())

const UNKNOWN = '00000000-0000-4000-8000-000000000000'

function codeOf({ body }: { body: AnyBody }): string {
  return /FLOW-(\d{4}-\d{3})$/.exec(body?.type)?.[1] ?? JSON.stringify(body)
}

async function refusal(url: string, body: unknown): Promise<AnyBody> {
  const answer = await service.call('POST', url, { body })
  return { ...answer, code: codeOf(answer), message: answer.body?.errorMessage }
}

async function patch(url: string, body: unknown, ifMatch?: string): Promise<AnyBody> {
  const headers = { 'if-match': ifMatch ?? (await itemOf(service, url)).etag }
  return await service.call('PATCH', url, { body, headers })
}

describe('source connections', () => {
  const body = (changes: Record<string, unknown> = {}) => ({
    name: 'orders',
    baseConnectionId: ids.base,
    data: { format: 'tabular' },
    params: { tableName: 'public.orders' },
    connectionSpec: POSTGRES,
    ...changes,
  })

  test('leave out what was sent as null, and refuse what is of another type', async () => {
    const params = { tableName: 'public.orders', columns: null, filters: null }
    const id = await created(service, '/sourceConnections', body({ params, data: { format: null } }))
    const item = await itemOf(service, `/sourceConnections/${id}`)
    expect(item.params).toEqual({ tableName: 'public.orders' })
    expect(item.data).toEqual({ format: 'tabular', schema: null, properties: null })
    const format = await refusal('/sourceConnections', body({ data: { format: {} } }))
    expect([format.code, format.body.report.field]).toEqual(['1100-400', 'data.format'])
    const draft = await refusal('/sourceConnections?mode=draft', body({ params: { filters: 'x' } }))
    expect([draft.code, draft.body.report.field]).toEqual(['1100-400', 'params.filters'])
  })

  test('show what they read, and the base connection they read through', async () => {
    const columns = [{ name: 'id', type: 'integer', xdm: { type: 'integer' }, 'meta:xdmType': 'long' }]
    const id = await created(
      service,
      '/sourceConnections',
      body({ params: { tableName: 'public.orders', columns } }),
    )
    const item = await itemOf(service, `/sourceConnections/${id}`)
    expect(item).toMatchObject({
      state: 'enabled',
      baseConnectionId: ids.base,
      data: { format: 'tabular', schema: null, properties: null },
      params: { tableName: 'public.orders', columns },
      inheritedAttributes: { baseConnection: { id: ids.base, connectionSpec: POSTGRES } },
    })
    expect(item.version).toBe(item.etag)
    expect(await service.call('DELETE', `/sourceConnections/${id}`)).toMatchObject({ status: 204 })
    expect(await service.call('DELETE', `/sourceConnections/${id}`)).toMatchObject({ status: 404 })
  })

  test('need a name, a table and an existing base connection of the same spec', async () => {
    expect(await refusal('/sourceConnections', body({ name: undefined }))).toMatchObject({
      status: 400,
      message: expect.stringContaining('name'),
    })
    expect(await refusal('/sourceConnections', body({ params: { tablename: 'x' } }))).toMatchObject({
      status: 400,
      message: expect.stringContaining('tablename'),
    })
    expect(await refusal('/sourceConnections', body({ baseConnectionId: undefined }))).toMatchObject({
      status: 400,
    })
    expect(await refusal('/sourceConnections', body({ baseConnectionId: UNKNOWN }))).toMatchObject({
      status: 404,
      code: '1439-404',
    })
    expect(await refusal('/sourceConnections', body({ connectionSpec: LAKE }))).toMatchObject({ status: 400 })
  })

  test('take a row filter by a patch of a single object, and check it against the table', async () => {
    const id = await created(service, '/sourceConnections', body())
    const url = `/sourceConnections/${id}`
    const filter = (fnName: string, fieldName: string) => ({
      type: 'PQL',
      format: 'pql/json',
      value: {
        nodeType: 'fnApply',
        fnName,
        params: [
          { nodeType: 'fieldLookup', fieldName },
          { nodeType: 'literal', value: 'Paris' },
        ],
      },
    })
    const operation = (value: unknown) => ({ op: 'add', path: '/params/filters', value })
    expect(await patch(url, operation(filter('=', 'city')))).toMatchObject({ status: 200 })
    expect((await itemOf(service, url)).params.filters).toEqual(filter('=', 'city'))
    const unknown = await patch(url, operation(filter('=', 'citi')))
    expect([unknown.status, unknown.body.errorMessage]).toEqual([400, expect.stringContaining('"city"')])
    expect(await patch(url, operation(filter('sounds', 'city')))).toMatchObject({ status: 400 })
    expect(await patch(url, [{ op: 'replace', path: '/baseConnectionId', value: ids.base }])).toMatchObject({
      status: 400,
    })
  })

  test('are published after their base connection', async () => {
    const base = (
      await service.call('POST', '/connections?mode=draft', { body: { connectionSpec: POSTGRES } })
    ).body.id
    const draft = (
      await service.call('POST', '/sourceConnections?mode=draft', { body: body({ baseConnectionId: base }) })
    ).body.id
    const action = `/sourceConnections/${draft}/action?op=publish`
    expect(await service.call('POST', action)).toMatchObject({
      status: 400,
      body: { errorMessage: expect.stringContaining(base) },
    })
    const auth = { specName: 'Basic Authentication', params: basicParams(service.source) }
    await patch(`/connections/${base}`, [
      { op: 'add', path: '/auth', value: auth },
      { op: 'add', path: '/name', value: 'now' },
    ])
    expect(await service.call('POST', `/connections/${base}/action?op=PUBLISH`)).toMatchObject({
      status: 200,
    })
    expect(await service.call('POST', `/connections/${draft}/action?op=PUBLISH`)).toMatchObject({
      status: 200,
    })
    expect(await itemOf(service, `/sourceConnections/${draft}`)).toMatchObject({ state: 'enabled' })
  })
})

describe('target connections', () => {
  test('lead to a dataset that exists', async () => {
    const body = { data: { format: 'parquet_xdm' }, params: { dataSetId: DATASET }, connectionSpec: LAKE }
    const id = await created(service, '/targetConnections', body)
    expect(await itemOf(service, `/targetConnections/${id}`)).toMatchObject({
      data: body.data,
      params: body.params,
      connectionSpec: LAKE,
    })
    const unknown = await refusal('/targetConnections', {
      ...body,
      params: { dataSetId: '65f0000000000000000000ff' },
    })
    expect(unknown).toMatchObject({
      status: 400,
      message: expect.stringContaining('65f0000000000000000000ff'),
    })
    expect(await refusal('/targetConnections', { ...body, params: undefined })).toMatchObject({ status: 400 })
    expect(await refusal('/targetConnections', { ...body, connectionSpec: POSTGRES })).toMatchObject({
      status: 400,
    })
  })
})
