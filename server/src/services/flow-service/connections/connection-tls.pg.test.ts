import { hasOpenssl, opensslTitle } from '@headwater/testkit/postgres-lab/authority.ts'
import {
  CERTIFICATE_USER,
  type Certificates,
  createCertificates,
} from '@headwater/testkit/postgres-lab/certificates.ts'
import { type Cluster, startCluster } from '@headwater/testkit/postgres-lab/cluster.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  type Answer,
  type AnyBody,
  basicParams,
  type FlowTestService,
  POSTGRES,
  startFlowService,
} from '#services/flow-service/testing/flow-test-service.ts'

const BASIC = 'Basic Authentication'
const STRING = 'Connection String Based Authentication'

let service: FlowTestService

beforeAll(async () => {
  service = await startFlowService()
})
afterAll(async () => service[Symbol.asyncDispose]())

function create(specName: string, params: Record<string, unknown>): Promise<Answer> {
  const body = { name: 'orders db', auth: { specName, params }, connectionSpec: POSTGRES }
  return service.call('POST', '/connections', { body })
}

interface Server {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
  readonly database: string
}

function stringFor(server: Server, keys: string): Record<string, unknown> {
  const { host, port, database, user, password } = server
  return {
    connectionString: `Server=${host};Port=${port};Database=${database};UID=${user};Password=${password};${keys}`,
  }
}

/** What a session of a connection with these parameters used. */
async function used(specName: string, params: Record<string, unknown>): Promise<AnyBody> {
  const { status, body } = await create(specName, params)
  expect(status, JSON.stringify(body)).toBe(201)
  const answer = await service.call('GET', `/connections/${body.id}/test`)
  expect(answer).toMatchObject({ status: 200, body: { result: true } })
  return answer.body.diagnosis.tls.used
}

describe('a server without TLS', () => {
  test.each([
    'EncryptionMethod=0',
    'EncryptionMethod=6',
    'EncryptionMethod=6;ValidateServerCertificate=1',
    '',
    'SSLMode=Allow',
    'SSLMode=Prefer',
  ])('is talked to in plaintext with "%s"', async (keys) => {
    expect(await used(STRING, stringFor(service.source, keys))).toMatchObject({ encrypted: false })
  })

  test.each([
    [STRING, 'EncryptionMethod=1'],
    [STRING, 'EncryptionMethod=1;ValidateServerCertificate=1'],
    [BASIC, 'Require'],
    [BASIC, 'true'],
    [BASIC, 'Verify Full'],
  ])('is refused: %s, %s', async (specName, asked) => {
    const basic = { ...basicParams(service.source), sslMode: asked }
    const answer = await create(specName, specName === BASIC ? basic : stringFor(service.source, asked))
    expect(answer).toMatchObject({
      status: 400,
      body: { report: { field: 'auth.params', code: 'TLS_NOT_OFFERED', stage: 'tls' } },
    })
  })
})

describe.skipIf(!hasOpenssl)(`a server with TLS (${opensslTitle})`, () => {
  let cluster: Cluster
  let made: Certificates
  beforeAll(async () => {
    made = await createCertificates()
    cluster = await startCluster({
      tls: { ...made.server.valid, clientCa: made.root.certificate },
      hba: `hostssl all ${CERTIFICATE_USER} all cert\nhost all all all scram-sha-256`,
    })
    await cluster.query(`create role ${CERTIFICATE_USER} login`)
  })
  afterAll(() => cluster[Symbol.asyncDispose]())

  const basic = (changes: Record<string, unknown>): Record<string, unknown> => ({
    server: 'localhost',
    port: cluster.port,
    database: cluster.database,
    username: cluster.user,
    password: cluster.password,
    ...changes,
  })

  test.each([
    ['EncryptionMethod=0', false, false, false],
    ['', false, false, false],
    ['EncryptionMethod=1', true, false, false],
    ['EncryptionMethod=1;ValidateServerCertificate=0', true, false, false],
    ['EncryptionMethod=6', true, false, false],
    ['EM=1;VSC=1', true, true, false],
    ['EM=1;VSC=1;HNIC=localhost', true, true, true],
    ['EM=6;VSC=1;HNIC=#SERVERNAME#', true, true, true],
    ['SSLMode=Require', true, true, false],
  ])('keeps what "%s" with its root promises', async (keys, encrypted, chainVerified, nameVerified) => {
    const sslRootCertificate = made.root.certificate.replaceAll('\n', '\\n')
    const params = { ...stringFor(cluster, keys), sslRootCertificate }
    expect(await used(STRING, params)).toMatchObject({ encrypted, chainVerified, nameVerified })
  })

  test('never comes without a check that was asked for', async () => {
    const trusted = made.root.certificate
    const refusals: [Record<string, unknown>, string][] = [
      [{ sslMode: 'Verify Ca' }, 'TLS_UNKNOWN_AUTHORITY'],
      [{ sslMode: 'Verify Ca', sslRootCertificate: made.otherRoot.certificate }, 'TLS_UNKNOWN_AUTHORITY'],
      [
        { sslMode: 'Verify Full', sslRootCertificate: trusted, sslHostName: 'db.example' },
        'TLS_NAME_MISMATCH',
      ],
    ]
    for (const [changes, code] of refusals) {
      const answer = await create(BASIC, basic(changes))
      expect(answer, code).toMatchObject({ status: 400, body: { report: { stage: 'tls', code } } })
    }
    const keys = 'EncryptionMethod=6;ValidateServerCertificate=1'
    expect(await create(STRING, stringFor(cluster, keys))).toMatchObject({
      body: { report: { stage: 'tls' } },
    })
  })

  test('looks up revocation lists', async () => {
    const sslRootCertificate = made.root.certificate
    const checked = basic({ sslMode: 'Verify Full', sslRootCertificate })
    const sslRevocationList = made.revocationLists.current
    expect(await used(BASIC, { ...checked, sslRevocationList })).toMatchObject({ chainVerified: true })
    await cluster.reload({ tls: { ...made.server.revoked, clientCa: made.root.certificate } })
    const answer = await create(BASIC, { ...checked, sslRevocationList })
    expect(answer.body.report).toMatchObject({ stage: 'tls', code: 'TLS_CERTIFICATE_REVOKED' })
    await cluster.reload({ tls: { ...made.server.valid, clientCa: made.root.certificate } })
  })

  test.each(['valid', 'locked', 'lockedOldForm'] as const)(
    'lets a client certificate in without a password: %s',
    async (name) => {
      const { certificate, key } = made.client[name]
      const params = basic({
        username: CERTIFICATE_USER,
        password: undefined,
        sslMode: 'Verify Full',
        sslRootCertificate: made.root.certificate,
        sslCertificate: certificate.replaceAll('\n', ' '),
        sslKey: key.replaceAll('\n', '\\n'),
        ...(name === 'valid' ? {} : { sslPassword: made.client[name].passphrase }),
      })
      expect(await used(BASIC, params)).toMatchObject({ nameVerified: true })
    },
  )

  test('lets a client certificate in from a connection string', async () => {
    const { certificate, key } = made.client.valid
    const { host, port, database } = cluster
    const connectionString =
      `Host=${host};Port=${port};Database=${database};Username=${CERTIFICATE_USER};SSL Mode=VerifyCA;` +
      `Root Certificate='${made.root.certificate}';SSL Certificate='${certificate}';SSL Key="${key}"`
    expect(await used(STRING, { connectionString })).toMatchObject({
      chainVerified: true,
      nameVerified: false,
    })
  })
})
