import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  type AnyBody,
  basicParams,
  created,
  type FlowTestService,
  flowBody,
  itemOf,
  LAKE,
  MAPPING,
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
beforeEach(() => {
  Object.assign(service.world, {
    nudges: 0,
    validateOnCreate: true,
    mapsColumn: 'city',
    mappingSchema: 'https://ns.adobe.com/acme/schemas/0001',
  })
})

const QUARTER_MS = 900_000
const NOW = 1_760_000_000_000
const UNKNOWN = '00000000-0000-4000-8000-000000000000'

function codeOf({ body }: { body: AnyBody }): string {
  return /FLOW-(\d{4}-\d{3})$/.exec(body?.type)?.[1] ?? JSON.stringify(body)
}

async function refusal(url: string, body: unknown): Promise<AnyBody> {
  const answer = await service.call('POST', url, { body })
  return { ...answer, code: codeOf(answer), message: answer.body?.errorMessage }
}

function schedule(scheduleParams: Record<string, unknown>): Record<string, unknown> {
  return flowBody(ids, { scheduleParams })
}

async function patch(url: string, body: unknown, ifMatch?: string): Promise<AnyBody> {
  const headers = { 'if-match': ifMatch ?? (await itemOf(service, url)).etag }
  return await service.call('PATCH', url, { body, headers })
}

