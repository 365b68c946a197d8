import { randomBytes } from 'node:crypto'
import pino from 'pino'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import {
  type Answer,
  basicParams,
  type FlowTestService,
  POSTGRES,
  startFlowService,
} from '#services/flow-service/testing/flow-test-service.ts'
import { listSettingNames } from '#source/postgres/params/setting-names.ts'
import { makeIdentity } from '#source/postgres/testing/make-certificate.ts'

// Secrets that would be recognised anywhere are put into every place, and then everything that the service has
// said is searched for them: answers with their headers, the log with nothing redacted, and what is stored.

const BASIC = 'Basic Authentication'
const STRING = 'Connection String Based Authentication'

let service: FlowTestService
const logged: string[] = []
let answered: string[]
let secrets: string[]

beforeAll(async () => {
  const log = pino({ level: 'trace' }, { write: (line) => void logged.push(line) })
  service = await startFlowService({ log })
})
afterAll(async () => service[Symbol.asyncDispose]())
beforeEach(() => {
  answered = []
  secrets = []
  service.world.validateOnCreate = false
})
afterEach(async () => {
  const stored = await service.metadata.query('select connection::text from connection')
  const everything = [...answered, ...logged, JSON.stringify(stored.rows)].join('\n')
  const forms = secrets.flatMap((text) => [
    text,
    Buffer.from(text).toString('base64').slice(0, 20),
    encodeURIComponent(text),
  ])
  const leaks = forms.map((text) => everything.indexOf(text)).filter((at) => at >= 0)
  expect(leaks.map((at) => everything.slice(Math.max(0, at - 150), at + 80))).toEqual([])
  expect(secrets.length).toBeGreaterThan(0)
  expect(answered.length).toBeGreaterThan(0)
})

function secret(): string {
  const text = `canary${randomBytes(8).toString('hex')}`
  secrets.push(text)
  return text
}

async function call(...[method, url, options]: Parameters<FlowTestService['call']>): Promise<Answer> {
  const answer = await service.call(method, url, options)
  answered.push(`${method} ${url} ${answer.status} ${JSON.stringify([answer.body, answer.headers])}`)
  return answer
}

function create(specName: unknown, params: unknown, query = ''): Promise<Answer> {
  const body = { name: 'orders db', auth: { specName, params }, connectionSpec: POSTGRES }
  return call('POST', `/connections${query}`, { body })
}

/** Everything that can be asked of a connection. */
async function useEverywhere({ body }: Answer): Promise<void> {
  const url = `/connections/${body.id}`
  for (const path of ['', '/test', '/explore', '/explore?objectType=table&object=orders&preview=true'])
    await call('GET', url + path)
  await call('GET', `/connections?property=id==${body.id}`)
  await call('GET', '/connections?property=name==orders%20db&property=auth,name&limit=1&orderby=-createdAt')
  await call('GET', '/connections?property=auth.params.password!=x')
  await call('POST', `${url}/action?op=publish`)
}

/** Patches with the version that is current, and shows what became of it. */
async function patch(id: string, ...body: unknown[]): Promise<number> {
  const before = await call('GET', `/connections/${id}`)
  const headers = { 'if-match': before.body.items[0].etag }
  const { status } = await call('PATCH', `/connections/${id}`, { body, headers })
  await call('GET', `/connections/${id}`)
  return status
}

/** Parameters of the single-value form, with a secret wherever one can be. */
function fullParams(): Record<string, unknown> {
  const { certificate, privateKey } = makeIdentity('reader')
  const sslPassword = secret()
  const sslKey = privateKey
    .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: sslPassword })
    .toString()
  secrets.push(sslKey.split('\n')[2] ?? '')
  return {
    ...basicParams(service.source),
    password: secret(),
    sslMode: 'Allow',
    sslCertificate: certificate,
    sslKey,
    sslPassword,
    Client_Secret: secret(),
    token: secret(),
    extra: { password: secret(), list: [{ apiKey: secret() }] },
    vault: { type: 'SecureString', value: secret() },
    note: `Server=x;Password=${secret()}`,
    url: `postgres://ann:${secret()}@db/shop`,
  }
}

test('single values', async () => {
  service.world.validateOnCreate = true
  expect(await create(BASIC, fullParams())).toMatchObject({ status: 400 })
  service.world.validateOnCreate = false
  const made = await create(BASIC, fullParams())
  expect(made.status).toBe(201)
  await useEverywhere(made)
  const { id } = made.body
  const next = fullParams()
  expect(await patch(id, { op: 'replace', path: '/auth/params', value: next })).toBe(200)
  expect(
    await patch(id, { op: 'add', path: '/auth', value: { specName: BASIC, params: fullParams() } }),
  ).toBe(200)
  expect(await patch(id, { op: 'replace', path: '/auth/params/password', value: secret() })).toBe(200)
  expect(await patch(id, { op: 'add', path: '/auth/params/extra/password', value: secret() })).toBe(200)
  const wrapped = { type: 'SecureString', value: secret() }
  expect(await patch(id, { op: 'add', path: '/auth/params/password', value: wrapped })).toBe(200)
  service.world.validateOnCreate = true
  expect(await patch(id, { op: 'replace', path: '/auth/params/password', value: secret() })).toBe(400)
})

