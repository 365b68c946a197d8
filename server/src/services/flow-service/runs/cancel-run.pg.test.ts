import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  created,
  type FlowTestService,
  flowBody,
  itemOf,
  makeConnections,
  startFlowService,
} from '#services/flow-service/testing/flow-test-service.ts'
import { transact } from '#store/database.ts'
import { saveRun } from './run-store.ts'

let service: FlowTestService
let flowId: string

beforeAll(async () => {
  service = await startFlowService()
  flowId = await created(service, '/flows', flowBody(await makeConnections(service)))
})
afterAll(async () => service[Symbol.asyncDispose]())

async function asked(): Promise<string> {
  const { status, body } = await service.call('POST', '/runs', { body: { flowId } })
  expect(status, JSON.stringify(body)).toBe(201)
  return body.id
}

const cancel = (id: string, headers = {}) => service.call('POST', `/runs/${id}/action?op=cancel`, { headers })

test('a run that waits is ended at once, one that is under way is told to end', async () => {
  const [active, waiting] = [await asked(), await asked()]
  expect((await cancel(waiting)).status).toBe(200)
  expect((await itemOf(service, `/runs/${waiting}`)).metrics.statusSummary).toMatchObject({
    status: 'failed',
    errors: [{ message: expect.stringContaining('cancelled') }],
  })
  expect(service.cancelled).toEqual([])
  const { status, body } = await cancel(active)
  expect([status, body.id, service.cancelled]).toEqual([200, active, [active]])
  const again = await asked()
  await transact(service.db, (tx) => saveRun(tx, active, { state: 'failed', completedAt: 1, nowMs: 1 }))
  expect((await cancel(active)).body.type).toMatch(/FLOW-1422-400$/)
  expect((await cancel(again, { 'if-match': '"another"' })).status).toBe(412)
})

test('a flow that is deleted ends its run', async () => {
  const flow = await created(service, '/flows', flowBody(await makeConnections(service)))
  const run = await service.call('POST', '/runs', { body: { flowId: flow } })
  expect((await service.call('DELETE', `/flows/${flow}`)).status).toBe(204)
  expect(service.cancelled.at(-1)).toBe(run.body.id)
})
