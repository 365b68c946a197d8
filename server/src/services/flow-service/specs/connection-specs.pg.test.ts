import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  type AnyBody,
  type FlowTestService,
  LAKE,
  POSTGRES,
  startFlowService,
} from '#services/flow-service/testing/flow-test-service.ts'

let service: FlowTestService
beforeAll(async () => {
  service = await startFlowService()
})
afterAll(async () => service[Symbol.asyncDispose]())

describe('the spec of PostgreSQL', () => {
  let spec: AnyBody
  beforeAll(async () => {
    spec = (await service.call('GET', `/connectionSpecs/${POSTGRES.id}`)).body.items[0]
  })

  test('has all its parts', () => {
    expect(spec).toMatchObject({
      name: 'postgre-sql',
      sourceSpec: { name: 'Database', spec: { required: ['tableName'] } },
      exploreSpec: { requestSpec: { required: ['objectType'] } },
      attributes: { category: 'Databases', isSource: true, isDraftModeSupported: true },
      permissionsInfo: { manage: [{ name: 'EnterpriseSource' }], view: [{ name: 'EnterpriseSource' }] },
    })
  })

  test('publishes the parameters of both ways of authentication, secrets marked', () => {
    const [string, basic] = spec.authSpec.map((authSpec: AnyBody) => authSpec.spec)
    const secretsOf = ({ properties }: AnyBody): string[] =>
      Object.keys(properties).filter((name) => properties[name].format === 'password')
    expect(string.required).toEqual(['connectionString'])
    expect(secretsOf(string)).toEqual(['connectionString', 'sslKey', 'sslPassword'])
    expect(basic.required).toEqual(['server', 'database', 'username'])
    // A client certificate can take the place of the password, and nothing else can.
    expect(basic.allOf).toContainEqual({
      if: { anyOf: [{ required: ['sslCertificate'] }, { required: ['sslKey'] }] },
      else: { required: ['password'] },
    })
    expect(secretsOf(basic)).toEqual(['password', 'sslKey', 'sslPassword'])
    expect(basic.properties.port).toMatchObject({ type: ['string', 'integer'], default: '5432' })
    for (const name of ['sslRootCertificate', 'sslHostName', 'schema'])
      expect([string.properties[name].type, basic.properties[name].type]).toEqual(['string', 'string'])
  })
})

test('every spec has an id and a name of its own; the lake is one of them', async () => {
  const { items } = (await service.call('GET', '/connectionSpecs')).body
  expect(new Set(items.map(({ name }: AnyBody) => name)).size).toBe(items.length)
  for (const { id } of items) expect(id).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
  expect(items).toContainEqual(expect.objectContaining({ id: LAKE.id, name: 'datalake' }))
})
