import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  type AnyBody,
  basicParams,
  created,
  type FlowTestService,
  flowBody,
  itemOf,
  LAKE,
  makeConnections,
  ORG,
  OTHER_ORG,
  POSTGRES,
  startFlowService,
} from '#services/flow-service/testing/flow-test-service.ts'

let service: FlowTestService
let params: Record<string, unknown>

beforeAll(async () => {
  service = await startFlowService()
  params = basicParams(service.source)
})
afterAll(async () => service[Symbol.asyncDispose]())
beforeEach(() => {
  service.world.validateOnCreate = true
})

const BASIC = 'Basic Authentication'

function connectionBody(auth: unknown, changes: Record<string, unknown> = {}): Record<string, unknown> {
  return { name: 'orders db', auth, connectionSpec: POSTGRES, ...changes }
}

function connectionString(changes = ''): string {
  const { host, port, database, user, password } = service.source
  return `server=${host};Database=${database};PORT=${port};uid=${user};Password=${password};${changes}`
}

async function create(auth: unknown, changes?: Record<string, unknown>): Promise<AnyBody> {
  return await service.call('POST', '/connections', { body: connectionBody(auth, changes) })
}

/** What a test finds in the type of an error. */
function codeOf({ body }: { body: AnyBody }): string {
  return /FLOW-(\d{4}-\d{3})$/.exec(body?.type)?.[1] ?? JSON.stringify(body)
}

describe('the gateway', () => {
  const call = (headers: Record<string, string | undefined>) =>
    service.call('GET', '/connections', { headers })

  test('refuses calls by their headers, in the documented order and shape', async () => {
    expect(await call({ authorization: undefined })).toMatchObject({
      status: 403,
      body: { error_code: '403010' },
    })
    expect(await call({ authorization: 'Bearer old' })).toMatchObject({
      status: 401,
      body: { error_code: '401013' },
    })
    expect(await call({ 'x-api-key': undefined })).toMatchObject({
      status: 403,
      body: { error_code: '403000' },
    })
    expect(await call({ 'x-gw-ims-org-id': undefined })).toMatchObject({
      status: 400,
      body: { error_code: '400003' },
    })
    expect(await call({ 'x-gw-ims-org-id': OTHER_ORG })).toMatchObject({
      status: 403,
      body: { error_code: '403025' },
    })
  })

  test('says in the shape of the service that a sandbox does not exist', async () => {
    const answer = await call({ 'x-sandbox-name': 'nowhere' })
    expect(codeOf(answer)).toBe('2100-404')
    expect(answer.status).toBe(404)
  })

  test('means the default sandbox when none is named', async () => {
    expect(await call({ 'x-sandbox-name': undefined })).toMatchObject({ status: 200 })
  })
})

