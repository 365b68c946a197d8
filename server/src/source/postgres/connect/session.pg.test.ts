import {
  hasOpenssl,
  issueCertificate,
  type KeyPair,
  opensslTitle,
} from '@headwater/testkit/postgres-lab/authority.ts'
import { type Cluster, startCluster } from '@headwater/testkit/postgres-lab/cluster.ts'
import { freePort, serveHangUp, serveSilence } from '@headwater/testkit/postgres-lab/wire-servers.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { testConnection } from '#source/postgres/doctor/test-connection.ts'
import { SourceError } from '#source/postgres/failures/source-error.ts'
import { type ConnectionTarget, parseConnectionTarget } from '#source/postgres/params/connection-target.ts'
import { copyAll, createTestSource, type TestSource, targetOf } from '#source/postgres/testing/test-source.ts'
import { openSession } from './session.ts'

let source: TestSource
beforeAll(async () => {
  source = await createTestSource()
})
afterAll(() => source[Symbol.asyncDispose]())

describe('a server without TLS', () => {
  test.each(['disable', 'allow', 'prefer'])('%s connects in plaintext', async (sslMode) => {
    const result = await testConnection(targetOf(source.database, { sslMode }))
    expect(result).toMatchObject({ ok: true, tls: { isEncrypted: false, isChainVerified: false } })
    expect(result.serverVersion).toMatch(/^\d+\.\d+$/)
  })

  test.each(['require', 'verify-ca', 'verify-full'])('%s is refused', async (sslMode) => {
    const result = await testConnection(targetOf(source.database, { sslMode }))
    expect(result).toMatchObject({ ok: false, code: 'TLS_NOT_OFFERED', stage: 'tls' })
  })
})

const HBA = `
hostssl   all only_tls   all scram-sha-256
hostnossl all only_plain all scram-sha-256
host      all headwater  all scram-sha-256
`

describe.runIf(hasOpenssl)(`a server with TLS, with ${opensslTitle}`, () => {
  let root: KeyPair
  let tlsServer: Cluster
  beforeAll(async () => {
    root = await issueCertificate({ commonName: 'test root', isAuthority: true })
    const names = ['DNS:localhost']
    const tls = await issueCertificate({ commonName: 'localhost', names, issuer: root })
    tlsServer = await startCluster({ hba: HBA, tls })
    await tlsServer.query(`
      create role only_tls login password 'secret';
      create role only_plain login password 'secret'`)
  })
  afterAll(() => tlsServer[Symbol.asyncDispose]())

  const outcome = async (params: Record<string, unknown>): Promise<unknown> => {
    const target = targetOf(tlsServer, { server: 'localhost', ...params })
    const { ok, code, tls } = await testConnection(target)
    return ok ? tls : code
  }
  const as = (username: string): Record<string, unknown> => ({ username, password: 'secret' })
  const plain = { isEncrypted: false, isChainVerified: false, isNameVerified: false }
  const encrypted = { isEncrypted: true, isChainVerified: false, isNameVerified: false }

  test.each([
    ['disable', plain],
    ['allow', plain],
    ['prefer', encrypted],
    ['require', encrypted],
    ['verify-ca', 'TLS_UNKNOWN_AUTHORITY'],
    ['verify-full', 'TLS_UNKNOWN_AUTHORITY'],
  ])('%s without its root', async (sslMode, expected) => {
    expect(await outcome({ sslMode })).toEqual(expected)
  })

  test('with its root the chain and the name are checked', async () => {
    const sslRootCertificate = root.certificate
    const chain = { ...encrypted, isChainVerified: true }
    expect(await outcome({ sslMode: 'verify-ca', sslRootCertificate })).toEqual(chain)
    expect(await outcome({ sslMode: 'verify-ca', server: '127.0.0.1', sslRootCertificate })).toEqual(chain)
    const full = { ...chain, isNameVerified: true }
    expect(await outcome({ sslMode: 'verify-full', sslRootCertificate })).toEqual(full)
    const byAddress = await outcome({ sslMode: 'verify-full', server: '127.0.0.1', sslRootCertificate })
    expect(byAddress).toBe('TLS_NAME_MISMATCH')
  })

  test('HostNameInCertificate is the name that counts', async () => {
    const connect = (name: string): Promise<unknown> => {
      const text = `Server=127.0.0.1;Port=${tlsServer.port};Database=postgres;
        UID=headwater;Password=${tlsServer.password};
        EncryptionMethod=1;ValidateServerCertificate=1;HostNameInCertificate=${name};
        RootCertificate='${root.certificate}'`
      return testConnection(
        parseConnectionTarget('Connection String Based Authentication', { connectionString: text }),
      )
    }
    expect(await connect('localhost')).toMatchObject({ ok: true, tls: { isNameVerified: true } })
    expect(await connect('db.example.com')).toMatchObject({
      code: 'TLS_NAME_MISMATCH',
      stage: 'tls',
    })
  })

  test('a rule that lets in the other kind only is met by allow and prefer', async () => {
    expect(await outcome({ ...as('only_tls'), sslMode: 'allow' })).toEqual(encrypted)
    expect(await outcome({ ...as('only_plain'), sslMode: 'prefer' })).toEqual(plain)
    expect(await outcome({ ...as('only_tls'), sslMode: 'disable' })).toBe('TLS_REQUIRED_BY_SERVER')
    expect(await outcome({ ...as('only_plain'), sslMode: 'require' })).toBe('TLS_FORBIDDEN_BY_SERVER')
  })

  test('a checked certificate that fails never leads to plaintext', async () => {
    const text = `Server=localhost;Port=${tlsServer.port};Database=postgres;
      UID=headwater;Password=${tlsServer.password};
      EncryptionMethod=6;ValidateServerCertificate=1`
    const target = parseConnectionTarget('Connection String Based Authentication', { connectionString: text })
    expect(await testConnection(target)).toMatchObject({ ok: false, code: 'TLS_UNKNOWN_AUTHORITY' })
  })

  test('a wrong password is reported as such whatever was tried', async () => {
    for (const sslMode of ['disable', 'allow', 'prefer', 'require']) {
      expect(await outcome({ sslMode, password: 'wrong' })).toBe('PASSWORD_REFUSED')
    }
    expect(await outcome({ username: 'only_tls', sslMode: 'prefer', password: 'wrong' })).toBe(
      'PASSWORD_REFUSED',
    )
  })

  test('a copy over TLS gives the same rows', async () => {
    const target = targetOf(tlsServer, { sslMode: 'require' })
    await using session = await openSession(target)
    await session.query(
      "create table big as select i, repeat('x', i % 700) as v from generate_series(1, 20000) i",
    )
    const remote: TestSource = { ...source, target, session }
    const { ring, rowCount } = await copyAll(remote, 'public.big')
    expect(rowCount).toBe(20_000)
    expect(ring.rows.every(([i, v]) => String(v).length === Number(i) % 700)).toBe(true)
  })
})

