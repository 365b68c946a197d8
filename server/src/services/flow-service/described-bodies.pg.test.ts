import { arbitraryBody, type BodyOptions } from '@headwater/testkit/openapi/arbitrary-body.ts'
import { arbitraryBreak } from '@headwater/testkit/openapi/break-body.ts'
import { schemaValidator } from '@headwater/testkit/openapi/schema-validator.ts'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  ADMIN,
  basicParams,
  CRM,
  created,
  DATASET,
  type FlowTestService,
  flowBody,
  LAKE,
  MAPPING,
  makeConnections,
  POSTGRES,
  startFlowService,
} from './testing/flow-test-service.ts'

/*
 * The framework checks no body: the service does, because wrong values have codes of their own. So the schemas that
 * the document shows to clients are held against what the service does: it takes what they allow, and answers what
 * they forbid with a code.
 */

let service: FlowTestService
let isValid: (name: string, value: unknown) => boolean
let ids: { base: string; source: string; target: string }
let flowId: string
let runId: string
let otherRunId: string
let otherFlowId: string

beforeAll(async () => {
  service = await startFlowService()
  ids = await makeConnections(service)
  flowId = await created(service, '/flows', flowBody(ids))
  otherFlowId = await created(service, '/flows', flowBody(ids))
  runId = await created(service, '/runs', { flowId })
  otherRunId = await created(service, '/runs', { flowId: otherFlowId })
  isValid = schemaValidator(service.document)
  // What a source says to credentials is no matter of schemas.
  service.world.validateOnCreate = false
})

afterAll(async () => {
  await service?.[Symbol.asyncDispose]()
})

interface Described {
  readonly schema: string
  readonly method: 'POST' | 'PUT' | 'PATCH'
  readonly path: () => string
  /** Of what is allowed. */
  readonly status: number
  readonly options: () => BodyOptions
  readonly headers?: Readonly<Record<string, string>>
}

const constant = fc.constant
/** Parameters on which more decides than their schema: what is in a certificate, or what another parameter says. */
const TLS_DETAILS = [
  'sslRootCertificate',
  'sslCertificate',
  'sslKey',
  'sslPassword',
  'sslRevocationList',
  'trustServerCertificate',
  'sslMaxVersion',
  'sslHostName',
  'channelBinding',
  'sslNegotiation',
  'schema',
].map((name) => `/auth/params/${name}`)

const BODIES: readonly Described[] = [
  {
    schema: 'ConnectionBody',
    method: 'POST',
    path: () => '/connections',
    status: 201,
    options: () => ({
      pins: {
        '/connectionSpec/id': constant(POSTGRES.id),
        '/connectionSpec/version': fc.constantFrom('1.0', '1', 1),
        '/auth/params/server': constant(basicParams(service.source)['server']),
        '/auth/params/connectionString': constant('Server=db;Database=shop;UID=me;Password=secret'),
      },
      without: TLS_DETAILS,
    }),
  },
  {
    schema: 'SourceConnectionBody',
    method: 'POST',
    path: () => '/sourceConnections',
    status: 201,
    options: () => ({
      pins: {
        '/connectionSpec/id': constant(POSTGRES.id),
        '/connectionSpec/version': constant('1.0'),
        '/baseConnectionId': constant(ids.base),
      },
      // What a filter may say is a matter of its table.
      without: ['/params/filters'],
    }),
  },
  {
    schema: 'TargetConnectionBody',
    method: 'POST',
    path: () => '/targetConnections',
    status: 201,
    options: () => ({
      pins: {
        '/connectionSpec/id': constant(LAKE.id),
        '/connectionSpec/version': constant('1.0'),
        '/params/dataSetId': constant(DATASET),
      },
      without: ['/baseConnectionId'],
    }),
  },
  {
    schema: 'FlowBody',
    method: 'POST',
    path: () => '/flows',
    status: 201,
    options: () => ({
      pins: {
        '/flowSpec/id': constant(CRM.id),
        '/flowSpec/version': constant('1.0'),
        '/sourceConnectionIds/*': constant(ids.source),
        '/targetConnectionIds/*': constant(ids.target),
        '/transformations': transformations,
      },
    }),
  },
  {
    schema: 'RunBody',
    method: 'POST',
    path: () => '/runs',
    status: 201,
    options: () => ({
      pins: { '/flowId': constant(flowId), '/params/deltaColumn': constant({ name: 'updated_at' }) },
      // The start of a window has to be before its end.
      without: ['/params/windowStartTime'],
    }),
  },
  {
    schema: 'StateAction',
    method: 'POST',
    path: () => `/flows/${flowId}/action?op=enable`,
    status: 200,
    // What has ended is complete.
    options: () => ({ without: ['/percentCompleted'] }),
  },
  {
    schema: 'Patch',
    method: 'PATCH',
    path: () => `/flows/${flowId}`,
    status: 200,
    headers: { 'if-match': '*' },
    // What an operation finds at its path is a matter of the flow.
    options: () => ({ pins: { ...patchPins(''), ...patchPins('/*') } }),
  },
  {
    schema: 'ToldRunBody',
    method: 'PUT',
    path: () => `/runs/${runId}`,
    status: 200,
    headers: { ...ADMIN, 'if-match': '*' },
    options: () => ({
      pins: {
        '/flowId': constant(flowId),
        '/parentFlowRunId': constant(otherRunId),
        '/childFlowRunIds/*': constant(otherRunId),
        '/predecessors/*/flowRunId': constant(otherRunId),
        '/predecessors/*/flowId': constant(otherFlowId),
      },
      // Those of the run itself.
      without: ['/flowSpec', '/params', '/activities'],
    }),
  },
  { schema: 'SearchBody', method: 'POST', path: () => '/flows/search', status: 200, options: searchOptions },
  {
    schema: 'FlowSpecSearchBody',
    method: 'POST',
    path: () => '/flowSpecs/search',
    status: 200,
    options: searchOptions,
  },
  {
    schema: 'SubscriptionBody',
    method: 'POST',
    path: () => '/subscriptions',
    status: 201,
    options: () => ({
      pins: {
        '/url': constant('https://hooks.example.com/flows'),
        '/flowIds/*': constant(flowId),
        '/secret': constant('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'),
        '/headers': constant({ Authorization: 'Bearer 31415926' }),
      },
    }),
  },
  {
    schema: 'ConnectionSpecBody',
    method: 'POST',
    path: () => '/connectionSpecs',
    status: 201,
    headers: ADMIN,
    options: specOptions,
  },
  {
    schema: 'FlowSpecBody',
    method: 'POST',
    path: () => '/flowSpecs',
    status: 201,
    headers: ADMIN,
    options: specOptions,
  },
]

