import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  ADMIN,
  type Answer,
  created,
  DATASET,
  type FlowTestService,
  flowBody,
  itemOf,
  LAKE,
  makeConnections,
  POSTGRES,
  startFlowService,
} from '#services/flow-service/testing/flow-test-service.ts'

let service: FlowTestService

beforeAll(async () => {
  service = await startFlowService()
})

afterAll(async () => {
  await service?.[Symbol.asyncDispose]()
})

function codeOf({ status, body }: Answer): string {
  return /FLOW-(\d{4}-\d{3})$/.exec(body?.type)?.[1] ?? String(status)
}

interface Ids {
  readonly connections: string
  readonly sourceConnections: string
  readonly targetConnections: string
  readonly flows: string
  readonly runs: string
}

async function makeAll(): Promise<Ids> {
  const { base, source, target } = await makeConnections(service)
  const flow = await created(service, '/flows', flowBody({ source, target }))
  const run = await created(service, '/runs', { flowId: flow })
  return { connections: base, sourceConnections: source, targetConnections: target, flows: flow, runs: run }
}

function act(kind: keyof Ids, query: string, options: object = {}): Promise<Answer> {
  return service.call('POST', `/${kind}/${ids[kind]}/action?${query}`, options)
}

let ids: Ids
beforeEach(async () => {
  ids = await makeAll()
})

const KINDS = ['connections', 'sourceConnections', 'targetConnections', 'flows', 'runs'] as const

describe.each(KINDS)('an action on %s', (kind) => {
  /** What each kind knows; on an enabled resource or a fresh run it does not apply. */
  const op = kind === 'runs' ? 'RE_TRIGGER' : 'publish'

  test('needs neither a body nor a type of one, and takes the documented one', async () => {
    for (const options of [
      {},
      { headers: { 'content-type': 'application/json' } },
      { body: {}, headers: { 'content-type': undefined } },
      { body: { percentCompleted: 10, status: { value: 'IN_PROGRESS' } } },
    ])
      expect(codeOf(await act(kind, `op=${op}`, options)), JSON.stringify(options)).toBe('1422-400')
  })

  test('is for the version that If-Match names, and for any without it', async () => {
    expect(codeOf(await act(kind, `op=${op}`, { headers: { 'if-match': 'other' } }))).toBe('1404-412')
    expect(codeOf(await act(kind, `op=${op}&if-match=other`))).toBe('1404-412')
    const { etag } = await itemOf(service, `/${kind}/${ids[kind]}`)
    expect(codeOf(await act(kind, `op=${op}`, { headers: { 'if-match': etag } }))).toBe('1422-400')
  })

  test.each([
    ['op=explode', undefined, '1434-400'],
    ['', undefined, '1434-400'],
    [`op=${op}&subOp=REVERSE`, undefined, '1435-400'],
    [`op=${op}&subOp=PROGRESS&subOp=APPLY`, undefined, '1406-400'],
    [`op=${op}&subOp=progress,rollback`, undefined, '1406-400'],
    [`op=${op}`, { status: { value: 'STARTED' } }, '1437-400'],
    [`op=${op}&subOp=PROGRESS`, { status: { value: 'FAILED' } }, '1407-400'],
    [`op=${op}`, { percentCompleted: 40, status: { value: 'COMPLETED' } }, '1408-400'],
    [`op=${op}`, { percentCompleted: 'half' }, '1100-400'],
    [`op=${op}`, [1], '1100-400'],
  ])('with %s and the body %j is refused with %s', async (query, body, code) => {
    const before = await itemOf(service, `/${kind}/${ids[kind]}`)
    expect(codeOf(await act(kind, query, { body }))).toBe(code)
    expect((await itemOf(service, `/${kind}/${ids[kind]}`)).etag).toBe(before.etag)
  })

  test('that the resource does not have is not found', async () => {
    for (const id of ['nosuch', crypto.randomUUID()])
      expect(codeOf(await service.call('POST', `/${kind}/${id}/action?op=${op}`))).toBe('1439-404')
  })
})

