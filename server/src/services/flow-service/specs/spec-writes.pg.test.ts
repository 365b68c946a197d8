import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  ADMIN,
  type Answer,
  CRM,
  created,
  type FlowTestService,
  flowBody,
  itemOf,
  LAKE,
  makeConnections,
  OTHER_ORG,
  POSTGRES,
  startFlowService,
} from '#services/flow-service/testing/flow-test-service.ts'

const PROVIDER = '0ed90a81-07f4-4586-8190-b40eccef1c5a'
const MYSQL = '26d738e0-8963-47ea-aadf-c60de735468a'
const THEIR_ADMIN = {
  authorization: 'Bearer their-admin',
  'x-api-key': 'other-admin',
  'x-gw-ims-org-id': OTHER_ORG,
}

let service: FlowTestService
let counter = 0

beforeAll(async () => {
  service = await startFlowService()
})

afterAll(async () => {
  await service?.[Symbol.asyncDispose]()
})

function codeOf({ status, body }: Answer): string {
  return /FLOW-(\d{4}-\d{3})$/.exec(body?.type)?.[1] ?? String(status)
}

function newName(): string {
  return `spec ${++counter}`
}

function post(kind: string, body: unknown, headers: Record<string, string> = ADMIN): Promise<Answer> {
  return service.call('POST', `/${kind}`, { body, headers })
}

function put(url: string, body: unknown, headers: Record<string, string> = ADMIN): Promise<Answer> {
  return service.call('PUT', url, { body, headers })
}

const PARTS = {
  connectionSpecs: {
    type: 'Database',
    authSpec: [
      {
        name: 'Basic Authentication',
        type: 'BasicAuthentication',
        spec: { type: 'object', properties: { password: { type: 'string', format: 'password' } } },
      },
    ],
    sourceSpec: { spec: { type: 'object', required: ['tableName'] }, attributes: { uiAttributes: {} } },
    exploreSpec: { requestSpec: { type: 'object' }, responseSpec: { type: 'object' } },
    attributes: { category: 'Databases', isSource: true },
  },
  flowSpecs: {
    sourceConnectionSpecIds: [POSTGRES.id],
    targetConnectionSpecIds: [LAKE.id],
    optionSpec: { name: 'OptionSpec', spec: { type: 'object' } },
    scheduleSpec: { name: 'PeriodicSchedule', type: 'Periodic', spec: { type: 'object' } },
    transformationSpecs: [{ name: 'Mapping', spec: { type: 'object' } }],
    runSpec: { name: 'ProviderParams', spec: { type: 'object' } },
    attributes: { frequency: 'batch' },
  },
} as const

const KINDS = ['connectionSpecs', 'flowSpecs'] as const

