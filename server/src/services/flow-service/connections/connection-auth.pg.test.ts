import { createServer } from 'node:net'
import { freePort, serveSilence } from '@headwater/testkit/postgres-lab/wire-servers.ts'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  type Answer,
  type AnyBody,
  basicParams,
  type FlowTestService,
  itemOf,
  POSTGRES,
  startFlowService,
} from '#services/flow-service/testing/flow-test-service.ts'
import { makeIdentity } from '#source/postgres/testing/make-certificate.ts'

const BASIC = 'Basic Authentication'
const STRING = 'Connection String Based Authentication'
const MASK = '********'

let service: FlowTestService
let params: Record<string, unknown>

beforeAll(async () => {
  service = await startFlowService()
  params = basicParams(service.source)
})
afterAll(async () => service[Symbol.asyncDispose]())
beforeEach(() => {
  Object.assign(service.world, { validateOnCreate: true, edition: 'azure' })
})

function create(specName: string, given: Record<string, unknown>, query = ''): Promise<Answer> {
  const body = { name: 'orders db', auth: { specName, params: given }, connectionSpec: POSTGRES }
  return service.call('POST', `/connections${query}`, { body })
}

/** A connection string for the source. */
function stringWith(keys: string): Record<string, unknown> {
  const { host, port, database, user, password } = service.source
  return {
    connectionString: `Server=${host};Port=${port};Database=${database};UID=${user};Password=${password};${keys}`,
  }
}

function codeOf({ body }: { body: AnyBody }): string {
  return /FLOW-(\d{4}-\d{3})$/.exec(body?.type)?.[1] ?? JSON.stringify(body)
}

async function made(specName: string, given: Record<string, unknown>, query = ''): Promise<{ url: string }> {
  const { status, body } = await create(specName, given, query)
  if (status !== 201) throw new Error(JSON.stringify(body))
  return { url: `/connections/${body.id}` }
}

/** Patches with the version that is current. */
async function patch(url: string, ...body: Record<string, unknown>[]): Promise<Answer> {
  const { etag } = await itemOf(service, url)
  return await service.call('PATCH', url, { body, headers: { 'if-match': etag } })
}

async function result(url: string): Promise<AnyBody> {
  const { status, body } = await service.call('GET', `${url}/test`)
  expect(status).toBe(200)
  return body
}

describe('parameters', () => {
  const spellings = [
    ...['Disable', 'Allow', 'Prefer', 'Require', 'Verify Ca', 'Verify-Ca', 'Verify Full', 'Verify-Full'],
    ...['disable', 'verify_ca', 'verify-full', 'true', 'false', true, false, 0, 1, 2, 3, 4, 5, '5'],
  ]
  test.each(spellings)('the sslMode %s is taken and shown as it was sent', async (sslMode) => {
    service.world.validateOnCreate = false
    for (const edition of ['azure', 'aws'] as const) {
      service.world.edition = edition
      const { url } = await made(BASIC, { ...params, sslMode })
      expect((await itemOf(service, url)).auth.params).toEqual({ ...params, sslMode, password: MASK })
    }
  })

  test('what has no effect is stored, and told by the test of the connection', async () => {
    const { url } = await made(STRING, stringWith('Pooling=true;Frobnicate=1'))
    expect((await result(url)).diagnosis.warnings).toEqual([
      expect.stringMatching(/^Pooling has no effect here/),
      'The key "Frobnicate" is not known and not used.',
    ])
  })

  test('certificates are checked when they arrive, whether the source is asked or not', async () => {
    service.world.validateOnCreate = false
    const { certificate, key } = makeIdentity('reader')
    const faults: [Record<string, unknown>, string][] = [
      [{ sslMode: 'Verify Full', sslRootCertificate: '/etc/ssl/root.crt' }, 'sslRootCertificate'],
      [{ sslMode: 'Verify Full', sslRootCertificate: certificate.slice(0, 100) }, 'sslRootCertificate'],
      [{ sslMode: 'Require', sslCertificate: certificate, sslKey: makeIdentity('other').key }, 'sslKey'],
      [{ sslMode: 'Verify Ca', trustServerCertificate: true }, 'trustServerCertificate'],
    ]
    for (const [changes, field] of faults) {
      const answer = await create(BASIC, { ...params, ...changes })
      expect([answer.status, codeOf(answer), answer.body.report.field]).toEqual([400, '1100-400', field])
    }
    const { password: _, ...without } = params
    const certified = { ...without, sslMode: 'Require', sslCertificate: certificate, sslKey: key }
    const { url } = await made(BASIC, certified)
    expect((await itemOf(service, url)).auth.params).toEqual({ ...certified, sslKey: MASK })
  })

  test('a server that accepts and says nothing is given up after the timeout that is asked for', async () => {
    await using silent = await serveSilence()
    const { port } = silent
    const answer = await create(BASIC, { ...params, port, connectionTimeout: 0.2 })
    expect(answer).toMatchObject({ status: 400, body: { report: { code: 'SERVER_SILENT' } } })
    service.world.validateOnCreate = false
    const { url } = await made(BASIC, { ...params, port, connectionTimeout: '0.2' })
    expect(await result(url)).toMatchObject({ result: false, diagnosis: { code: 'SERVER_SILENT' } })
  })

  test('the report says what the source answered: code, stage and remedy', async () => {
    const refused = await create(BASIC, { ...params, password: 'wrong-one' })
    expect(refused.body.report).toMatchObject({
      field: 'auth.params',
      code: 'PASSWORD_REFUSED',
      stage: 'authenticate',
      remedy: expect.stringMatching(/\.$/),
    })
    expect(refused.body.errorMessage).toContain(refused.body.report.remedy)
    const closed = await create(BASIC, { ...params, port: await freePort() })
    expect(closed.body.report).toMatchObject({ stage: 'dial', remedy: expect.any(String) })
  })
})

