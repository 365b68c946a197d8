import { hasOpenssl, opensslTitle } from '@headwater/testkit/postgres-lab/authority.ts'
import {
  CERTIFICATE_USER,
  type Certificates,
  createCertificates,
  type ServerCertificateName,
} from '@headwater/testkit/postgres-lab/certificates.ts'
import { type Cluster, startCluster } from '@headwater/testkit/postgres-lab/cluster.ts'
import type { ServerTls } from '@headwater/testkit/postgres-lab/cluster-files.ts'
import { PsqlOracle, psqlPath, psqlTitle } from '@headwater/testkit/postgres-lab/psql.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Approach, type Cell, fillMatrix, renderMatrix } from '#source/postgres/testing/tls-matrix.ts'

/** Which users come in how. There is no line for `stranger`. */
const HBA = `
hostssl   all only_tls   all scram-sha-256
hostnossl all only_plain all scram-sha-256
hostnossl all not_plain  all reject
hostssl   all not_plain  all scram-sha-256
hostssl   all ${CERTIFICATE_USER}    all cert
hostssl   all two_proofs all scram-sha-256 clientcert=verify-ca
host      all headwater   all scram-sha-256
`
const PASSWORD = 'role password'
const USERS = ['only_tls', 'only_plain', 'not_plain', 'stranger', 'two_proofs', CERTIFICATE_USER]