describe.each(KINDS)('%s', (kind) => {
  const whole = () => ({ name: newName(), providerId: PROVIDER, ...PARTS[kind] })

  test('are registered, shown, listed, filtered and replaced', async () => {
    const body = whole()
    const made = await post(kind, body)
    expect(made).toMatchObject({ status: 201, body: { ...body, version: '1.0' } })
    const { id, etag } = made.body
    expect(made.headers['location']).toBe(`/data/foundation/flowservice/${kind}/${id}`)
    expect(made.body).not.toHaveProperty('status')
    expect(await itemOf(service, `/${kind}/${id}`)).toEqual(made.body)
    const all = (await service.call('GET', `/${kind}`)).body.items
    expect(all.at(-1)).toEqual(made.body)
    expect(all.length).toBeGreaterThan(1)
    const found = await service.call('GET', `/${kind}?property=name=="${encodeURIComponent(body.name)}"`)
    expect(found.body.items).toEqual([made.body])
    const next = { name: newName(), providerId: PROVIDER, version: '1.1' }
    const replaced = await put(`/${kind}/${id}`, next)
    expect(replaced).toMatchObject({ status: 200, body: { ...next, id, createdAt: made.body.createdAt } })
    expect(replaced.body.etag).not.toBe(etag)
    expect(replaced.body.updatedAt).toBeGreaterThan(made.body.updatedAt)
    for (const name of ['type', 'authSpec', 'optionSpec']) expect(replaced.body).not.toHaveProperty(name)
    expect(await itemOf(service, `/${kind}/${id}`)).toEqual(replaced.body)
  })

  test('are replaced for the version that If-Match names, and for any without it', async () => {
    const { body: made } = await post(kind, whole())
    const url = `/${kind}/${made.id}`
    const replace = (etag: string) => put(url, { ...made, type: etag }, { ...ADMIN, 'if-match': etag })
    expect(codeOf(await replace('"other"'))).toBe('1404-412')
    expect((await replace(made.etag)).status).toBe(200)
    expect(codeOf(await replace(made.etag))).toBe('1404-412')
    expect((await put(url, made)).status).toBe(200)
  })

  test('of two writes for one version one wins', async () => {
    const { body: made } = await post(kind, whole())
    const write = (type: string) =>
      put(`/${kind}/${made.id}`, { ...made, type }, { ...ADMIN, 'if-match': made.etag })
    const answers = await Promise.all([write('one'), write('other')])
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412])
  })

  test('have names and ids of their own, in one organisation', async () => {
    const { body: made } = await post(kind, { ...whole(), id: newId() })
    const taken = await post(kind, { ...whole(), name: made.name })
    expect([codeOf(taken), taken.body.report.field]).toEqual(['1100-400', 'name'])
    const sameId = await post(kind, { ...whole(), id: made.id.toUpperCase() })
    expect([codeOf(sameId), sameId.body.report.field]).toEqual(['1100-400', 'id'])
    const { body: other } = await post(kind, whole())
    const renamed = await put(`/${kind}/${other.id}`, { ...other, name: made.name })
    expect([codeOf(renamed), renamed.body.report.field]).toEqual(['1100-400', 'name'])
    const both = await Promise.all([1, 2].map(() => post(kind, { ...whole(), name: 'at once' })))
    expect(both.map(({ status }) => status).sort()).toEqual([201, 400])
  })

  test('are seen by their organisation in all sandboxes, and by no other', async () => {
    const { body: made } = await post(kind, whole())
    const url = `/${kind}/${made.id}`
    expect((await service.call('GET', url, { headers: { 'x-sandbox-name': 'dev' } })).status).toBe(200)
    expect(codeOf(await service.call('GET', url, { headers: THEIR_ADMIN }))).toBe('1439-404')
    expect(codeOf(await put(url, made, THEIR_ADMIN))).toBe('1439-404')
    const listed = await service.call('GET', `/${kind}?property=name==${made.name}`, { headers: THEIR_ADMIN })
    expect(listed.body.items).toEqual([])
    const theirs = await post(kind, { ...made, id: made.id }, THEIR_ADMIN)
    expect([theirs.status, theirs.body.imsOrgId]).toEqual([201, OTHER_ORG])
  })

  test('are for administrators alone', async () => {
    const { body: made } = await post(kind, whole())
    const noAdmin = {}
    expect(codeOf(await post(kind, whole(), noAdmin))).toBe('1426-400')
    expect(codeOf(await put(`/${kind}/${made.id}`, whole(), noAdmin))).toBe('1426-400')
    expect(codeOf(await put(`/${kind}/${newId()}`, whole(), noAdmin))).toBe('1426-400')
    expect(await itemOf(service, `/${kind}/${made.id}`)).toEqual(made)
  })

  test('that come with the server stay as they are', async () => {
    const builtIn = kind === 'flowSpecs' ? CRM.id : POSTGRES.id
    const before = await itemOf(service, `/${kind}/${builtIn}`)
    const refused = await put(`/${kind}/${builtIn}`, whole())
    expect([codeOf(refused), refused.body.errorMessage]).toEqual([
      '1100-400',
      expect.stringContaining('comes with the server'),
    ])
    for (const { id, name } of [before, (await service.call('GET', `/${kind}`)).body.items.at(0)]) {
      expect(codeOf(await post(kind, { ...whole(), name }))).toBe('1100-400')
      expect(codeOf(await post(kind, { ...whole(), id }))).toBe('1100-400')
    }
    expect(await itemOf(service, `/${kind}/${builtIn}`)).toEqual(before)
  })

  test('that are no specs are refused with the member at fault, and nothing is stored', async () => {
    const count = async () => (await service.call('GET', `/${kind}`)).body.items.length
    const before = await count()
    const cases: readonly [object, string][] = [
      [{ name: undefined }, 'name'],
      [{ name: ' ' }, 'name'],
      [{ name: 7 }, 'name'],
      [{ providerId: null }, 'providerId'],
      [{ version: 1 }, 'version'],
      [{ version: 'new' }, 'version'],
      [{ id: 'mine' }, 'id'],
      [{ attributes: [] }, 'attributes'],
      [{ permissionsInfo: 'all' }, 'permissionsInfo'],
      [{ entitlementInfo: [7] }, 'entitlementInfo.0'],
      [{ policy: [] }, 'policy'],
      [{ type: '' }, 'type'],
    ]
    for (const [change, field] of cases) {
      const answer = await post(kind, { ...whole(), ...change })
      expect([codeOf(answer), answer.body.report.field], JSON.stringify(change)).toEqual(['1100-400', field])
    }
    expect(codeOf(await post(kind, undefined))).toBe('1405-400')
    expect(codeOf(await post(kind, []))).toBe('1100-400')
    expect(codeOf(await post(kind, { ...whole(), attributes: { x: 'y'.repeat(2 ** 20) } }))).toBe('1100-400')
    expect(codeOf(await put(`/${kind}/${newId()}`, whole()))).toBe('1439-404')
    expect(codeOf(await put(`/${kind}/nosuch`, whole()))).toBe('1439-404')
    expect(await count()).toBe(before)
  })

  test('do not keep members that specs do not have', async () => {
    const { body } = await post(kind, {
      ...whole(),
      status: 'ready',
      createdAt: 1,
      etag: 'mine',
      secret: 'x',
    })
    expect(Object.keys(body)).not.toEqual(expect.arrayContaining(['status']))
    expect(body).not.toHaveProperty('secret')
    expect([body.createdAt, body.etag]).not.toEqual([1, 'mine'])
  })
})