describe('creating a connection', () => {
  test('takes single values, and answers with id, etag and location', async () => {
    const { status, body, headers } = await create({ specName: BASIC, params })
    expect(status).toBe(201)
    expect(Object.keys(body).sort()).toEqual(['etag', 'id'])
    expect(body.id).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
    expect(body.etag).toMatch(/^"[0-9a-f]{8}-0000-[0-9a-f]{4}-0000-[0-9a-f]{8}0000"$/)
    expect(headers['location']).toBe(`/data/foundation/flowservice/connections/${body.id}`)
  })

  test.each(['Connection String Based Authentication', 'Basic Authentication for PostgreSQL'])(
    'takes a connection string as %s',
    async (specName) => {
      const { status } = await create({
        specName,
        params: { connectionString: connectionString('EncryptionMethod=6;ValidationServerCertificate=0;') },
      })
      expect(status).toBe(201)
    },
  )

  test('takes the port as a number, fills in the version of the spec and ignores what it does not know', async () => {
    const auth = { specName: BASIC, params: { ...params, port: Number(params['port']) } }
    const { status, body } = await create(auth, {
      connectionSpec: { id: POSTGRES.id },
      providerId: 'x',
      other: 1,
    })
    expect(status).toBe(201)
    const item = await itemOf(service, `/connections/${body.id}`)
    expect(item.connectionSpec).toEqual(POSTGRES)
    expect(item).not.toHaveProperty('other')
    expect(item).not.toHaveProperty('description')
  })

  test.each(['Disable', 'Allow', 'prefer', 'false', false])('takes the sslMode %s', async (sslMode) => {
    expect(await create({ specName: BASIC, params: { ...params, sslMode } })).toMatchObject({ status: 201 })
  })

  test('says which parameter is wrong', async () => {
    const { password: _, ...without } = params
    const missing = await create({ specName: BASIC, params: without })
    expect([missing.status, codeOf(missing)]).toEqual([400, '1100-400'])
    expect(missing.body.errorMessage).toContain('password')
    const odd = await create({ specName: BASIC, params: { ...params, sslMode: 'nonsense' } })
    expect([odd.status, odd.body.report.field]).toEqual([400, 'sslMode'])
    const text = connectionString().replace(/Password=[^;]*;/, '')
    const incomplete = await create({
      specName: 'Connection String Based Authentication',
      params: { connectionString: text },
    })
    expect(incomplete.body.errorMessage).toContain('Password')
    expect(JSON.stringify(incomplete.body)).not.toContain(service.source.database)
  })

  test('refuses unknown specs and ways of authentication with their codes', async () => {
    expect(codeOf(await create({ specName: 'OAuth', params }))).toBe('1415-400')
    expect(codeOf(await create({ specName: BASIC, params }, { connectionSpec: { id: 'nope' } }))).toBe(
      '1413-400',
    )
    expect(codeOf(await create({ specName: BASIC, params }, { connectionSpec: undefined }))).toBe('1413-400')
    expect(codeOf(await service.call('POST', '/connections'))).toBe('1405-400')
  })

  test('answers broken JSON and text that cannot be stored with 400', async () => {
    expect(await service.call('POST', '/connections', { body: '{"name":' })).toMatchObject({
      status: 400,
      body: { title: 'Invalid request' },
    })
    expect(await create({ specName: BASIC, params }, { name: 'a\0b' })).toMatchObject({ status: 400 })
    expect(await create({ specName: BASIC, params }, { name: '\ud800' })).toMatchObject({ status: 400 })
  })

  test('tries the credentials first and says what the source answered, without the password', async () => {
    const answer = await create({ specName: BASIC, params: { ...params, password: 'wrong-one' } })
    expect([answer.status, codeOf(answer)]).toEqual([400, '1100-400'])
    expect(answer.body.errorMessage).toMatch(/password/i)
    expect(JSON.stringify(answer.body)).not.toContain('wrong-one')
    const closed = await create({ specName: BASIC, params: { ...params, port: '1' } })
    expect([closed.status, codeOf(closed)]).toEqual([400, '1100-400'])
  })

  test('leaves the source alone when it is told to', async () => {
    service.world.validateOnCreate = false
    expect(await create({ specName: BASIC, params: { ...params, port: '1' } })).toMatchObject({ status: 201 })
  })
})

describe('a connection', () => {
  test('shows every parameter and no secret, in any answer', async () => {
    const { body } = await create({ specName: BASIC, params })
    const url = `/connections/${body.id}`
    const item = await itemOf(service, url)
    expect(item).toMatchObject({
      state: 'enabled',
      etag: body.etag,
      version: body.etag,
      imsOrgId: ORG,
      sandboxName: 'prod',
    })
    expect(item.auth).toEqual({ specName: BASIC, params: { ...params, password: '********' } })
    expect(item.createdAt).toBe(item.updatedAt)
    expect(item.lastOperation).toEqual({ started: item.createdAt, updated: 0, operation: 'create' })
    const patch = await service.call('PATCH', url, {
      body: [{ op: 'replace', path: '/auth/params/password', value: service.source.password }],
      headers: { 'if-match': body.etag },
    })
    expect(patch.status).toBe(200)
    const list = await service.call('GET', '/connections?limit=1000')
    const stored = await service.metadata.query('select document::text, auth_params from connection')
    const everything = JSON.stringify([await itemOf(service, url), list.body, stored.rows])
    expect(everything).not.toContain(service.source.password)
  })

  test('is invisible to other sandboxes and organizations', async () => {
    const { body } = await create({ specName: BASIC, params })
    const dev = { 'x-sandbox-name': 'dev' }
    const theirs = { authorization: 'Bearer theirs', 'x-api-key': 'other', 'x-gw-ims-org-id': OTHER_ORG }
    for (const headers of [dev, theirs]) {
      expect(await service.call('GET', `/connections/${body.id}`, { headers })).toMatchObject({ status: 404 })
      expect((await service.call('GET', '/connections', { headers })).body.items).toEqual([])
      expect(await service.call('DELETE', `/connections/${body.id}`, { headers })).toMatchObject({
        status: 404,
      })
    }
  })

  test('is not found by an unknown or malformed id', async () => {
    const id = '00000000-0000-4000-8000-000000000000'
    const { status, body } = await service.call('GET', `/connections/${id}`)
    expect(status).toBe(404)
    expect(body).toMatchObject({
      type: 'https://ns.adobe.com/aep/errors/FLOW-1439-404',
      title: 'Resource not found',
      status: 404,
      report: { id, type: 'connections' },
    })
    expect(body.report['detailed-message']).toBe(body.errorMessage)
    expect(body.errorDetails).toBe(body.errorMessage)
    expect(body.report['request-id']).toBeTruthy()
    expect(await service.call('GET', '/connections/not-a-uuid')).toMatchObject({ status: 404 })
  })

  test('tells whether its source can be reached', async () => {
    const good = await created(service, '/connections', connectionBody({ specName: BASIC, params }))
    expect((await service.call('GET', `/connections/${good}/test`)).body).toMatchObject({ result: true })
    service.world.validateOnCreate = false
    for (const wrong of [{ password: 'wrong-one' }, { port: '1' }]) {
      const bad = await created(
        service,
        '/connections',
        connectionBody({ specName: BASIC, params: { ...params, ...wrong } }),
      )
      const { status, body } = await service.call('GET', `/connections/${bad}/test`)
      expect([status, body.result]).toEqual([200, false])
      expect(JSON.stringify(body)).not.toContain('wrong-one')
    }
  })
})

