import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { IssuedCredentials } from '@headwater/server/boot/credentials.ts'
import { hasAepp } from '@headwater/testkit/aepp.ts'
import { ApiClient } from '@headwater/testkit/api-client.ts'
import { printPython } from '@headwater/testkit/python.ts'
import { runCommand, type ServerProcess, startServerProcess } from '@headwater/testkit/server-process.ts'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'

/** `headwater credentials` and `headwater organisations` beside a server with everything embedded. */
let dataDir: string
let filesDir: string
let server: ServerProcess
/** Every secret that was ever shown. */
const secrets: string[] = []

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'headwater-credentials-'))
  filesDir = await mkdtemp(join(tmpdir(), 'headwater-credential-files-'))
  server = await startServerProcess(dataDir)
})

afterAll(async () => {
  await server?.end('SIGTERM')
  for (const folder of [dataDir, filesDir]) await rm(folder, { recursive: true, force: true })
})

async function credentials(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await runCommand(['credentials', ...args, '--data-dir', dataDir])
  if (code !== 0) throw new Error(stderr)
  return stdout
}

async function create(...args: readonly string[]): Promise<IssuedCredentials> {
  const issued = JSON.parse(await credentials('create', '--json', ...args)) as IssuedCredentials
  secrets.push(issued.client_secret)
  return issued
}

async function tokenStatus(issued: IssuedCredentials): Promise<number> {
  const { client_id, client_secret } = issued
  const body = new URLSearchParams({ grant_type: 'client_credentials', client_id, client_secret })
  return (await fetch(issued.token_url, { method: 'POST', body })).status
}

async function openClient(issued: IssuedCredentials): Promise<ApiClient> {
  const client = new ApiClient(issued)
  await client.authenticate()
  return client
}

const CONNECTIONS = '/data/foundation/flowservice/connections'

test('a start whose words may be kept shows no secret and makes no client', async () => {
  expect(server.lines.join('\n')).not.toContain('secret')
  expect(server.lines.find((line) => line.startsWith('token '))).toContain('credentials create')
  expect(JSON.parse(await credentials('list', '--json', '--all'))).toEqual([])
})

test('a secret is rotated without a moment in which neither works', async () => {
  const first = await create('--name', 'rotated')
  const second = JSON.parse(await credentials('rotate', first.client_id, '--json')) as IssuedCredentials
  secrets.push(second.client_secret)
  expect(second).toEqual({ ...first, client_secret: expect.not.stringMatching(first.client_secret) })
  expect([await tokenStatus(first), await tokenStatus(second)]).toEqual([200, 200])
  await expect(credentials('rotate', first.client_id)).rejects.toThrow(/has two secrets already.*--retire/)
  expect(await credentials('rotate', first.client_id, '--retire')).toBe('The older secret is gone.\n')
  expect([await tokenStatus(first), await tokenStatus(second)]).toEqual([400, 200])
  expect(await credentials('rotate', first.client_id, '--retire')).toContain('one secret only')
})

test('a revoked client gets no token, and the tokens that it has stop to work at once', async () => {
  const issued = await create('--name', 'revoked')
  const client = await openClient(issued)
  expect((await client.get(CONNECTIONS)).status).toBe(200)
  await credentials('revoke', issued.client_id)
  expect(await tokenStatus(issued)).toBe(400)
  const refused = await vi.waitUntil(async () => {
    const answer = await client.get(CONNECTIONS)
    return answer.status === 200 ? undefined : answer
  })
  expect(refused).toMatchObject({ status: 403, body: { error_code: '403003' } })
  expect(await credentials('list')).not.toContain(issued.client_id)
  expect(await credentials('list', '--all')).toMatch(new RegExp(`${issued.client_id}.* revoked `))
  await expect(credentials('revoke', issued.client_id)).rejects.toThrow(/no client .*, or it was revoked/)
})

test('a client is made with few permissions, and given others later', async () => {
  const issued = await create('--permission', 'view-sources', '--sandbox', 'prod')
  const client = await openClient(issued)
  expect((await client.get(CONNECTIONS)).status).toBe(200)
  const denied = await client.post(CONNECTIONS, {})
  expect(denied.body.errorMessage).toMatch(/"Manage Sources" in the sandbox prod.*credentials grant/)
  expect(await credentials('grant', issued.client_id, '--permission', 'Manage Sources')).toBe(
    'Manage Sources everywhere\nView Sources in prod\n',
  )
  await vi.waitUntil(async () => (await client.post(CONNECTIONS, {})).status === 400)
  expect(await credentials('grant', issued.client_id, '--only', '--permission', 'View Datasets')).toBe(
    'View Datasets everywhere\n',
  )
  await vi.waitUntil(async () => (await client.get(CONNECTIONS)).status === 403)
  await expect(create('--permission', 'Fly')).rejects.toThrow(/no permission "Fly"\. There are: View Sources/)
  await expect(create('--sandbox', 'nowhere')).rejects.toThrow(/no sandbox "nowhere".*There are: prod\./)
})