const canRun = psqlPath !== undefined && hasOpenssl
describe.runIf(canRun)(`TLS as libpq has it: ${psqlTitle}, ${opensslTitle}`, () => {
  let certificates: Certificates
  let cluster: Cluster
  let oracle: PsqlOracle
  const seen: Cell[] = []

  beforeAll(async () => {
    certificates = await createCertificates()
    cluster = await startCluster({ hba: HBA })
    oracle = await PsqlOracle.open(psqlPath ?? '')
    for (const user of USERS) await cluster.query(`create role ${user} login password '${PASSWORD}'`)
  })
  afterAll(async () => {
    await oracle[Symbol.asyncDispose]()
    await cluster[Symbol.asyncDispose]()
  })

  async function expectAgreement(
    tls: ServerTls | 'off',
    approaches: Readonly<Record<string, Approach>>,
    server = cluster,
  ): Promise<void> {
    await server.reload({ tls })
    const cells = await fillMatrix(server, oracle, approaches)
    seen.push(...cells)
    const disagreements = cells.filter(({ agree }) => !agree).length
    expect(disagreements, `\n${renderMatrix(cells)}\n`).toBe(0)
  }

  const as = (user: string): Approach => ({ user, password: PASSWORD })

  function byUser(): Record<string, Approach> {
    return {
      'TLS required by a rule': as('only_tls'),
      'plaintext required by a rule': as('only_plain'),
      'plaintext rejected by a rule': as('not_plain'),
      'no rule': as('stranger'),
      'TLS required, wrong password': { ...as('only_tls'), password: 'wrong' },
      'plaintext required, wrong password': { ...as('only_plain'), password: 'wrong' },
      'wrong password': { password: 'wrong' },
    }
  }

  function byAddress(root: string): Record<string, Approach> {
    const addresses = ['localhost', ...cluster.addresses]
    return Object.fromEntries(addresses.map((host) => [`by ${host}`, { host, root }]))
  }

  test('a server without TLS', async () => {
    const root = certificates.root.certificate
    await expectAgreement('off', { 'no root': {}, ...byAddress(root), ...byUser() })
  })

  test('a server with TLS', async () => {
    const root = certificates.root.certificate
    await expectAgreement(certificates.server.valid, {
      'no root': {},
      ...byAddress(root),
      'another root': { root: certificates.otherRoot.certificate },
      'both roots': { root: certificates.otherRoot.certificate + root },
      ...byUser(),
      'TLS required by a rule, root': { ...as('only_tls'), root },
      'plaintext required by a rule, root': { ...as('only_plain'), root },
    })
  })

  test.each<ServerCertificateName>([
    'otherRoot',
    'expired',
    'notYetValid',
    'viaIntermediate',
    'chainMissing',
  ])('a certificate that is %s', async (name) => {
    const root = certificates.root.certificate
    await expectAgreement(certificates.server[name], {
      'no root': {},
      root: { root },
      'intermediate as root': { root: certificates.intermediate.certificate },
    })
  })

  test('a certificate that is selfSigned', async () => {
    const { server, root } = certificates
    await expectAgreement(server.selfSigned, {
      'no root': {},
      root: { root: root.certificate },
      'itself as root': { root: server.selfSigned.certificate },
      'TLS required by a rule, root': { ...as('only_tls'), root: root.certificate },
      'plaintext required by a rule, root': { ...as('only_plain'), root: root.certificate },
    })
  })

  test.each<ServerCertificateName>([
    'wrongName',
    'addressOnly',
    'addressAsName',
    'commonName',
    'commonNameAddress',
    'commonNameBesideAddress',
  ])('a certificate with names: %s', async (name) => {
    const root = certificates.root.certificate
    await expectAgreement(certificates.server[name], byAddress(root))
  })

  test.each<[ServerCertificateName, string[]]>([
    ['wildcard', ['db', 'DB', 'a.db', '']],
    ['partialWildcard', ['db', 'd']],
  ])('a certificate with a %s', async (name, labels) => {
    const root = certificates.root.certificate
    const hosts = [...labels.map((label) => `${label}.headwater.test`), 'headwater.test', '127.0.0.1']
    const rows = hosts.map((host) => [host, { host, address: '127.0.0.1', root }])
    await expectAgreement(certificates.server[name], Object.fromEntries(rows))
  })

  test('revocation lists', async () => {
    const root = certificates.root.certificate
    const { current, expired, otherRoot } = certificates.revocationLists
    await expectAgreement(certificates.server.valid, {
      'current list': { root, crl: current },
      'expired list': { root, crl: expired },
      'list of another authority': { root, crl: otherRoot },
      'both lists': { root, crl: otherRoot + current },
      'current list, no root': { crl: current },
    })
  })

  test('a certificate that is revoked', async () => {
    const root = certificates.root.certificate
    const { current, empty, otherRoot } = certificates.revocationLists
    await expectAgreement(certificates.server.revoked, {
      'no list': { root },
      'empty list': { root, crl: empty },
      'current list': { root, crl: current },
      'both lists': { root, crl: otherRoot + current },
      'current list, no root': { crl: current },
    })
  })

  test('a chain of which each link has a revocation list, or not', async () => {
    const root = certificates.root.certificate
    const { current, intermediate } = certificates.revocationLists
    await expectAgreement(certificates.server.viaIntermediate, {
      'list of the root only': { root, crl: current },
      'list of the intermediate only': { root, crl: intermediate },
      'all lists': { root, crl: current + intermediate },
    })
  })

  // TLS 1.2 checks a client within the handshake, TLS 1.3 after it.
  test.each(['TLSv1.2', 'TLSv1.3'])('certificates of clients, %s', async (version) => {
    const { root, client, revocationLists, server } = certificates
    await cluster.reload({ settings: { ssl_max_protocol_version: version } })
    const asked = Object.entries({ no: undefined, ...client }).map(([name, own]) => [
      `${name} certificate`,
      { ...as(CERTIFICATE_USER), root: root.certificate, client: own },
    ])
    const { valid, wrongName, otherRoot, expired } = client
    const tls = { ...server.valid, clientCa: root.certificate, clientCrl: revocationLists.current }
    await expectAgreement(tls, {
      ...Object.fromEntries(asked),
      'a password and no certificate': { ...as('two_proofs'), root: root.certificate },
      'a password and a certificate': { ...as('two_proofs'), root: root.certificate, client: wrongName },
      'a certificate that is not needed': { root: root.certificate, client: valid },
      'a certificate that is not needed, no root': { client: valid },
      'a bad certificate that is not needed': { root: root.certificate, client: otherRoot },
      'an expired certificate that is not needed': { root: root.certificate, client: expired },
    })
  })

  // What is bound to is a digest of the certificate, and which one depends on how that is signed.
  test.each<ServerCertificateName>(['valid', 'rsa', 'ecSha384'])(
    'channel binding, a certificate that is %s',
    async (name) => {
      await expectAgreement(certificates.server[name], {
        'no binding': { channelBinding: 'disable' },
        'binding where it can be': { channelBinding: 'prefer' },
        'binding or nothing': { channelBinding: 'require' },
      })
    },
  )

  // PostgreSQL itself finds no digest for such a signature: bound logins fail, whoever logs in.
  test('a certificate that is ed25519, without channel binding', async () => {
    await expectAgreement(certificates.server.ed25519, { 'no binding': { channelBinding: 'disable' } })
  })

  // The server of npm has an OpenSSL that still speaks it.
  test('a server that speaks an old version of TLS only', async () => {
    const settings = { ssl_min_protocol_version: 'TLSv1', ssl_max_protocol_version: 'TLSv1.1' }
    await using old = await startCluster({ origin: 'npm', settings })
    const root = certificates.root.certificate
    await expectAgreement(certificates.server.valid, { 'no root': {}, root: { root } }, old)
  })

  test('every kind of outcome was among them', () => {
    const outcomes = new Set(seen.map(({ psql }) => psql))
    for (const outcome of ['plaintext', 'TLS', 'TLS+chain', 'TLS+chain+name', 'distrust', 'name', 'rule']) {
      expect(outcomes).toContain(outcome)
    }
  })
})