describe('finalizing', () => {
  test.each(['connections', 'flows'] as const)('%s is for administrators, and ends nothing', async (kind) => {
    for (const op of ['FINALIZE', 'finalize-update', 'Finalize_Update']) {
      expect(codeOf(await act(kind, `op=${op}&subOp=APPLY`))).toBe('1402-400')
      const answer = await act(kind, `op=${op}&subOp=APPLY`, { headers: ADMIN })
      expect([codeOf(answer), answer.body.report.state]).toEqual(['1409-400', 'enabled'])
    }
    const stale = { ...ADMIN, 'if-match': 'other' }
    expect(codeOf(await act(kind, 'op=FINALIZE', { headers: stale }))).toBe('1404-412')
    const url = `/${kind}/${crypto.randomUUID()}/action?op=FINALIZE`
    expect(codeOf(await service.call('POST', url, { headers: ADMIN }))).toBe('1439-404')
  })

  test.each(['sourceConnections', 'targetConnections', 'runs'] as const)(
    'is nothing that %s know',
    async (kind) => {
      expect(codeOf(await act(kind, 'op=FINALIZE', { headers: ADMIN }))).toBe('1434-400')
    },
  )
})

describe('publishing', () => {
  const draft = (kind: string, body: object) => created(service, `/${kind}?mode=draft`, body)
  const publish = (kind: string, id: string) => service.call('POST', `/${kind}/${id}/action?op=PUBLISH`)
  const sourceOf = (base: string) => ({
    name: 'source',
    baseConnectionId: base,
    connectionSpec: POSTGRES,
    params: { tableName: 'public.orders' },
  })
  const TARGET = { name: 'target', connectionSpec: LAKE, params: { dataSetId: DATASET } }

  test('goes from the base connection to the flow, and not the other way round', async () => {
    const { auth, name } = await itemOf(service, `/connections/${ids.connections}`)
    const params = { ...auth.params, password: service.source.password }
    const base = await draft('connections', {
      name,
      auth: { ...auth, params },
      connectionSpec: POSTGRES,
    })
    const source = await draft('sourceConnections', sourceOf(base))
    const target = await draft('targetConnections', TARGET)
    const flow = await draft('flows', flowBody({ source, target }))
    for (const [kind, id] of [
      ['sourceConnections', source],
      ['flows', flow],
    ] as const) {
      const refused = await publish(kind, id)
      expect([codeOf(refused), refused.body.errorMessage]).toEqual([
        '1100-400',
        expect.stringContaining('is a draft. Publish it first.'),
      ])
    }
    for (const [kind, id] of [
      ['connections', base],
      ['sourceConnections', source],
      ['targetConnections', target],
      ['flows', flow],
    ] as const) {
      const before = await itemOf(service, `/${kind}/${id}`)
      const answer = await publish(kind, id)
      expect(answer).toEqual({ ...answer, status: 200, body: { id, etag: expect.any(String) } })
      expect(answer.body.etag).not.toBe(before.etag)
      const after = await itemOf(service, `/${kind}/${id}`)
      expect([after.state, after.lastOperation.operation]).toEqual(['enabled', 'publish'])
      expect(codeOf(await publish(kind, id))).toBe('1422-400')
    }
  })

  test('takes the id of a source or target connection under connections too, for its version', async () => {
    for (const [kind, body] of [
      ['sourceConnections', sourceOf(ids.connections)],
      ['targetConnections', TARGET],
    ] as const) {
      const id = await draft(kind, body)
      const url = `/connections/${id}/action?op=publish`
      const stale = await service.call('POST', url, { headers: { 'if-match': 'other' } })
      expect(codeOf(stale)).toBe('1404-412')
      expect((await service.call('POST', url)).body.id).toBe(id)
      expect((await itemOf(service, `/${kind}/${id}`)).state).toBe('enabled')
    }
  })
})

describe('enabling and disabling a flow', () => {
  test('change the state once, and answer the same etag when there is nothing to change', async () => {
    const etags = []
    for (const op of ['disable', 'DISABLE', 'enable', 'Enable']) {
      const answer = await act('flows', `op=${op}`)
      expect(answer.status).toBe(200)
      const flow = await itemOf(service, `/flows/${ids.flows}`)
      expect([flow.state, flow.etag]).toEqual([`${op.toLowerCase()}d`, answer.body.etag])
      etags.push(answer.body.etag)
    }
    expect(new Set(etags).size).toBe(2)
    expect(codeOf(await act('flows', 'op=enable&subOp=PROGRESS'))).toBe('1436-400')
  })

  test('mean nothing for a draft', async () => {
    const id = await created(service, '/flows?mode=draft', {
      name: 'draft',
      flowSpec: flowBody({ source: '', target: '' })['flowSpec'],
    })
    for (const op of ['enable', 'disable'])
      expect(codeOf(await service.call('POST', `/flows/${id}/action?op=${op}`))).toBe('1422-400')
  })
})