test('a second organisation has clients of its own, which see nothing of the first', async () => {
  const made = await runCommand(['organisations', 'create', 'acme', '--json', '--data-dir', dataDir])
  const { orgId } = JSON.parse(made.stdout)
  const issued = await create('--org', 'acme')
  expect(issued.ims_org).toBe(orgId)
  const client = await openClient(issued)
  expect((await client.get('/data/foundation/schemaregistry/stats')).body.tenantId).toBe('acme')
  const again = await runCommand(['organisations', 'create', 'acme', '--data-dir', dataDir])
  expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining('an organisation acme already') })
  const wrong = await runCommand(['organisations', 'create', 'Acme Inc', '--data-dir', dataDir])
  expect(wrong).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^"Acme Inc" is no name of a tenant/),
  })
  await expect(create('--org', 'nobody')).rejects.toThrow(/no organisation "nobody".*acme/)
})

test('credentials are written as a file that only its owner reads, never over another', async () => {
  const path = join(filesDir, 'client.env')
  const told = await credentials('create', '--format', 'env', '--output', path)
  const text = await readFile(path, 'utf8')
  const secret = /^CLIENT_SECRET=(\S+)$/m.exec(text)?.[1] ?? ''
  expect(secret).toMatch(/^p8e-/)
  expect(told).not.toContain(secret)
  expect((await stat(path)).mode & 0o777).toBe(0o600)
  const before = JSON.parse(await credentials('list', '--json')).length
  await expect(credentials('create', '--output', path)).rejects.toThrow(/is there already/)
  const unmade = join(filesDir, 'unmade.json')
  await expect(credentials('rotate', 'nobody', '--output', unmade)).rejects.toThrow(/no client "nobody"/)
  expect(await readdir(filesDir)).toEqual(['client.env'])
  expect(await readFile(path, 'utf8')).toBe(text)
  expect(JSON.parse(await credentials('list', '--json'))).toHaveLength(before)
})

test('the Postman environment has the variables of the platform’s collections', async () => {
  const environment = JSON.parse(await credentials('create', '--format', 'postman', '--sandbox', 'prod'))
  expect(environment).toMatchObject({ _postman_variable_scope: 'environment', name: /Headwater/ })
  const values: Record<string, string> = Object.fromEntries(
    environment.values.map(({ key, value }: { key: string; value: string }) => [key, value]),
  )
  expect(Object.keys(values)).toEqual(
    expect.arrayContaining(['IMS', 'IMS_ORG', 'API_KEY', 'CLIENT_SECRET', 'SCOPES', 'SANDBOX_NAME']),
  )
  // The request of the platform's own collection, with the scheme that this server has.
  const query = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: values['API_KEY'] ?? '',
    client_secret: values['CLIENT_SECRET'] ?? '',
    scope: values['SCOPES'] ?? '',
  })
  const answer = await fetch(`http://${values['IMS']}/ims/token/v2?${query}`, { method: 'POST' })
  expect(answer.status).toBe(200)
})

test.skipIf(!hasAepp)('aepp imports the configuration file that is written for it', async () => {
  const path = join(filesDir, 'aepp.json')
  await credentials('create', '--format', 'aepp', '--output', path)
  const program = `
import aepp
aepp.importConfigFile(${JSON.stringify(path)})
aepp.config.endpoints["global"] = ${JSON.stringify(server.url)}
aepp.config.config_object["oauthTokenEndpointV2"] = ${JSON.stringify(`${server.url}/ims/token/v3`)}
from aepp import sandboxes
print([box["name"] for box in sandboxes.Sandboxes().getSandboxes()])
`
  expect(await printPython(program)).toBe("['prod']\n")
})

test('a folder on which no server ever ran is named, and gets no store', async () => {
  const idle = await mkdtemp(join(tmpdir(), 'headwater-mistyped-'))
  const mistyped = join(idle, 'typo')
  for (const args of [['create'], ['list'], ['revoke', 'x'], ['rotate', 'x'], ['grant', 'x']]) {
    const refused = await runCommand(['credentials', ...args, '--data-dir', mistyped])
    expect(refused).toMatchObject({ code: 1, stdout: '' })
    expect(refused.stderr).toMatch(new RegExp(`^No server has run on ${mistyped} yet.*--data-dir`))
  }
  expect(await readdir(idle)).toEqual([])
  await rm(idle, { recursive: true })
})

test('no secret is in the data folder, whether in a file, a table or a log', async () => {
  await server.end('SIGTERM')
  const files = await readdir(dataDir, { recursive: true, withFileTypes: true })
  const contents = await Promise.all(
    files.filter((file) => file.isFile()).map((file) => readFile(join(file.parentPath, file.name))),
  )
  // A grep that finds nothing where everything is would prove nothing.
  await writeFile(join(filesDir, 'marked'), secrets[0] ?? '')
  expect((await readFile(join(filesDir, 'marked'))).includes(secrets[0] ?? 'x')).toBe(true)
  expect(secrets.length).toBeGreaterThan(4)
  expect(contents.length).toBeGreaterThan(100)
  for (const secret of secrets) expect(contents.some((content) => content.includes(secret))).toBe(false)
  server = await startServerProcess(dataDir)
})