describe('creating a flow', () => {
  test('takes the body of the tutorial and shows it as it was sent', async () => {
    const body = flowBody(ids, { options: { errorDiagnosticsEnabled: 'true', partialIngestionPercent: 5 } })
    const { status, body: answer, headers } = await service.call('POST', '/flows', { body })
    expect(status).toBe(201)
    expect(headers['location']).toBe(`/data/foundation/flowservice/flows/${answer.id}`)
    const item = await itemOf(service, `/flows/${answer.id}`)
    expect(item).toMatchObject({
      scheduleParams: body['scheduleParams'],
      transformations: body['transformations'],
      options: body['options'],
      state: 'enabled',
      runs: `/runs?property=flowId==${answer.id}`,
      recordTypes: [{ type: 'profile', extensions: {} }],
      labels: [],
      inheritedAttributes: {
        properties: { isSourceFlow: true },
        sourceConnections: [
          {
            id: ids.source,
            connectionSpec: POSTGRES,
            baseConnection: { id: ids.base, connectionSpec: POSTGRES },
          },
        ],
        targetConnections: [{ id: ids.target, connectionSpec: LAKE }],
      },
    })
    expect(item).not.toHaveProperty('lastRunDetails')
    expect((await service.call('GET', item.runs)).body).toEqual({ items: [], _links: {} })
  })

  test('is due at once when its start has passed, and wakes the scheduler', async () => {
    const id = await created(service, '/flows', flowBody(ids))
    const row = await service.db.selectFrom('flow').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
    expect(row.next_run_at).toBe(1_612_310_466_000)
    expect(service.world.nudges).toBe(1)
  })

  test.each([
    [{ startTime: 1, frequency: 'minute', interval: 14 }, 400],
    [{ startTime: 1, frequency: 'minute', interval: 15, foldernameTemplate: '%d' }, 201],
    [{ startTime: 1, frequency: 'hour', interval: 1 }, 201],
    [{ startTime: 1, frequency: 'hour', interval: 0 }, 400],
    [{ startTime: 1, frequency: 'once', interval: 1 }, 400],
    [{ startTime: 1, frequency: 'once' }, 201],
    [{ startTime: 1, frequency: 'month', interval: 1 }, 400],
    [{ startTime: 1, frequency: 'day' }, 400],
    [{ startTime: 1, interval: 1 }, 400],
  ])('judges the schedule %j with %i', async (scheduleParams, status) => {
    expect((await service.call('POST', '/flows', { body: schedule(scheduleParams) })).status).toBe(status)
  })

  test('refuses what does not fit, with the documented codes', async () => {
    const refuse = (changes: Record<string, unknown>) => refusal('/flows', flowBody(ids, changes))
    expect(await refuse({ state: 'enabled' })).toMatchObject({ status: 400, code: '1410-400' })
    expect(await refuse({ flowSpec: undefined })).toMatchObject({ status: 400, code: '1413-400' })
    expect(await refuse({ flowSpec: { id: UNKNOWN } })).toMatchObject({ code: '1413-400' })
    expect(await refuse({ sourceConnectionIds: [UNKNOWN] })).toMatchObject({ status: 404, code: '1439-404' })
    expect(await refuse({ sourceConnectionIds: [] })).toMatchObject({ status: 400 })
    expect(await refuse({ sourceConnectionIds: [ids.source, ids.source] })).toMatchObject({ status: 400 })
    expect(await refuse({ targetConnectionIds: [ids.source] })).toMatchObject({ status: 404 })
    expect(await refuse({ scheduleParams: undefined })).toMatchObject({ status: 400 })
    expect(await refuse({ transformations: undefined })).toMatchObject({ status: 400 })
    expect(await refuse({ options: { partialIngestionPercent: 0 } })).toMatchObject({ status: 400 })
    expect(await refuse({ options: { partialIngestionPercent: 101 } })).toMatchObject({ status: 400 })
    expect(await refuse({ policy: { enforcementRefs: [{ fields: [] }] } })).toMatchObject({
      code: '1431-400',
    })
  })

  test('refuses transformations that lack or miss something', async () => {
    const refuse = (...transformations: unknown[]) => refusal('/flows', flowBody(ids, { transformations }))
    const mapping = (params: unknown) => ({ name: 'Mapping', params })
    expect(await refuse({ name: 'Copy', params: { deltaColumn: {} } })).toMatchObject({
      status: 400,
      message: expect.stringContaining('deltaColumn.name'),
    })
    expect(await refuse({ name: 'Copy', params: {} })).toMatchObject({ status: 400 })
    expect(await refuse({ name: 'Shred', params: {} })).toMatchObject({
      status: 400,
      message: expect.stringContaining('Copy, Mapping'),
    })
    expect(await refuse(mapping({}))).toMatchObject({ status: 400 })
    expect(
      await refuse(mapping({ mappingId: 'ffffffffffffffffffffffffffffffff', mappingVersion: 0 })),
    ).toMatchObject({ code: '1419-400' })
    expect(await refuse(mapping({ mappingId: MAPPING, mappingVersion: 7 }))).toMatchObject({
      code: '1412-400',
    })
    expect(await refuse(mapping({ mappingId: MAPPING, mappingVersion: 'seven' }))).toMatchObject({
      code: '1412-400',
    })
    service.world.mappingSchema = 'https://ns.adobe.com/acme/schemas/0002'
    expect(await refuse(mapping({ mappingId: MAPPING, mappingVersion: '0' }))).toMatchObject({
      code: '1425-400',
    })
  })

  test('names the column that the table lacks, and the nearest that it has', async () => {
    service.world.mapsColumn = 'citty'
    const wrong = await refusal('/flows', flowBody(ids))
    expect(wrong).toMatchObject({
      status: 400,
      code: '1100-400',
      message: expect.stringContaining('"citty"'),
    })
    expect(wrong.message).toContain('Did you mean city?')
    service.world.mapsColumn = 'city'
    const copy = (deltaColumn: unknown) =>
      flowBody(ids, {
        transformations: [
          { name: 'Copy', params: { deltaColumn } },
          { name: 'Mapping', params: { mappingId: MAPPING } },
        ],
      })
    expect(await refusal('/flows', copy({ name: 'update_at' }))).toMatchObject({
      status: 400,
      message: expect.stringContaining('updated_at'),
    })
    expect(await refusal('/flows', copy({ name: 'whole' }))).toMatchObject({
      status: 400,
      message: expect.stringContaining('integer'),
    })
    expect(await refusal('/flows', copy('born'))).toMatchObject({ status: 201 })
    const refusedMember = async (deltaColumn: unknown) =>
      (await refusal('/flows', copy(deltaColumn))).body.report.field
    expect(await refusedMember({ name: 'city' })).toBe('deltaColumn.dateFormat')
    expect(await refusedMember({ name: 'city', dateFormat: 'd MMM' })).toBe('deltaColumn.dateFormat')
    expect(await refusedMember({ name: 'born', timezone: 'Mars/Base' })).toBe('deltaColumn.timezone')
    const text = { name: 'city', dateFormat: 'yyyy-MM-dd HH:mm:ss', timezone: 'Europe/Paris' }
    expect(await refusal('/flows', copy(text))).toMatchObject({ status: 201 })
  })

  test('says that a column is in the table but was not selected', async () => {
    const params = { tableName: 'public.orders', columns: [{ name: 'id', type: 'integer' }] }
    const source = await created(service, '/sourceConnections', {
      name: 'few',
      baseConnectionId: ids.base,
      params,
      connectionSpec: POSTGRES,
    })
    const answer = await refusal('/flows', flowBody({ ...ids, source }))
    expect(answer).toMatchObject({ status: 400, message: expect.stringContaining('params.columns') })
  })

  test('does not wait for a table that is not there, or a source that is away', async () => {
    const make = async (tableName: string, baseConnectionId: string) =>
      created(service, '/sourceConnections', {
        name: 's',
        baseConnectionId,
        params: { tableName },
        connectionSpec: POSTGRES,
      })
    const noTable = await refusal(
      '/flows',
      flowBody({ ...ids, source: await make('public.order', ids.base) }),
    )
    expect(noTable).toMatchObject({ status: 404, message: expect.stringContaining('public.orders') })
    service.world.validateOnCreate = false
    const auth = { specName: 'Basic Authentication', params: { ...basicParams(service.source), port: '1' } }
    const away = await created(service, '/connections', { name: 'away', auth, connectionSpec: POSTGRES })
    expect(
      await refusal('/flows', flowBody({ ...ids, source: await make('public.orders', away) })),
    ).toMatchObject({ status: 400, code: '1100-400' })
  })

  test('without a mapping sends columns to fields of their names, if there are any', async () => {
    expect(await refusal('/flows', flowBody(ids, { transformations: [] }))).toMatchObject({
      status: 400,
      message: expect.stringContaining('Mapping'),
    })
  })
})