const mapping = fc.record(
  { mappingId: constant(MAPPING), mappingVersion: fc.constantFrom(0, '0', '') },
  { requiredKeys: ['mappingId'] },
)
const deltaColumn = fc.constantFrom('updated_at', { name: 'updated_at', timezone: 'UTC' })
const copies = fc.array(fc.record({ name: constant('Copy'), params: fc.record({ deltaColumn }) }), {
  maxLength: 1,
})
const transformations = fc
  .tuple(copies, fc.record({ name: constant('Mapping'), params: mapping }))
  .map(([copy, mapped]) => [...copy, mapped])

const patchPins = (at: string) => ({
  [`${at}/op`]: fc.constantFrom('add', 'Add', 'ADD'),
  [`${at}/path`]: constant('/description'),
  [`${at}/value`]: fc.string(),
})

function searchOptions(): BodyOptions {
  return {
    pins: {
      '/queryString': fc.constantFrom('', 'name==x', 'name==x&id==y'),
      '/orderby': fc.constantFrom('', 'name', '-name,id'),
      '/projectionFields': fc.constantFrom('', 'id', 'id,name'),
      '/groupByProperty': fc.constantFrom('', 'providerId'),
    },
    // Not together with `limit`.
    without: ['/count'],
  }
}

/** Names are unique, also among the ways of authentication of one spec. */
function specOptions(): BodyOptions {
  const named = fc.uuid().map((id) => ({ name: id, spec: { type: 'object' } }))
  const schema = constant({ type: 'object' })
  const lists = ['authSpec', 'encryptionSpecs', 'transformationSpecs'].map((name) => [`/${name}/*`, named])
  const parts = ['sourceSpec/spec', 'targetSpec/spec', 'optionSpec/spec', 'scheduleSpec/spec', 'runSpec/spec']
  const explored = ['exploreSpec/requestSpec', 'exploreSpec/responseSpec']
  return {
    pins: {
      '/name': fc.uuid(),
      ...Object.fromEntries(lists),
      ...Object.fromEntries([...parts, ...explored].map((name) => [`/${name}`, schema])),
    },
  }
}

const send = ({ method, path, headers }: Described, body: unknown) =>
  service.call(method, path(), { body, headers })

describe.each(BODIES)('$schema', (described) => {
  const { schema, status, options } = described
  const arbitrary = () => arbitraryBody(service.document, schemaOf(schema), options())
  const schemaOf = (name: string) => ({ $ref: `#/components/schemas/${name}` })

  test('what it allows is taken', async () => {
    const property = fc.asyncProperty(arbitrary(), async (body) => {
      fc.pre(isValid(schema, body))
      const answer = await send(described, body)
      expect(answer.status, JSON.stringify([body, answer.body])).toBe(status)
    })
    await fc.assert(property, { numRuns: 40 })
  })

  test('what it forbids is refused with a code', async () => {
    const property = fc.asyncProperty(arbitraryBreak(arbitrary()), async ({ body, how, without }) => {
      fc.pre(!isValid(schema, body))
      // An empty text is as good as none.
      fc.pre(!(how.startsWith('an empty text') && isValid(schema, without)))
      const answer = await send(described, body)
      expect(answer.status, JSON.stringify([how, body, answer.body])).toSatisfy((it) => it >= 400 && it < 500)
      expect(answer.body.type).toMatch(/\/FLOW-\d{4}-4\d\d$/)
    })
    await fc.assert(property, { numRuns: 60 })
  })
})