test('the kind of an authentication is a text', async () => {
  const authSpec = [{ name: 'Basic', type: [], spec: { type: 'object' } }]
  const body = { name: 'typed', providerId: '0ed90a81-07f4-4586-8190-b40eccef1c5a', authSpec }
  const answer = await post('connectionSpecs', body)
  expect([codeOf(answer), answer.body.report.field]).toEqual(['1100-400', 'authSpec.0.type'])
})

test('fields that specs do not have are refused in filters, by the code of the kind', async () => {
  const codes = KINDS.map(async (kind) => codeOf(await service.call('GET', `/${kind}?property=nosuch==1`)))
  expect(await Promise.all(codes)).toEqual(['1423-400', '1449-400'])
})

describe('the JSON Schemas of a spec', () => {
  const SCHEMAS: readonly [string, unknown][] = [
    ['no object', 'object'],
    ['an unknown type', { type: 'texts' }],
    ['a keyword of a wrong type', { required: 'tableName' }],
    ['a pattern that is none', { type: 'string', pattern: '(' }],
    ['a reference to another document', { $ref: 'https://example.com/schema.json' }],
    ['another draft', { $schema: 'https://json-schema.org/draft/2020-12/schema' }],
  ]

  test.each(SCHEMAS)('are checked: %s', async (_what, spec) => {
    const members = [
      ['connectionSpecs', { authSpec: [{ name: 'a', spec }] }, 'authSpec.0.spec'],
      ['connectionSpecs', { targetSpec: { spec } }, 'targetSpec.spec'],
      ['connectionSpecs', { exploreSpec: { responseSpec: spec } }, 'exploreSpec.responseSpec'],
      ['flowSpecs', { runSpec: { spec } }, 'runSpec.spec'],
      ['flowSpecs', { transformationSpecs: [{ name: 'a', spec }] }, 'transformationSpecs.0.spec'],
    ] as const
    for (const [kind, member, field] of members) {
      const answer = await post(kind, { name: newName(), providerId: PROVIDER, ...member })
      expect([codeOf(answer), answer.body.report.field]).toEqual(['1100-400', field])
    }
  })

  test('may share an $id, refer to themselves, and use formats of their own', async () => {
    const spec = {
      $id: 'https://example.com/one',
      definitions: { text: { type: 'string', format: 'of-our-own' } },
      properties: { a: { $ref: '#/definitions/text' } },
    }
    for (const name of [newName(), newName()]) {
      const answer = await post('connectionSpecs', { name, providerId: PROVIDER, sourceSpec: { spec } })
      expect(answer.status, JSON.stringify(answer.body)).toBe(201)
    }
  })

  test('stand under names of their own', async () => {
    const authSpec = [{ name: 'a' }, { name: 'a' }]
    const answer = await post('connectionSpecs', { name: newName(), providerId: PROVIDER, authSpec })
    expect(answer.body.report.field).toBe('authSpec.1.name')
    const nameless = await post('connectionSpecs', { name: newName(), providerId: PROVIDER, authSpec: [{}] })
    expect(nameless.body.report.field).toBe('authSpec.0.name')
  })
})

