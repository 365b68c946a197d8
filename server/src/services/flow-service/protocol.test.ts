import { FLOW_ERRORS } from '@headwater/contract/flow-service/errors/flow-errors.ts'
import { UNRAISED_ERRORS } from '@headwater/contract/flow-service/errors/unraised-errors.ts'
import { describe, expect, test } from 'vitest'
import { type ActionParameters, PROVIDER_ACTIONS, readAction } from './entities/actions.ts'
import { assertCurrent, readIfMatch, requireIfMatch } from './entities/if-match.ts'
import { parseOrderBy } from './lists/order-by.ts'
import { type FlowCode, FlowProblem, ifMatchMissing, notFound, staleVersion } from './problems.ts'

const ETAG = '"6802064a-0000-0200-0000-6387c6b90000"'

function problemOf(work: () => unknown): FlowProblem | undefined {
  try {
    work()
  } catch (error) {
    if (error instanceof FlowProblem) return error
    throw error
  }
  return undefined
}

describe('If-Match', () => {
  test('is the header, else the query parameter, else absent', () => {
    const query = { 'if-match': 'from query' }
    expect(readIfMatch({ headers: { 'if-match': 'from header' }, query })).toBe('from header')
    expect(readIfMatch({ headers: {}, query })).toBe('from query')
    expect(readIfMatch({ headers: { 'if-match': ' ' }, query: {} })).toBeUndefined()
    expect(problemOf(() => requireIfMatch(undefined))?.code).toBe('1403-400')
  })

  test.each([ETAG, ETAG.slice(1, -1), `W/${ETAG}`, '*', undefined])('matches %s', (given) => {
    expect(problemOf(() => assertCurrent({ etag: ETAG }, given))).toBeUndefined()
  })

  test.each(['"other"', '6802064a', `"${ETAG}"x`])('does not match %s', (given) => {
    expect(problemOf(() => assertCurrent({ etag: ETAG }, given))).toMatchObject({
      code: '1404-412',
      status: 412,
    })
  })
})

describe('problems', () => {
  test('have the documented envelope', () => {
    const message = 'The requested flows resource 7 is not found. Verify the resource ID before trying again.'
    expect(notFound('flows', '7').body('request-1')).toEqual({
      type: 'https://ns.adobe.com/aep/errors/FLOW-1439-404',
      title: 'Resource not found',
      status: 404,
      report: { 'detailed-message': message, id: '7', 'request-id': 'request-1', type: 'flows' },
      message,
      errorMessage: message,
      errorDetails: message,
    })
  })

  test('end their code with the HTTP status, for every code of the catalogue', () => {
    for (const code of Object.keys(FLOW_ERRORS) as FlowCode[]) {
      expect(code).toMatch(/^\d{4}-[45]\d{2}$/)
      expect(new FlowProblem(code, 'x').status).toBe(Number(code.split('-')[1]))
    }
    expect(ifMatchMissing().status).toBe(400)
    expect(staleVersion('a', 'b').status).toBe(412)
  })

  test('of the service’s own range are all in the catalogue, each as raised or with the reason why not', () => {
    const codes = [...Object.keys(FLOW_ERRORS), ...Object.keys(UNRAISED_ERRORS)]
    const own = codes.filter((code) => code.startsWith('14')).map((code) => Number(code.slice(0, 4)))
    expect(own.sort()).toEqual(Array.from({ length: 59 }, (_, index) => 1400 + index))
    expect(new Set(codes).size).toBe(codes.length)
  })
})

describe('actions', () => {
  const actions = ['enable', 're-trigger', ...PROVIDER_ACTIONS] as const
  const read = (parameters: ActionParameters, body?: unknown, isAdmin = false) =>
    readAction({ parameters, body, isAdmin }, actions)

  test.each(['re-trigger', 'RE_TRIGGER', 'Re-Trigger'])('know %s', (op) => {
    expect(read({ op })).toBe('re-trigger')
  })

  test.each([
    [{ op: 'explode' }, '1434-400'],
    [{}, '1434-400'],
    [{ op: 'FINALIZE' }, '1402-400'],
    [{ op: 'finalize_update', subOp: 'apply' }, '1402-400'],
    [{ op: 'enable', subOp: 'reverse' }, '1435-400'],
    [{ op: 'enable', subOp: 'PROGRESS' }, '1436-400'],
    [{ op: 're-trigger', subOp: ['PROGRESS', 'APPLY'] }, '1406-400'],
  ])('refuse %j with %s', (parameters, code) => {
    expect(problemOf(() => read(parameters))?.code).toBe(code)
  })

  test('of providers are open to administrators', () => {
    expect(read({ op: 'FINALIZE_UPDATE', subOp: ['APPLY', 'ROLLBACK'] }, undefined, true)).toBe(
      'finalize-update',
    )
  })

  test.each([
    [undefined],
    [null],
    [{}],
    [{ percentCompleted: 40.5, status: { value: 'inProgress' } }],
    [{ percentCompleted: 100, status: { value: 'COMPLETED', errors: [], properties: {} } }],
    [{ status: { value: 'partial-success', errors: [{ code: '1', message: 'x' }] } }],
    [{ recordTypes: [{ type: 'profile', extensions: {} }], other: 1 }],
  ])('take the body %j', (body) => {
    expect(read({ op: 're-trigger' }, body)).toBe('re-trigger')
  })

  test.each([
    ['a text', '1100-400'],
    [[], '1100-400'],
    [{ percentCompleted: '40' }, '1100-400'],
    [{ percentCompleted: 101 }, '1100-400'],
    [{ status: 'FAILED' }, '1100-400'],
    [{ status: { errors: ['x'] } }, '1100-400'],
    [{ recordTypes: ['profile'] }, '1100-400'],
    [{ status: { value: 'started' } }, '1437-400'],
    [{ status: { value: 7 } }, '1437-400'],
    [{ status: { value: 'failed' } }, '1407-400'],
    [{ percentCompleted: 99, status: { value: 'Completed' } }, '1408-400'],
  ])('refuse the body %j with %s', (body, code) => {
    const parameters = { op: 're-trigger', subOp: 'progress' }
    expect(problemOf(() => read(parameters, body))?.code).toBe(code)
  })
})

describe('orders', () => {
  const fields = new Set(['name', 'metrics'])

  test('read signs, blanks for pluses, and dotted fields', () => {
    expect(parseOrderBy(' name,-metrics.durationSummary.startedAtUTC', fields)).toEqual([
      { path: ['name'], descending: false },
      { path: ['metrics', 'durationSummary', 'startedAtUTC'], descending: true },
    ])
    expect(parseOrderBy(undefined, fields)).toEqual([])
    expect(problemOf(() => parseOrderBy('*name', fields))?.code).toBe('1432-400')
    expect(problemOf(() => parseOrderBy('name,', fields))?.code).toBe('1432-400')
    expect(problemOf(() => parseOrderBy('nosuch', fields))?.code).toBe('1433-400')
  })
})
