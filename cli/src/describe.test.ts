import { Connection } from '@headwater/contract/flow-service/connections.ts'
import { Flow } from '@headwater/contract/flow-service/flows.ts'
import { Run } from '@headwater/contract/flow-service/runs.ts'
import { expect, test } from 'vitest'
import { describeConnection, describeTest } from './describe-connection.ts'
import { describeFlow } from './describe-flow.ts'
import { describeRun, summarizeRun } from './describe-run.ts'

/** The examples of the API's document, as people read them. */
const connection = exampleOf<Connection>(Connection)
const flow = exampleOf<Flow>(Flow)
const run = exampleOf<Run>(Run)

function exampleOf<T>(schema: object): T {
  return (schema as { readonly examples: readonly T[] }).examples[0] as T
}

test('a connection is shown with its parameters', () => {
  expect(describeConnection(connection).split('\n').slice(0, 8)).toEqual([
    'Shop',
    `  id               ${connection.id}`,
    '  description      The replica for reports',
    '  state            enabled',
    `  connection spec  ${connection.connectionSpec.id}, version 1.0`,
    '  auth             Basic Authentication',
    '    server         db.example.org',
    '    port           5432',
  ])
  expect(describeConnection(connection)).toContain('\n    password       ********\n')
})

test('a test tells what to do about each finding', () => {
  const worst = {
    stage: 'authenticate',
    code: 'PASSWORD_REFUSED',
    message: 'The server refuses the password.',
    remedy: 'Correct auth.params.password.',
  } as const
  const finding = { severity: 'error', ...worst } as const
  const rest = { missingRights: [], failedAttempts: [], warnings: [], elapsedMs: 1 }
  expect(describeTest({ result: true })).toBe('The source can be read.\n')
  expect(describeTest({ result: false, diagnosis: { ...worst, ...rest, findings: [finding] } })).toBe(
    'The source cannot be read: The server refuses the password.\n' +
      'error  PASSWORD_REFUSED: The server refuses the password.\n' +
      '         Correct auth.params.password.\n',
  )
})

test('a flow is shown with its steps, its schedule and its last run', () => {
  expect(describeFlow(flow).split('\n').slice(3, -4)).toEqual([
    '  state        enabled',
    `  from         ${flow.sourceConnectionIds}`,
    `  to           ${flow.targetConnectionIds}`,
    '  rows         only what changed, by updated_at; mapped by b6b0e5f4a6d84a1f9c0f6b7c8d9e0f10',
    '  schedule     every 15 minutes, from 2025-10-09T08:53:20Z',
    `  last run     success at 2025-10-09T08:53:24Z: ${run.id}`,
    '  sandbox      prod',
  ])
})

test.each([
  [{ startTime: 1760000000, frequency: 'once' }, 'once, from 2025-10-09T08:53:20Z'],
  [{ startTime: '1760000000000', frequency: 'day', interval: '1' }, 'every day, from 2025-10-09T08:53:20Z'],
  [
    { startTime: '2025-10-09T10:53:20+02:00', frequency: 'hour', interval: 6 },
    'every 6 hours, from 2025-10-09T10:53:20+02:00',
  ],
] as const)('the schedule %j is %j', (scheduleParams, words) => {
  expect(describeFlow({ ...flow, scheduleParams })).toContain(`  schedule     ${words}\n`)
})

test('a run is shown with its times, its rows and its proof', () => {
  const proof = { rowsRead: 1000, rowsLanded: 998, rowsSetAside: 2, fields: 3, agreeing: 3, digests: [] }
  expect(describeRun({ ...run, proof }).split('\n')).toEqual([
    `${run.id}  success`,
    `  flow     ${flow.id}`,
    '  sandbox  prod',
    '  window   2025-10-09T08:38:20Z up to 2025-10-09T08:53:20Z',
    '  started  2025-10-09T08:53:20Z',
    '  ended    2025-10-09T08:53:24Z, after 4.2 s',
    '  rows     1,000 read, 998 landed, 2 set aside',
    '  bytes    82,000 read, 21,000 written',
    '  proof    3 of 3 fields agree with what was read back',
    '',
  ])
})

test('a run under way tells how far it is, a failed one why', () => {
  const progress = { rowsRead: 1250000, bytesRead: 1, slicesDone: 2, slicesTotal: 7, rowsPerSecond: 5 }
  expect(summarizeRun({ ...run, metrics: { statusSummary: { status: 'inProgress' } }, progress })).toBe(
    `${run.id}  inProgress  1,250,000 rows read, slice 2 of 7\n`,
  )
  const errors = [{ code: 'CONNECTOR-2001-500', message: 'The source does not answer.' }]
  const detail = [{ code: 'UNREACHABLE', message: 'Nobody listens there.' }]
  const statusSummary = { status: 'failed', errors, extensions: { errors: detail } } as const
  expect(summarizeRun({ ...run, metrics: { statusSummary } })).toBe(
    `${run.id}  failed\n  CONNECTOR-2001-500: The source does not answer.\n  UNREACHABLE: Nobody listens there.\n`,
  )
})