describe('a flow', () => {
  test('is disabled and enabled again; repeating an action changes nothing', async () => {
    const id = await created(service, '/flows', flowBody(ids))
    const url = `/flows/${id}`
    const off = await service.call('POST', `${url}/action?op=disable`, {
      headers: { 'content-type': 'application/json' },
    })
    expect(off).toMatchObject({ status: 200, body: { id } })
    const item = await itemOf(service, url)
    expect(item).toMatchObject({
      state: 'disabled',
      etag: off.body.etag,
      lastOperation: { operation: 'disable' },
    })
    expect((await service.call('POST', `${url}/action?op=DISABLE`)).body.etag).toBe(off.body.etag)
    expect(
      codeOf(await service.call('POST', `${url}/action?op=enable`, { headers: { 'if-match': '"old"' } })),
    ).toBe('1404-412')
    expect(
      await service.call('POST', `${url}/action?op=ENABLE&subOp=APPLY`, {
        headers: { 'if-match': off.body.etag },
      }),
    ).toMatchObject({ status: 200 })
    expect(await itemOf(service, url)).toMatchObject({ state: 'enabled' })
    expect(codeOf(await service.call('POST', `${url}/action?op=explode`))).toBe('1434-400')
    expect(codeOf(await service.call('POST', `${url}/action?op=enable&subOp=PROGRESS`))).toBe('1436-400')
    expect(codeOf(await service.call('POST', `${url}/action?op=enable&subOp=reverse`))).toBe('1435-400')
    expect(codeOf(await service.call('POST', `${url}/action?op=publish`))).toBe('1422-400')
  })

  test('is scheduled anew when its schedule changes', async () => {
    const start = Math.floor(NOW / 1000) + 86_400
    const id = await created(
      service,
      '/flows',
      schedule({ startTime: start, frequency: 'minute', interval: 15, backfill: false }),
    )
    const url = `/flows/${id}`
    const nextRun = async () =>
      (
        await service.db
          .selectFrom('flow')
          .select('next_run_at')
          .where('id', '=', id)
          .executeTakeFirstOrThrow()
      ).next_run_at
    expect(await nextRun()).toBe(start * 1000 + QUARTER_MS)
    const later = [
      { op: 'replace', path: '/scheduleParams/startTime', value: start + 60 },
      { op: 'replace', path: '/scheduleParams/frequency', value: 'day' },
      { op: 'replace', path: '/scheduleParams/interval', value: '1' },
    ]
    expect(await patch(url, later)).toMatchObject({ status: 200 })
    expect(await nextRun()).toBe((start + 60 + 86_400) * 1000)
    expect(await patch(url, [{ op: 'replace', path: '/scheduleParams/interval', value: 0 }])).toMatchObject({
      status: 400,
    })
    expect((await itemOf(service, url)).scheduleParams).toMatchObject({ interval: '1', frequency: 'day' })
  })

  test('keeps its start once that has passed', async () => {
    const url = `/flows/${await created(service, '/flows', flowBody(ids))}`
    expect(
      await patch(url, [{ op: 'replace', path: '/scheduleParams/startTime', value: 1_900_000_000 }]),
    ).toMatchObject({ status: 400, body: { report: { field: 'scheduleParams.startTime' } } })
    expect(
      await patch(url, [{ op: 'replace', path: '/scheduleParams/frequency', value: 'hour' }]),
    ).toMatchObject({ status: 200 })
  })

  test('replaces a transformation in its place, and takes policies and labels', async () => {
    const url = `/flows/${await created(service, '/flows', flowBody(ids))}`
    const mapping = { name: 'Mapping', params: { mappingId: MAPPING, mappingVersion: '0' } }
    expect(await patch(url, [{ op: 'replace', path: '/transformations/1', value: mapping }])).toMatchObject({
      status: 200,
    })
    expect((await itemOf(service, url)).transformations.map(({ name }: AnyBody) => name)).toEqual([
      'Copy',
      'Mapping',
    ])
    expect(await patch(url, [{ op: 'replace', path: '/transformations/0', value: mapping }])).toMatchObject({
      status: 200,
    })
    expect((await itemOf(service, url)).transformations).toEqual([mapping, mapping])
    expect(
      await patch(url, [
        { op: 'Add', path: '/policy', value: { enforcementRefs: [] } },
        { op: 'add', path: '/labels', value: ['core/C12'] },
      ]),
    ).toMatchObject({ status: 200 })
    expect(codeOf(await patch(url, [{ op: 'Replace', path: '/policy', value: { fields: [] } }]))).toBe(
      '1431-400',
    )
    expect(codeOf(await patch(url, [{ op: 'replace', path: '/policy', value: 'none' }]))).toBe('1100-400')
    expect(codeOf(await patch(url, [{ op: 'replace', path: '/state', value: 'disabled' }]))).toBe('1455-400')
    expect(
      codeOf(await patch(url, [{ op: 'replace', path: '/sourceConnectionIds', value: [ids.source] }])),
    ).toBe('1455-400')
  })

  test('holds its connections until it is deleted', async () => {
    const connections = await makeConnections(service)
    const id = await created(service, '/flows', flowBody(connections))
    expect(codeOf(await service.call('DELETE', `/sourceConnections/${connections.source}`))).toBe('1447-400')
    expect(codeOf(await service.call('DELETE', `/targetConnections/${connections.target}`))).toBe('1447-400')
    expect(await service.call('DELETE', `/flows/${id}`)).toMatchObject({ status: 204 })
    expect(await service.call('GET', `/flows/${id}`)).toMatchObject({ status: 404 })
    expect(await service.call('GET', `/sourceConnections/${connections.source}`)).toMatchObject({
      status: 200,
    })
    expect(await service.call('DELETE', `/sourceConnections/${connections.source}`)).toMatchObject({
      status: 204,
    })
    expect(await service.call('DELETE', `/targetConnections/${connections.target}`)).toMatchObject({
      status: 204,
    })
  })
})

