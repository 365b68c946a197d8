import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  type AnyBody,
  basicParams,
  CALLER,
  created,
  type FlowTestService,
  flowBody,
  itemOf,
  makeConnections,
  POSTGRES,
  startFlowService,
} from '#services/flow-service/testing/flow-test-service.ts'

let service: FlowTestService
let ids: Awaited<ReturnType<typeof makeConnections>>

beforeAll(async () => {
  service = await startFlowService()
  ids = await makeConnections(service)
  await service.source.query(`
    create type mood as enum ('sad', 'happy');
    create table moods (id int, mood mood, seen date);
    insert into moods values (1, 'sad', '2024-01-01'), (2, 'happy', '2024-02-29'), (3, null, null)`)
})
afterAll(() => service[Symbol.asyncDispose]())

const text = (value: string) => ({ type: 'PQL', format: 'pql/text', value })
const json = (fnName: string, fieldName: string, value: unknown) => ({
  type: 'PQL',
  format: 'pql/json',
  value: {
    nodeType: 'fnApply',
    fnName,
    params: [
      { nodeType: 'fieldLookup', fieldName },
      { nodeType: 'literal', value },
    ],
  },
})

function source(filters: unknown, changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    name: 'moods',
    baseConnectionId: ids.base,
    data: { format: 'tabular' },
    params: { tableName: 'public.moods', filters },
    connectionSpec: POSTGRES,
    ...changes,
  }
}

async function preview(filters: unknown): Promise<AnyBody> {
  const base64 = encodeURIComponent(Buffer.from(JSON.stringify(filters)).toString('base64'))
  const query = `objectType=table&object=public.moods&preview=true&filters=${base64}`
  return await service.call('GET', `/connections/${ids.base}/explore?${query}`)
}

async function patch(id: string, operations: unknown): Promise<AnyBody> {
  const { etag } = await itemOf(service, `/sourceConnections/${id}`)
  return await service.call('PATCH', `/sourceConnections/${id}`, {
    body: operations,
    headers: { 'if-match': etag },
  })
}

test('a filter in a URL is Base64, of JSON or of PQL text, and as long as filters may be', async () => {
  const explore = (filters: string) =>
    service.call(
      'GET',
      `/connections/${ids.base}/explore?objectType=table&object=public.moods&preview=true&filters=${encodeURIComponent(filters)}`,
    )
  const base64 = (filter: string) => Buffer.from(filter).toString('base64')
  expect((await explore(base64('mood = "happy"'))).body.data).toHaveLength(1)
  for (const wrong of [JSON.stringify(text('id = 1')), 'mood = "happy"', 'not-base64!', '/////w==']) {
    const { status, body } = await explore(wrong)
    expect([status, body.message]).toEqual([
      400,
      'filters is not Base64. Send the Base64 form of a row filter.',
    ])
  }
  // Over a real connection: a limit of the server's own stands before the service.
  const url = await service.listen()
  const long = base64(`id in [${Array.from({ length: 4_000 }, (_, id) => id).join(', ')}, 987654321]`)
  const answer = await fetch(
    `${url}/connections/${ids.base}/explore?objectType=table&object=public.moods&preview=true&filters=${encodeURIComponent(long)}`,
    { headers: CALLER },
  )
  expect([answer.status, ((await answer.json()) as AnyBody).data?.length]).toEqual([200, 3])
  const malformed = await fetch(`${url}/connections/%zz`, { headers: CALLER })
  expect([malformed.status, await malformed.json()]).toEqual([
    400,
    expect.objectContaining({ status: 400, title: 'BadRequestError' }),
  ])
})

test('a source connection takes either notation and keeps it as it was sent; a preview shows its rows', async () => {
  for (const filters of [
    text('mood = "happy" and seen >= date(2024, 2, 1)'),
    json('in', 'mood', ['happy']),
  ]) {
    const id = await created(service, '/sourceConnections', source(filters))
    expect((await itemOf(service, `/sourceConnections/${id}`)).params.filters).toEqual(filters)
    expect((await preview(filters)).body.data).toEqual([{ id: 2, mood: 'happy', seen: '2024-02-29' }])
  }
  await created(service, '/sourceConnections', source(null))
})

