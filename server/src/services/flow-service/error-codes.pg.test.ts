import { FLOW_ERRORS } from '@headwater/contract/flow-service/errors/flow-errors.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openPool } from '#store/database.ts'
import type { FlowCode } from './problems.ts'
import { ERROR_CASES, type ErrorWorld } from './testing/error-cases.ts'
import {
  created,
  findDataset,
  flowBody,
  makeConnections,
  startFlowService,
} from './testing/flow-test-service.ts'

/*
 * The catalogue, the code and this table cannot drift apart: only codes of the catalogue can be raised, the table
 * must have a request for each of them, and each request must lead to its code.
 */

let world: ErrorWorld
const requestIds = new Set<string>()
let isSourceBroken = false
let isStoreLost = false

beforeAll(async () => {
  const nowhere = openPool({ url: 'postgres://127.0.0.1:1/none' }, { max: 1 })
  const service = await startFlowService({
    findDataset: async (...args) => {
      if (isStoreLost) await nowhere.query('select 1')
      return findDataset(...args)
    },
    wrapSource: (source) => ({
      ...source,
      profileRelation: (...args) =>
        isSourceBroken ? Promise.reject(new Error('secret words')) : source.profileRelation(...args),
    }),
  })
  const { base, source, target } = await makeConnections(service)
  const flow = await created(service, '/flows', flowBody({ source, target }))
  const run = await created(service, '/runs', { flowId: flow })
  const breakSource = () => {
    isSourceBroken = true
  }
  const loseStore = () => {
    isStoreLost = true
  }
  world = { service, breakSource, loseStore, base, source, target, flow, run }
})

afterAll(async () => {
  await world?.service[Symbol.asyncDispose]()
})

describe('every code that is raised is reached over HTTP', () => {
  const codes = Object.keys(FLOW_ERRORS) as FlowCode[]

  test.each(codes)('%s', async (code) => {
    try {
      const { status, body, headers } = await ERROR_CASES[code](world)
      expect(body.type, JSON.stringify(body)).toBe(`https://ns.adobe.com/aep/errors/FLOW-${code}`)
      const message = body.errorMessage
      expect(body).toEqual({
        type: body.type,
        title: FLOW_ERRORS[code].title,
        status: Number(code.slice(-3)),
        report: { ...body.report, 'detailed-message': message, 'request-id': headers['x-request-id'] },
        message,
        errorMessage: message,
        errorDetails: message,
      })
      expect(status).toBe(body.status)
      expect(headers['content-type']).toMatch(/^application\/json/)
      // A sentence of its own, which says what to do, and nothing of what went on inside.
      expect(message).toMatch(/^[^\n]{10,}\.$/)
      expect(message).not.toMatch(/secret words|undefined|\[object|\bat .+:\d+:\d+/)
      expect(requestIds).not.toContain(body.report['request-id'])
      requestIds.add(body.report['request-id'])
    } finally {
      isSourceBroken = false
      isStoreLost = false
    }
  })
})