describe('drafts of flows', () => {
  test('are completed step by step, published when complete, and scheduled only then', async () => {
    const source = (
      await service.call('POST', '/sourceConnections?mode=draft', {
        body: {
          name: 's',
          baseConnectionId: ids.base,
          params: { tableName: 'public.orders' },
          connectionSpec: POSTGRES,
        },
      })
    ).body.id
    const { name, flowSpec, targetConnectionIds } = flowBody(ids)
    const { status, body } = await service.call('POST', '/flows?mode=draft', {
      body: { name, flowSpec, targetConnectionIds, sourceConnectionIds: [source] },
    })
    expect(status).toBe(201)
    const url = `/flows/${body.id}`
    expect(await itemOf(service, url)).toMatchObject({ state: 'draft' })
    expect(await service.call('POST', `${url}/action?op=publish`)).toMatchObject({ status: 400 })
    const { transformations, scheduleParams } = flowBody(ids)
    await patch(url, [
      { op: 'add', path: '/transformations', value: transformations },
      { op: 'add', path: '/scheduleParams', value: scheduleParams },
    ])
    expect(await service.call('POST', `${url}/action?op=publish`)).toMatchObject({
      status: 400,
      body: { errorMessage: expect.stringContaining('draft') },
    })
    expect(codeOf(await service.call('POST', `${url}/action?op=enable`))).toBe('1422-400')
    await service.call('POST', `/sourceConnections/${source}/action?op=publish`)
    const row = () =>
      service.db.selectFrom('flow').selectAll().where('id', '=', body.id).executeTakeFirstOrThrow()
    expect((await row()).next_run_at).toBeNull()
    expect(await service.call('POST', `${url}/action?op=PUBLISH`)).toMatchObject({ status: 200 })
    expect(await row()).toMatchObject({
      state: 'enabled',
      next_run_at: 1_612_310_466_000,
      source_connection_id: source,
    })
  })
})
