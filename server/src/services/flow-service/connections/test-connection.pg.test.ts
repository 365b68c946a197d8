import { get } from 'node:http'
import { TestResult } from '@headwater/contract/flow-service/connection-test.ts'
import { meddlingProxy } from '@headwater/testkit/postgres-lab/meddling-proxy.ts'
import { freePort } from '@headwater/testkit/postgres-lab/wire-servers.ts'
import pino from 'pino'
import { Value } from 'typebox/value'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  type Answer,
  basicParams,
  CALLER,
  created,
  type FlowTestService,
  LAKE,
  POSTGRES,
  startFlowService,
} from '#services/flow-service/testing/flow-test-service.ts'
import type { Fault } from '#source/postgres/doctor/testing/fault.ts'
import { canMake, FaultLab } from '#source/postgres/doctor/testing/fault-lab.ts'
import { CANARY } from '#source/postgres/doctor/testing/fault-sources.ts'
import { FAULTS } from '#source/postgres/doctor/testing/faults.ts'
import type { ConnectionTarget } from '#source/postgres/params/connection-target.ts'

let service: FlowTestService
let lab: FaultLab
const log: string[] = []
beforeAll(async () => {
  service = await startFlowService({
    log: pino({ level: 'debug' }, { write: (line) => void log.push(line) }),
  })
  service.world.validateOnCreate = false
  lab = new FaultLab()
})
afterAll(async () => {
  await lab[Symbol.asyncDispose]()
  await service[Symbol.asyncDispose]()
})

async function connectionTo(params: Record<string, unknown>, mode = ''): Promise<string> {
  const auth = { specName: 'Basic Authentication', params }
  return await created(service, `/connections${mode}`, { name: 'shop', auth, connectionSpec: POSTGRES })
}

/** The test of a connection, which is a 200 of the contract's shape whatever the source does. */
async function testOf(id: string): Promise<Answer> {
  const answer = await service.call('GET', `/connections/${id}/test`)
  expect(answer.status, JSON.stringify(answer.body)).toBe(200)
  expect([...Value.Errors(TestResult, answer.body)]).toEqual([])
  return answer
}

function paramsOf({ host, port, database, username, password, tls, connectTimeoutMs }: ConnectionTarget) {
  return {
    server: host,
    port,
    database,
    username,
    password,
    sslMode: tls.mode,
    connectionTimeout: connectTimeoutMs / 1000,
    ...(tls.ca === undefined ? {} : { sslRootCertificate: tls.ca }),
  }
}

test('a good source: result and diagnosis', async () => {
  const id = await connectionTo(basicParams(service.source))
  const { body } = await testOf(id)
  expect(body).toMatchObject({
    result: true,
    diagnosis: {
      code: 'OK',
      message: 'The source can be reached and read.',
      missingRights: [],
      tls: { mode: 'disable', used: { encrypted: false } },
      server: { encoding: 'UTF8', isStandby: false, pooler: 'none' },
      canReadInParallel: { isPossible: true, reasons: [] },
      canCaptureChanges: { isPossible: false },
    },
  })
  expect(body.diagnosis).not.toHaveProperty('ok')
  expect(body.diagnosis).not.toHaveProperty('remedy')
})

/** One of each stage, and those that are warnings only. */
const CODES: readonly Fault['code'][] = [
  'HOST_NOT_FOUND',
  'CONNECTION_REFUSED',
  'SERVER_SILENT',
  'NOT_POSTGRESQL',
  'TLS_NOT_OFFERED',
  'TLS_CERTIFICATE_EXPIRED',
  'PASSWORD_REFUSED',
  'HBA_NO_ENTRY',
  'DATABASE_NOT_FOUND',
  'SERVER_STARTING_UP',
  'SESSION_TERMINATED',
  'SERVER_UNRESPONSIVE',
  'SELECT_MISSING',
  'TEMP_FILE_LIMIT_SMALL',
]

describe.each(FAULTS.filter(({ code }) => CODES.includes(code)))('$name', (fault) => {
  test.runIf(canMake(fault.needs))(fault.code, async () => {
    await using injected = await fault.inject(lab)
    const id = await connectionTo(paramsOf(injected.target))
    const { body } = await testOf(id)
    const isWarning = body.diagnosis.findings[0].severity === 'warning'
    expect(body).toMatchObject({
      result: isWarning,
      diagnosis: { code: fault.code, stage: fault.stage, remedy: expect.stringMatching(/\.$/) },
    })
    for (const quoted of fault.quotes(injected.target)) expect(body.diagnosis.message).toContain(quoted)
    expect(JSON.stringify(body)).not.toContain(CANARY)
  })
})

test('what was given but has no effect is told', async () => {
  const id = await connectionTo({ ...basicParams(service.source), colour: 'blue' })
  const { body } = await testOf(id)
  expect(body.result).toBe(true)
  expect(JSON.stringify(body.diagnosis.warnings)).toContain('colour')
})

describe('a draft', () => {
  test.each([
    ['without auth', undefined],
    ['without parameters', { specName: 'Basic Authentication', params: {} }],
    ['with half of them', { specName: 'Basic Authentication', params: { server: 'db', username: 'ann' } }],
    ['with none that fit', { specName: 'Basic Authentication', params: { server: 7, port: 'high' } }],
  ])('%s leads nowhere', async (_, auth) => {
    const body = { name: 'draft', connectionSpec: POSTGRES, ...(auth === undefined ? {} : { auth }) }
    const id = await created(service, '/connections?mode=draft', body)
    const answer = await testOf(id)
    expect(answer.body).toMatchObject({
      result: false,
      diagnosis: { code: 'PARAMETERS_INVALID', stage: 'parameters' },
    })
    expect(answer.body.diagnosis.message).toMatch(/\.$/)
  })

  test('that is complete is tried', async () => {
    const id = await connectionTo(basicParams(service.source), '?mode=draft')
    expect((await testOf(id)).body.result).toBe(true)
    const refused = await connectionTo(
      { ...basicParams(service.source), port: String(await freePort()) },
      '?mode=draft',
    )
    expect((await testOf(refused)).body).toMatchObject({
      result: false,
      diagnosis: { code: 'CONNECTION_REFUSED' },
    })
  })
})

test('the lake has nothing to be tested', async () => {
  const id = await created(service, '/connections', { name: 'lake', connectionSpec: LAKE })
  expect((await testOf(id)).body).toEqual({ result: true })
})

test('a client that hangs up ends the test, and nothing is logged as our error', async () => {
  const reached = Promise.withResolvers<void>()
  await using proxy = await meddlingProxy(await lab.roomy(), 'as backend_pid', async () => {
    reached.resolve()
    return undefined
  })
  const { host, port } = proxy
  const params = { server: host, port, database: 'shop', username: 'reader', password: CANARY }
  const id = await connectionTo({ ...params, sslMode: 'Disable' })
  log.length = 0
  const address = await service.listen()
  const request = get(`${address}/connections/${id}/test`, { headers: CALLER })
  request.on('error', () => {})
  await reached.promise
  request.destroy()
  const cluster = await lab.roomy()
  const sessions = "select from pg_stat_activity where usename = 'reader'"
  await expect.poll(async () => (await cluster.query(sessions)).rowCount, { timeout: 2_000 }).toBe(0)
  expect(log.filter((line) => (JSON.parse(line) as { level: number }).level >= 50)).toEqual([])
  expect(log.join()).not.toContain(CANARY)
})