describe('a filter that cannot be used is refused at creation, by a patch and in a preview', () => {
  let id: string
  beforeAll(async () => {
    id = await created(service, '/sourceConnections', source(text('mood = "sad"')))
  })

  test.each<[string, unknown, string, string]>([
    ['a column', text('moood = "sad"'), 'unknown-column', 'Did you mean "mood"?'],
    ['a column in JSON', json('=', 'moood', 'sad'), 'unknown-column', 'Did you mean "mood"?'],
    ['a function', text('mood sounds "sad"'), 'unknown-function', 'Filters know =, !='],
    ['a function in JSON', json('between', 'id', 1), 'unknown-function', 'Filters know =, !='],
    ['a number of parameters', text('mood.isNull(1)'), 'arity', 'takes 1 parameter, 2 are given'],
    ['a syntax', text('mood = '), 'syntax', 'At offset 7: Expected a literal, found the end'],
    [
      'a type',
      json('=', 'id', 'seven'),
      'literal',
      '"seven" can\'t be compared with column "id" of type integer',
    ],
    ['a type', { ...text('id = 1'), type: 'SQL' }, 'envelope', 'must be "PQL"'],
    ['a literal of the server', text('mood = "angry"'), 'refused', 'refuses "angry" for column "mood"'],
    [
      'a literal of the server',
      json('>', 'seen', '2024-02-30'),
      'refused',
      'refuses "2024-02-30" for column "seen"',
    ],
    ['a depth', text('('.repeat(100_000)), 'too-deep', 'nested deeper than 64 levels'],
  ])('for %s: %j', async (_, filters, reason, message) => {
    const answers = [
      await service.call('POST', '/sourceConnections', { body: source(filters) }),
      await patch(id, { op: 'add', path: '/params/filters', value: filters }),
      ...(reason === 'too-deep' ? [] : [await preview(filters)]),
    ]
    for (const { status, body } of answers) {
      expect([status, body.type]).toEqual([400, expect.stringMatching(/FLOW-1100-400$/)])
      expect(body.report).toMatchObject({ field: 'filters', reason })
      expect(body.errorMessage).toContain(message)
    }
    expect((await itemOf(service, `/sourceConnections/${id}`)).params.filters).toEqual(text('mood = "sad"'))
  })

  test('with the place of what is wrong', async () => {
    const { body } = await preview(text('id = 1 and moood = "sad"'))
    expect(body.report).toMatchObject({ reason: 'unknown-column', position: 11, token: 'moood' })
  })

  test('and when it is no document at all', async () => {
    const { status, body } = await service.call('POST', '/sourceConnections', {
      body: source('mood = "sad"'),
    })
    expect([status, body.report.field]).toEqual([400, 'params.filters'])
  })
})

test('the filter of a draft is checked when it is published', async () => {
  const body = source(text('moood = "sad"'))
  const { id } = (await service.call('POST', '/sourceConnections?mode=draft', { body })).body
  const publish = () => service.call('POST', `/sourceConnections/${id}/action?op=publish`)
  expect(await publish()).toMatchObject({ status: 400, body: { report: { reason: 'unknown-column' } } })
  const value = text('mood = "sad"')
  expect(await patch(id, [{ op: 'replace', path: '/params/filters', value }])).toMatchObject({ status: 200 })
  expect(await publish()).toMatchObject({ status: 200 })
})

test('while the source is away its notation alone is checked', async () => {
  service.world.validateOnCreate = false
  const params = { ...basicParams(service.source), port: '1' }
  const baseConnectionId = await created(service, '/connections', {
    name: 'away',
    auth: { specName: 'Basic Authentication', params },
    connectionSpec: POSTGRES,
  })
  const post = (filters: unknown) =>
    service.call('POST', '/sourceConnections', { body: source(filters, { baseConnectionId }) })
  expect(await post(text('moood = "sad"'))).toMatchObject({ status: 201 })
  expect(await post(text('moood = '))).toMatchObject({ status: 400, body: { report: { reason: 'syntax' } } })
})

test('a flow is refused when its table has lost the column of the filter', async () => {
  await service.source.query('alter table orders add column region text')
  const filtered = await created(service, '/sourceConnections', {
    ...source(text('region = "EU"')),
    params: { tableName: 'public.orders', filters: text('region = "EU"') },
  })
  await service.source.query('alter table orders drop column region')
  const { status, body } = await service.call('POST', '/flows', {
    body: flowBody({ ...ids, source: filtered }),
  })
  expect([status, body.report]).toEqual([
    400,
    expect.objectContaining({ reason: 'unknown-column', token: 'region' }),
  ])
})