describe('what goes wrong on the way', () => {
  const fails = async (changes: Record<string, unknown>): Promise<SourceError> => {
    const error = await openSession(targetOf(source.database, changes)).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(SourceError)
    expect((error as SourceError).remedy).toMatch(/^[A-Z].*\.$/)
    return error as SourceError
  }

  test('wrong password', async () => {
    const error = await fails({ password: 'not-the-secret' })
    expect(error).toMatchObject({ code: 'PASSWORD_REFUSED', sqlState: '28P01', stage: 'authenticate' })
    expect(error.message).toContain(source.database.user)
    expect(`${error.message} ${error.remedy}`).not.toContain('not-the-secret')
  })

  test('unknown database', async () => {
    const error = await fails({ database: 'no such "db"' })
    expect(error).toMatchObject({ code: 'DATABASE_NOT_FOUND', stage: 'database' })
    expect(error.message).toContain('no such "db"')
  })

  test('nobody listens', async () => {
    const port = await freePort()
    expect(await fails({ port })).toMatchObject({ code: 'CONNECTION_REFUSED', stage: 'dial' })
  })

  test('unknown host', async () => {
    const error = await fails({ server: 'no-such-host.invalid', sslMode: 'prefer' })
    expect(['HOST_NOT_FOUND', 'DNS_UNAVAILABLE']).toContain(error.code)
    expect(error.stage).toBe('resolve')
    expect(error.message).toContain('no-such-host.invalid')
  })

  test('a server that accepts and says nothing is given up', async () => {
    await using silent = await serveSilence()
    const { port } = silent
    for (const sslMode of ['disable', 'prefer']) {
      expect(await fails({ port, sslMode, connectionTimeout: 0.2 })).toMatchObject({ code: 'SERVER_SILENT' })
    }
  })

  test('a server that hangs up is not mistaken for one without TLS', async () => {
    await using rude = await serveHangUp()
    const { port } = rude
    expect(await fails({ port, sslMode: 'require' })).toMatchObject({ code: 'CONNECTION_CLOSED' })
    expect(await fails({ port, sslMode: 'disable' })).toMatchObject({ code: 'CONNECTION_CLOSED' })
  })

  test('aborting a session cancels its statement on the server', async () => {
    const controller = new AbortController()
    const target: ConnectionTarget = source.target
    await using session = await openSession(target, {
      signal: controller.signal,
      applicationName: 'to be aborted',
    })
    const sleeping = session.query('select pg_sleep(60)')
    const running =
      "select count(*)::int as n from pg_stat_activity where application_name = 'to be aborted' and state = 'active'"
    await expect.poll(async () => (await source.database.query<{ n: number }>(running)).rows[0]?.n).toBe(1)
    controller.abort(new Error('enough'))
    await expect(sleeping).rejects.toThrow('enough')
    await expect.poll(async () => (await source.database.query<{ n: number }>(running)).rows[0]?.n).toBe(0)
  })

  test('a statement that fails says so in the words of the server', async () => {
    await expect(source.session.query('select 1/0')).rejects.toMatchObject({ code: '22012', stage: 'query' })
    await using reader = await openSession(source.target, { readOnly: true })
    await expect(reader.query('create table x ()')).rejects.toMatchObject({ code: '25006' })
  })
})