test('transformations may come under each of their three names, but under one only', async () => {
  const list = [{ name: 'Mapping', spec: { type: 'object' } }]
  for (const name of ['transformationSpecs', 'transformationSpec', 'transformationSpecDTOS']) {
    const { body } = await post('flowSpecs', { name: newName(), providerId: PROVIDER, [name]: list })
    expect(body.transformationSpecs).toEqual(list)
    expect(Object.keys(body).filter((key) => key.startsWith('transf'))).toEqual(['transformationSpecs'])
  }
  const both = { transformationSpecs: list, transformationSpec: list }
  const answer = await post('flowSpecs', { name: newName(), providerId: PROVIDER, ...both })
  expect(codeOf(answer)).toBe('1100-400')
})

test('a spec that the platform has gets the id that it has there, and nothing can be connected by it', async () => {
  const mysql = { id: MYSQL, name: 'mysql', providerId: PROVIDER, sourceSpec: {}, targetSpec: {} }
  expect((await post('connectionSpecs', mysql)).body.id).toBe(MYSQL)
  const connectionSpec = { id: MYSQL, version: '1.0' }
  for (const url of ['/connections', '/connections?mode=draft', '/sourceConnections', '/targetConnections']) {
    const answer = await service.call('POST', url, { body: { name: 'x', connectionSpec, auth: {} } })
    expect([codeOf(answer), answer.body.errorMessage], url).toEqual([
      '1100-400',
      `connectionSpec.id ${MYSQL} is mysql, which is registered here, but this server has no reader for it. It connects: postgre-sql, datalake.`,
    ])
  }
  const unseen = await service.call('POST', '/connections', {
    body: { name: 'x', connectionSpec },
    headers: { ...THEIR_ADMIN, 'x-sandbox-name': 'prod' },
  })
  expect(codeOf(unseen)).toBe('1413-400')
})