describe('patching a connection', () => {
  async function make(): Promise<{ url: string; etag: string }> {
    const { body } = await create({ specName: BASIC, params })
    return { url: `/connections/${body.id}`, etag: body.etag }
  }
  const rename = [{ op: 'Replace', path: '/name', value: 'renamed' }]

  test('needs the current version, in any quoting, as header or query', async () => {
    const { url, etag } = await make()
    expect(codeOf(await service.call('PATCH', url, { body: rename }))).toBe('1403-400')
    expect(codeOf(await service.call('PATCH', url))).toBe('1403-400')
    expect(
      codeOf(await service.call('PATCH', url, { body: rename, headers: { 'if-match': '"other"' } })),
    ).toBe('1404-412')
    const first = await service.call('PATCH', `${url}/`, {
      body: rename,
      headers: { 'if-match': etag.replaceAll('"', '') },
    })
    expect(first.status).toBe(200)
    expect(Object.keys(first.body).sort()).toEqual(['etag', 'id'])
    expect(codeOf(await service.call('PATCH', url, { body: rename, headers: { 'if-match': etag } }))).toBe(
      '1404-412',
    )
    const query = `?if-match=${encodeURIComponent(first.body.etag)}`
    const stale = await service.call('PATCH', url + query, { body: rename, headers: { 'if-match': etag } })
    expect(stale.status).toBe(412)
    expect(await service.call('PATCH', url + query, { body: rename })).toMatchObject({ status: 200 })
  })

  test('changes what it names and nothing else', async () => {
    const { url, etag } = await make()
    const before = await itemOf(service, url)
    const body = [...rename, { op: 'ADD', path: '/description', value: 'new' }]
    const { body: answer } = await service.call('PATCH', url, {
      body: JSON.stringify(body),
      headers: { 'if-match': etag, 'content-type': 'application/x-www-form-urlencoded' },
    })
    const after = await itemOf(service, url)
    expect(after).toMatchObject({
      name: 'renamed',
      description: 'new',
      auth: before.auth,
      createdAt: before.createdAt,
      etag: answer.etag,
      version: answer.etag,
    })
    expect(after.updatedAt).toBeGreaterThan(before.updatedAt)
    expect(after.lastOperation).toMatchObject({
      operation: 'update',
      ops: [{ op: 'replace', path: '/name', value: 'renamed' }, { op: 'add' }],
    })
    const single = await service.call('PATCH', url, {
      body: { op: 'REMOVE', path: '/description', value: 'ignored' },
      headers: { 'if-match': after.etag },
    })
    expect(single.status).toBe(200)
    expect(await itemOf(service, url)).not.toHaveProperty('description')
  })

  test('refuses what cannot change, and then changes nothing', async () => {
    const { url, etag } = await make()
    const refuse = async (body: unknown) =>
      codeOf(await service.call('PATCH', url, { body, headers: { 'if-match': etag } }))
    expect(await refuse([{ op: 'replace', path: '/connectionSpec/id', value: LAKE.id }])).toBe('1414-400')
    expect(await refuse([{ op: 'move', from: '/name', path: '/description' }])).toBe('1434-400')
    expect(await refuse([{ op: 'replace', path: '/nothing', value: 1 }])).toBe('1455-400')
    expect(await refuse([{ op: 'remove', path: '/description' }])).toBe('1455-400')
    expect(await refuse([{ op: 'replace', value: 1 }])).toBe('1455-400')
    expect(await refuse([])).toBe('1405-400')
    for (const path of ['/id', '/createdAt', '/etag', '/imsOrgId', '/state']) {
      expect(await refuse([...rename, { op: 'replace', path, value: 'x' }])).toBe('1455-400')
    }
    expect(await itemOf(service, url)).toMatchObject({ name: 'orders db', etag })
  })

  test('keeps the secret when the mask comes back, and uses new ones', async () => {
    const { url, etag } = await make()
    const masked = (await itemOf(service, url)).auth.params
    const kept = await service.call('PATCH', url, {
      body: [{ op: 'replace', path: '/auth/params', value: { ...masked, sslMode: 'Prefer' } }],
      headers: { 'if-match': etag },
    })
    expect(kept.status).toBe(200)
    expect((await service.call('GET', `${url}/test`)).body.result).toBe(true)
    const wrong = { ...masked, password: 'wrong-one' }
    const body = [{ op: 'replace', path: '/auth/params', value: wrong }]
    expect(codeOf(await service.call('PATCH', url, { body, headers: { 'if-match': kept.body.etag } }))).toBe(
      '1100-400',
    )
    service.world.validateOnCreate = false
    const changed = await service.call('PATCH', url, { body, headers: { 'if-match': kept.body.etag } })
    expect(changed.status).toBe(200)
    expect((await service.call('GET', `${url}/test`)).body.result).toBe(false)
    expect(JSON.stringify(await itemOf(service, url))).not.toContain('wrong-one')
  })

  test('lets one of several changes at a time win', async () => {
    const { url, etag } = await make()
    // Each is checked against the source first, so all have read the same version when they write.
    const body = [...rename, { op: 'replace', path: '/auth/params/sslMode', value: 'Prefer' }]
    const changes = [1, 2, 3].map(() => service.call('PATCH', url, { body, headers: { 'if-match': etag } }))
    const answers = await Promise.all(changes)
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412, 412])
  })
})

