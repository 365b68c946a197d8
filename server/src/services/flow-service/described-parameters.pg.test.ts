import { parametersOf } from '@headwater/testkit/openapi/lint-rules.ts'
import {
  type ListedOperation,
  listOperations,
  type OpenApiNode,
  resolveRef,
} from '@headwater/testkit/openapi/walk-document.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  BASE,
  CRM,
  created,
  type FlowTestService,
  flowBody,
  LAKE,
  makeConnections,
  startFlowService,
} from './testing/flow-test-service.ts'

/*
 * As with bodies: the service reads parameters itself. What the document shows of them is held against what it does.
 */

let service: FlowTestService
let ids: Readonly<Record<string, string>>

beforeAll(async () => {
  service = await startFlowService()
  const { base, source, target } = await makeConnections(service)
  const flow = await created(service, '/flows', flowBody({ source, target }))
  const subscription = { name: 'x', url: 'https://hooks.example.com/flows' }
  ids = {
    connections: base,
    sourceConnections: source,
    targetConnections: target,
    flows: flow,
    runs: await created(service, '/runs', { flowId: flow }),
    connectionSpecs: LAKE.id,
    flowSpecs: CRM.id,
    subscriptions: await created(service, '/subscriptions', subscription),
  }
})

afterAll(async () => {
  await service?.[Symbol.asyncDispose]()
})

interface Case {
  readonly operation: ListedOperation
  readonly name: string
  readonly values: readonly string[]
}

/** Parameters of one relation; all others of an exploration are of the root. */
const OF_TABLES = ['preview', 'previewCount', 'filters']

/** Every parameter of every read with values of a sort, each on its own. */
function cases(valuesOf: (schema: OpenApiNode) => readonly string[]): readonly Case[] {
  const { document } = service
  return listOperations(document)
    .filter(({ method, path }) => method === 'get' && !path.includes('{deliveryId}'))
    .flatMap((operation) =>
      parametersOf(document, operation.operation)
        .filter((parameter) => parameter.in === 'query')
        .map(({ name, schema }) => ({ operation, name, values: valuesOf(resolveRef(document, schema)) })),
    )
}

async function ask({ operation, name }: Case, value: string): Promise<{ status: number; body: OpenApiNode }> {
  const path = operation.path.replace(BASE, '')
  const kind = path.split('/')[1] ?? ''
  const table = kind === 'connections' ? 'public.orders' : '65f000000000000000000001'
  const isOfTable = OF_TABLES.includes(name) || (name === 'objectType' && value !== 'root')
  const query = new URLSearchParams({
    ...(isOfTable ? { object: table } : {}),
    ...(name === 'previewCount' ? { preview: 'true' } : {}),
    [name]: value,
  })
  return await service.call('GET', `${path.replace('{id}', ids[kind] ?? '')}?${query}`)
}

test('values that the document allows are taken', async () => {
  const all = cases(({ type, enum: words, minimum, maximum }) => {
    if (words !== undefined) return words
    if (type === 'boolean') return ['true', 'false']
    return type === 'integer' ? [String(minimum), ...(maximum === undefined ? [] : [String(maximum)])] : []
  })
  expect(all.filter(({ values }) => values.length > 0).length).toBeGreaterThan(20)
  for (const one of all) {
    for (const value of one.values) {
      const { status, body } = await ask(one, value)
      expect([one.operation.id, one.name, value, status], JSON.stringify(body)).toContain(200)
    }
  }
})

test('values that it forbids are refused with a code', async () => {
  const all = cases(({ type, enum: words, minimum }) => {
    if (words !== undefined) return ['nothing-of-that']
    if (type === 'boolean') return ['maybe', '2']
    return type === 'integer' ? [String(minimum - 1), 'many', '1.5'] : []
  })
  for (const one of all) {
    for (const value of one.values) {
      const { status, body } = await ask(one, value)
      expect([one.operation.id, one.name, value, status], JSON.stringify(body)).toContain(400)
      expect(body.type).toMatch(/\/FLOW-\d{4}-400$/)
    }
  }
})