describe('the aws edition', () => {
  beforeEach(() => {
    service.world.edition = 'aws'
  })

  test('has one way of authentication, with a boolean as text for sslMode', async () => {
    const { body } = await service.call('GET', `/connectionSpecs/${POSTGRES.id}`)
    const [spec] = body.items
    expect(spec.authSpec.map(({ name }: AnyBody) => name)).toEqual([BASIC])
    expect(spec.authSpec[0].spec.properties.sslMode).toMatchObject({
      default: 'false',
      examples: ['true', 'false'],
    })
    const { items } = (await service.call('GET', '/connectionSpecs?property=name=="postgre-sql"')).body
    expect(items).toEqual([spec])
  })

  test('does not know connection strings', async () => {
    const answer = await create(STRING, stringWith(''))
    expect([answer.status, codeOf(answer)]).toEqual([400, '1415-400'])
    expect(answer.body.errorMessage).toMatch(/Use "Basic Authentication"\.$/)
    expect(await create(BASIC, { ...params, sslMode: 'false' })).toMatchObject({ status: 201 })
  })

  test('still reads through connections of the other edition, and renames them', async () => {
    service.world.edition = 'azure'
    const { url } = await made(STRING, stringWith(''))
    service.world.edition = 'aws'
    expect((await result(url)).result).toBe(true)
    expect(await patch(url, { op: 'replace', path: '/name', value: 'old' })).toMatchObject({ status: 200 })
    const auth = { specName: STRING, params: stringWith('Pooling=false') }
    expect(codeOf(await patch(url, { op: 'replace', path: '/auth', value: auth }))).toBe('1415-400')
  })
})

describe('changing credentials', () => {
  test('replaces the whole object, and the new ones are used', async () => {
    const { url } = await made(BASIC, { ...params, schema: 'public', connectionTimeout: 5 })
    const next = { ...params, username: service.source.user, sslMode: 'Prefer' }
    expect(await patch(url, { op: 'replace', path: '/auth/params', value: next })).toMatchObject({
      status: 200,
    })
    expect((await itemOf(service, url)).auth.params).toEqual({ ...next, password: MASK })
    expect((await result(url)).result).toBe(true)
  })

  test('takes a password alone', async () => {
    service.world.validateOnCreate = false
    const { url } = await made(BASIC, { ...params, password: 'wrong-one' })
    expect((await result(url)).result).toBe(false)
    service.world.validateOnCreate = true
    const right = { op: 'replace', path: '/auth/params/password', value: service.source.password }
    expect(await patch(url, right)).toMatchObject({ status: 200 })
    expect((await result(url)).result).toBe(true)
    expect((await itemOf(service, url)).lastOperation.ops).toEqual([{ ...right, value: MASK }])
  })

  test('checks the new ones against the source, and keeps the old ones when that fails', async () => {
    const { url } = await made(BASIC, params)
    const answer = await patch(url, { op: 'replace', path: '/auth/params/password', value: 'wrong-one' })
    expect(answer.body.report).toMatchObject({ code: 'PASSWORD_REFUSED', stage: 'authenticate' })
    expect((await result(url)).result).toBe(true)
  })

  test('leaves them alone when something else changes, even where the source is down', async () => {
    service.world.validateOnCreate = false
    const { url } = await made(BASIC, { ...params, port: await freePort() })
    service.world.validateOnCreate = true
    expect(await patch(url, { op: 'replace', path: '/name', value: 'renamed' })).toMatchObject({
      status: 200,
    })
    expect((await itemOf(service, url)).auth.params.password).toBe(MASK)
  })

  test('keeps each secret whose mask comes back', async () => {
    service.world.validateOnCreate = false
    const { certificate, privateKey } = makeIdentity('reader')
    const sslPassword = 'hush'
    const sslKey = privateKey
      .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: sslPassword })
      .toString()
    const { url } = await made(BASIC, {
      ...params,
      sslMode: 'Require',
      sslCertificate: certificate,
      sslKey,
      sslPassword,
    })
    const shown = (await itemOf(service, url)).auth.params
    expect([shown.password, shown.sslKey, shown.sslPassword]).toEqual([MASK, MASK, MASK])
    const value = { ...shown, sslMode: 'Allow', commandTimeout: 9 }
    expect(await patch(url, { op: 'replace', path: '/auth/params', value })).toMatchObject({ status: 200 })
    // What was kept fits together still: the key opens with the passphrase and belongs to the certificate.
    expect((await itemOf(service, url)).auth.params).toEqual(value)
    expect((await result(url)).result).toBe(true)
  })

  test('keeps a connection string whose mask comes back', async () => {
    const { url } = await made(STRING, stringWith('EncryptionMethod=0'))
    const value = { connectionString: MASK, connectionTimeout: 5 }
    expect(await patch(url, { op: 'replace', path: '/auth/params', value })).toMatchObject({ status: 200 })
    expect((await itemOf(service, url)).auth.params).toEqual(value)
    expect((await result(url)).result).toBe(true)
  })
})