test('a connection string, with more beside it', async () => {
  const { host, port, database, user } = service.source
  const connectionString = (): string =>
    `Server=${host};Port=${port};Database=${database};UID=${user};Password='${secret()};${secret()}';` +
    `TrustStorePassword=${secret()};${secret()}!=${secret()}`
  const { certificate, key } = makeIdentity('reader')
  secrets.push(key.split('\n')[1] ?? '')
  const params = (): Record<string, unknown> => ({
    connectionString: connectionString(),
    sslMode: 'Prefer',
    sslCertificate: certificate,
    sslKey: key,
    password: secret(),
  })
  service.world.validateOnCreate = true
  expect(await create(STRING, params())).toMatchObject({ status: 400 })
  service.world.validateOnCreate = false
  const made = await create(STRING, params())
  expect(made.status).toBe(201)
  await useEverywhere(made)
  const { id } = made.body
  const change = { op: 'replace', path: '/auth/params/connectionString', value: connectionString() }
  expect(await patch(id, change)).toBe(200)
  expect(await patch(id, { op: 'replace', path: '/auth/params', value: params() })).toBe(200)
  const url = `postgres://${user}:${secret()}@${host}:${port}/${database}?sslpassword=${secret()}`
  expect(await patch(id, { op: 'replace', path: '/auth/params', value: { connectionString: url } })).toBe(200)
  expect(await patch(id, { ...change, value: `Server=${host};Password=${secret()}` })).toBe(400)
})

test('a draft with secrets in the wrong places', async () => {
  const key = makeIdentity('reader').key
  secrets.push(key.split('\n')[1] ?? '')
  const names = new Set(listSettingNames().map(([, name]) => name))
  for (const name of names) {
    const wrong = [`postgres://ann:${secret()}@db/shop`, `Server=db;Password=${secret()}`, key]
    for (const value of wrong) {
      const made = await create(BASIC, { [name]: value, username: 'ann' }, '?mode=draft')
      expect(made.status, name).toBe(201)
      await patch(made.body.id, { op: 'add', path: `/auth/params/${name}`, value })
      await create(BASIC, { ...basicParams(service.source), [name]: value })
      if (name === 'database') await useEverywhere(made)
    }
  }
})

test('what is refused', async () => {
  const basic = basicParams(service.source)
  const { host, database, user } = service.source
  const start = `Server=${host};Database=${database};UID=${user};Password=${secret()};`
  for (const [name] of listSettingNames()) {
    await create(STRING, { connectionString: `${start}${name}=${secret()}` })
    await create(STRING, { connectionString: `Password=${secret()};${name}='${secret()}';${secret()}` })
    await create(BASIC, { ...basic, [name]: [secret()] })
  }
  for (const password of [{ name: secret() }, [secret()], `${secret()}\0`, `${secret()}\ud800`, ''])
    expect(await create(BASIC, { ...basic, password })).toMatchObject({ status: 400 })
  for (const specName of [`Password=${secret()}`, { password: secret() }, [secret()]])
    expect(await create(specName, basic)).toMatchObject({ status: 400 })
  expect(await create(BASIC, secret())).toMatchObject({ status: 400 })
  expect(await create(BASIC, [secret()])).toMatchObject({ status: 400 })
  for (const text of ['postgres://ann:%zz', 'postgres://ann', 'Password=', 'host=db password='])
    expect(await create(STRING, { connectionString: `${text}${secret()}` })).toMatchObject({ status: 400 })
  for (const body of [
    `{"auth": {"params": {"password": ${secret()}}}}`,
    `{"password":"${secret()}`,
    `"${secret()}"`,
  ])
    expect(await call('POST', '/connections', { body })).toMatchObject({ status: 400 })
  const body = { name: 'x', connectionSpec: { id: POSTGRES.id }, auth: secret() }
  expect(await call('POST', '/connections', { body })).toMatchObject({ status: 400 })
})

test('patches that are refused', async () => {
  const made = await create(BASIC, { ...basicParams(service.source), password: secret() })
  const operations = [
    { op: 'test', path: '/auth/params/password', value: secret() },
    { op: 'copy', from: '/auth/params/password', path: '/name' },
    { op: 'replace', path: '/auth/params/absent', value: secret() },
    { op: 'replace', path: '/nothing', value: { password: secret() } },
    { op: 'replace', path: '/auth', value: secret() },
    { op: 'replace', path: '/auth/specName', value: `Password=${secret()}` },
    { op: 'replace', path: '/auth/params', value: { password: secret() } },
    { op: 'replace', path: '/auth/params/server', value: `postgres://ann:${secret()}@elsewhere/x` },
    { op: 'replace', path: '/auth/params/port', value: secret() },
    { op: 'replace', path: '/auth/params/sslMode', value: secret() },
    { password: secret() },
    secret(),
  ]
  for (const operation of operations) expect(await patch(made.body.id, operation)).toBe(400)
})

test('a fault of our own', async () => {
  const made = await create(BASIC, { ...basicParams(service.source), password: secret() })
  await service.metadata.query(
    "alter table connection add constraint broken check (name <> 'orders db') not valid",
  )
  expect(await create(BASIC, { ...basicParams(service.source), password: secret() })).toMatchObject({
    status: 500,
  })
  const password = { op: 'replace', path: '/auth/params/password', value: secret() }
  expect(await patch(made.body.id, password)).toBe(500)
  await service.metadata.query('alter table connection drop constraint broken')
  expect(logged.join('')).toContain('request failed')
})