describe('flows of a registered flow spec', () => {
  let ids: { source: string; target: string }
  let number = 0

  beforeAll(async () => {
    ids = await makeConnections(service)
  })

  async function register(changes: object = {}): Promise<{ id: string; version: string }> {
    const crm = await itemOf(service, `/flowSpecs/${CRM.id}`)
    const body = { ...crm, id: undefined, name: `flow spec ${++number}`, ...changes }
    return { id: (await post('flowSpecs', body)).body.id, version: '1.0' }
  }

  const make = (flowSpec: object, changes: object = {}, query = '') =>
    service.call('POST', `/flows${query}`, { body: flowBody(ids, { flowSpec, ...changes }) })

  test('are made, scheduled and run as those of the built-in one', async () => {
    const flowSpec = await register()
    const id = await created(service, '/flows', flowBody(ids, { flowSpec }))
    const flow = await itemOf(service, `/flows/${id}`)
    expect([flow.state, flow.flowSpec]).toEqual(['enabled', flowSpec])
    const run = await service.call('POST', '/runs', { body: { flowId: id } })
    expect(run.status).toBe(201)
    expect((await itemOf(service, `/runs/${run.body.id}`)).flowSpec).toEqual(flowSpec)
  })

  test('keep to its schemas', async () => {
    const hourly = { type: 'object', properties: { frequency: { const: 'hour' }, interval: { minimum: 6 } } }
    const flowSpec = await register({
      scheduleSpec: { spec: hourly },
      optionSpec: { spec: { type: 'object', properties: { errorDiagnosticsEnabled: { const: true } } } },
      transformationSpecs: [{ name: 'Mapping', spec: { type: 'object', required: ['mappingVersion'] } }],
    })
    const transformations = [flowBody(ids)['transformations'] as object[]][0]?.slice(1)
    const schedule = (frequency: string, interval: string) => ({
      transformations,
      scheduleParams: { startTime: '1612310466', frequency, interval },
    })
    expect((await make(flowSpec, schedule('hour', '6'))).status).toBe(201)
    for (const [changes, field] of [
      [schedule('minute', '15'), 'scheduleParams.frequency'],
      [schedule('hour', '5'), 'scheduleParams.interval'],
      [
        { ...schedule('hour', '6'), options: { errorDiagnosticsEnabled: false } },
        'options.errorDiagnosticsEnabled',
      ],
      [{ transformations: [{ name: 'Copy', params: {} }] }, 'transformations.0.name'],
    ] as const) {
      const answer = await make(flowSpec, changes)
      expect([codeOf(answer), answer.body.report.field]).toEqual(['1100-400', field])
    }
  })

  test('join what it joins', async () => {
    const answer = await make(await register({ sourceConnectionSpecIds: [MYSQL] }))
    expect([codeOf(answer), answer.body.errorMessage]).toEqual([
      '1100-400',
      expect.stringContaining('sourceConnectionSpecIds of the flow spec'),
    ])
  })

  test('have no transformations that this server cannot do', async () => {
    const flowSpec = await register({ transformationSpecs: [{ name: 'Anonymize' }, { name: 'Mapping' }] })
    const answer = await make(flowSpec, { transformations: [{ name: 'Anonymize', params: {} }] })
    expect([codeOf(answer), answer.body.errorMessage]).toEqual([
      '1100-400',
      'transformations.0.name Anonymize is a transformation that this server has no code for. It runs Copy and Mapping.',
    ])
  })

  test('are drafts where it says so', async () => {
    const draft = (attributes: object) =>
      register({ attributes }).then((spec) => make(spec, {}, '?mode=draft'))
    expect((await draft({ isDraftModeSupported: true })).status).toBe(201)
    const refused = await draft({})
    expect([codeOf(refused), refused.body.report.field]).toEqual(['1100-400', 'mode'])
  })

  test('are not made of a spec of another organisation, or of another version', async () => {
    const theirs = (await post('flowSpecs', { name: newName(), providerId: PROVIDER }, THEIR_ADMIN)).body.id
    expect(codeOf(await make({ id: theirs, version: '1.0' }))).toBe('1413-400')
    expect(codeOf(await make({ ...(await register()), version: '2.0' }))).toBe('1413-400')
  })
})

function newId(): string {
  return crypto.randomUUID()
}