describe('a stored secret stays with its server', () => {
  /** Tells whether anybody came, and what he said. */
  async function trap(): Promise<{ port: number; heard: Buffer[]; close: () => void }> {
    const heard: Buffer[] = []
    const server = createServer(
      (socket) => void socket.on('data', (bytes) => heard.push(bytes)).on('error', () => {}),
    )
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    return {
      heard,
      port: typeof address === 'object' && address ? address.port : 0,
      close: () => server.close(),
    }
  }

  test('whatever way the new address is written', async () => {
    const { url } = await made(BASIC, params)
    const shown = (await itemOf(service, url)).auth.params
    const { port, heard, close } = await trap()
    const changes = [
      { op: 'replace', path: '/auth/params/port', value: port },
      { op: 'replace', path: '/auth/params/server', value: 'localhost' },
      { op: 'add', path: '/auth/params/hostaddr', value: '127.0.0.2' },
      { op: 'add', path: '/auth/params/Server', value: `127.0.0.1:${port}` },
      { op: 'replace', path: '/auth/params', value: { ...shown, port: String(port) } },
      { op: 'replace', path: '/auth', value: { specName: BASIC, params: { ...shown, port } } },
    ]
    for (const validateOnCreate of [true, false]) {
      service.world.validateOnCreate = validateOnCreate
      for (const change of changes) {
        const answer = await patch(url, change)
        expect([answer.status, codeOf(answer)], JSON.stringify(change)).toEqual([400, '1100-400'])
      }
    }
    const { body } = await patch(url, changes[0] ?? {})
    expect(body.report.field).toBe('auth.params.password')
    expect(body.errorMessage).toMatch(/another server or port.*Send again: auth\.params\.password\./)
    expect(heard).toEqual([])
    close()
  })

  test('unless it is sent again', async () => {
    const { url } = await made(BASIC, params)
    service.world.validateOnCreate = false
    const port = await freePort()
    const moved = await patch(
      url,
      { op: 'replace', path: '/auth/params/port', value: port },
      { op: 'replace', path: '/auth/params/password', value: 'another' },
    )
    expect(moved.status).toBe(200)
    expect((await itemOf(service, url)).auth.params).toMatchObject({ port, password: MASK })
  })

  test('also while it is a draft', async () => {
    const { url } = await made(BASIC, { server: 'db.example.com', password: 'hush' }, '?mode=draft')
    const moved = await patch(url, { op: 'replace', path: '/auth/params/server', value: 'evil.example.com' })
    expect(codeOf(moved)).toBe('1100-400')
    const completed = await patch(url, { op: 'add', path: '/auth/params/username', value: 'reader' })
    expect(completed.status).toBe(200)
  })

  test('and a mask without a stored secret is no secret', async () => {
    const created = await create(BASIC, { ...params, password: MASK })
    expect([created.status, created.body.report.field]).toEqual([400, 'auth.params.password'])
    const { url } = await made(BASIC, params)
    const renamed = await patch(url, { op: 'add', path: '/auth/params/sslKey', value: MASK })
    expect(renamed.body.report.field).toBe('auth.params.sslKey')
    const string = { specName: STRING, params: { connectionString: MASK } }
    const swapped = await patch(url, { op: 'replace', path: '/auth', value: string })
    expect(swapped.body.report.field).toBe('auth.params.connectionString')
  })
})
