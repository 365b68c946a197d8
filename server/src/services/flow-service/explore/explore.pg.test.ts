import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  type AnyBody,
  basicParams,
  created,
  type FlowTestService,
  POSTGRES,
  startFlowService,
} from '#services/flow-service/testing/flow-test-service.ts'

let service: FlowTestService
let params: Record<string, unknown>

beforeAll(async () => {
  service = await startFlowService()
  params = basicParams(service.source)
})
afterAll(async () => service[Symbol.asyncDispose]())
beforeEach(() => {
  service.world.validateOnCreate = true
})

const BASIC = 'Basic Authentication'

function connectionBody(auth: unknown): Record<string, unknown> {
  return { name: 'orders db', auth, connectionSpec: POSTGRES }
}

function codeOf({ body }: { body: AnyBody }): string {
  return /FLOW-(\d{4}-\d{3})$/.exec(body?.type)?.[1] ?? JSON.stringify(body)
}

describe('exploring', () => {
  let url: string
  beforeAll(async () => {
    url = `/connections/${await created(service, '/connections', connectionBody({ specName: BASIC, params }))}/explore`
  })

  test('lists tables and views as a bare array', async () => {
    const { status, body } = await service.call('GET', url)
    expect(status).toBe(200)
    expect(body.map(({ path }: AnyBody) => path)).toEqual([
      '"Sales.EU"."Odd ""Name"""',
      'public.big_orders',
      'public.orders',
    ])
    expect(body[1]).toEqual({
      type: 'view',
      name: 'public.big_orders',
      path: 'public.big_orders',
      canPreview: true,
      canFetchSchema: true,
      meta: { kind: 'view' },
    })
    expect(body[2]).toMatchObject({ type: 'table', meta: { kind: 'table' } })
    expect((await service.call('GET', `${url}?objectType=ROOT`)).body).toEqual(body)
  })

  test('describes a table by the types of its columns', async () => {
    const { body } = await service.call('GET', `${url}?objectType=table&object=public.orders`)
    expect(body.format).toBe('flat')
    expect(body).not.toHaveProperty('data')
    const [id, city, amount, paid, small, whole, ratio, updated, born] = body.schema.columns
    expect(id).toMatchObject({
      name: 'id',
      type: 'integer',
      xdm: { minimum: -9007199254740992, maximum: 9007199254740991 },
    })
    expect(city).toMatchObject({ name: 'city', type: 'string', xdm: { type: 'string' } })
    expect([amount.type, ratio.type, paid.type, small['meta:xdmType']]).toEqual([
      'double',
      'double',
      'boolean',
      'short',
    ])
    expect(whole.xdm).toMatchObject({ minimum: -2147483648, maximum: 2147483647 })
    expect(updated).toMatchObject({
      type: 'string',
      'meta:xdmType': 'date-time',
      xdm: { type: 'string', format: 'date-time' },
    })
    expect(born.xdm.format).toBe('date')
  })

  test('shows first rows, without nulls, filtered if wanted', async () => {
    const all = await service.call('GET', `${url}?objectType=table&object=public.orders&preview=True`)
    expect(all.body.data).toHaveLength(10)
    expect(all.body.data[0]).not.toHaveProperty('note')
    const three = await service.call(
      'GET',
      `${url}?objectType=view&object=public.big_orders&preview=true&previewCount=3`,
    )
    expect(three.body.data).toHaveLength(3)
    const condition = {
      nodeType: 'fnApply',
      fnName: 'like',
      params: [
        { nodeType: 'fieldLookup', fieldName: 'city' },
        { nodeType: 'literal', value: 'Los%' },
      ],
    }
    const filter = { type: 'PQL', format: 'pql/json', value: condition }
    const base64 = Buffer.from(JSON.stringify(filter)).toString('base64')
    for (const text of [base64, `${base64}%5C`, encodeURIComponent(base64.replace(/=+$/, ''))]) {
      const found = await service.call(
        'GET',
        `${url}?objectType=table&object=public.orders&preview=true&filters=${text}`,
      )
      expect(found.body.data.map(({ city }: AnyBody) => city)).toEqual(Array(5).fill('Los Angeles'))
    }
    const wrong = Buffer.from(
      JSON.stringify({ ...filter, value: { ...condition, fnName: 'sounds' } }),
    ).toString('base64url')
    expect(
      await service.call('GET', `${url}?objectType=table&object=public.orders&preview=true&filters=${wrong}`),
    ).toMatchObject({ status: 400 })
  })

  test('finds odd names again', async () => {
    const object = encodeURIComponent('"Sales.EU"."Odd ""Name"""')
    const { body } = await service.call('GET', `${url}?objectType=table&object=${object}`)
    expect(body.schema.columns.map(({ name }: AnyBody) => name)).toEqual(['Key'])
  })

  test('says what is missing', async () => {
    expect(await service.call('GET', `${url}?objectType=table`)).toMatchObject({ status: 400 })
    const unknown = await service.call('GET', `${url}?objectType=table&object=public.order`)
    expect([unknown.status, codeOf(unknown)]).toEqual([404, '1101-404'])
    expect(unknown.body.errorMessage).toContain('public.orders')
    expect(
      codeOf(
        await service.call('GET', `${url}?objectType=table&object=public.orders&preview=true&previewCount=x`),
      ),
    ).toBe('1452-400')
  })

  test('answers 400 when the source is away', async () => {
    service.world.validateOnCreate = false
    const away = await created(
      service,
      '/connections',
      connectionBody({ specName: BASIC, params: { ...params, port: '1' } }),
    )
    const answer = await service.call('GET', `/connections/${away}/explore`)
    expect([answer.status, codeOf(answer)]).toEqual([400, '1100-400'])
    expect(JSON.stringify(answer.body)).not.toContain(service.source.password)
  })
})