describe('deleting a connection', () => {
  test('is refused while a flow uses it, and then possible', async () => {
    const ids = await makeConnections(service)
    const flow = await created(service, '/flows', flowBody(ids))
    expect(codeOf(await service.call('DELETE', `/connections/${ids.base}`))).toBe('1418-400')
    expect(await service.call('DELETE', `/flows/${flow}`)).toMatchObject({ status: 204, body: undefined })
    expect(await service.call('DELETE', `/connections/${ids.base}/`)).toMatchObject({
      status: 204,
      body: undefined,
    })
    expect(await service.call('GET', `/connections/${ids.base}`)).toMatchObject({ status: 404 })
    expect(await service.call('DELETE', `/connections/${ids.base}`)).toMatchObject({ status: 404 })
  })
})

describe('drafts of connections', () => {
  test('need no credentials until they are published', async () => {
    const { status, body } = await service.call('POST', '/connections?mode=draft', {
      body: { name: 'later', connectionSpec: POSTGRES },
    })
    expect(status).toBe(201)
    const url = `/connections/${body.id}`
    expect(await itemOf(service, url)).toMatchObject({
      state: 'draft',
      lastOperation: { operation: 'draft_create' },
    })
    expect(await service.call('GET', `${url}/explore`)).toMatchObject({ status: 400 })
    expect(await service.call('POST', `${url}/action?op=publish`)).toMatchObject({ status: 400 })
    const patch = await service.call('PATCH', url, {
      body: { op: 'add', path: '/auth', value: { specName: BASIC, params } },
      headers: { 'if-match': body.etag },
    })
    expect(patch.status).toBe(200)
    const stale = await service.call('POST', `${url}/action?op=PUBLISH`, {
      headers: { 'if-match': body.etag },
    })
    expect(stale.status).toBe(412)
    const headers = { 'content-type': 'application/json' }
    expect(await service.call('POST', `${url}/action?op=PUBLISH`, { headers })).toMatchObject({
      status: 200,
      body: { id: body.id },
    })
    expect(await itemOf(service, url)).toMatchObject({ state: 'enabled' })
    expect(codeOf(await service.call('POST', `${url}/action?op=publish`))).toBe('1422-400')
    expect(codeOf(await service.call('POST', `${url}/action?op=explode`))).toBe('1434-400')
    expect(codeOf(await service.call('POST', `${url}/action?op=FINALIZE`))).toBe('1402-400')
  })
})
