import { hasOpenssl, opensslTitle } from '@headwater/testkit/postgres-lab/authority.ts'
import { type Certificates, createCertificates } from '@headwater/testkit/postgres-lab/certificates.ts'
import { type Cluster, startCluster } from '@headwater/testkit/postgres-lab/cluster.ts'
import { recordingProxy } from '@headwater/testkit/postgres-lab/proxies.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ConnectionTarget } from '#source/postgres/params/connection-target.ts'
import { planTls } from '#source/postgres/params/tls-plan.ts'
import { targetOf } from '#source/postgres/testing/test-source.ts'
import { openSession } from './session.ts'

/** The first byte of a TLS record that carries a handshake. */
const HANDSHAKE = 0x16

describe.runIf(hasOpenssl)(`TLS without asking first, with ${opensslTitle}`, () => {
  let certificates: Certificates
  let newest: Cluster
  beforeAll(async () => {
    certificates = await createCertificates()
    // The newest one is that of npm, which knows how.
    newest = await startCluster({ origin: 'npm', tls: certificates.server.valid })
  })
  afterAll(() => newest[Symbol.asyncDispose]())

  const direct = (at: { readonly host: string; readonly port: number }): ConnectionTarget => {
    const { user, password, database } = newest
    const ca = certificates.root.certificate
    return {
      ...targetOf({ host: at.host, port: at.port, user, password, database }),
      tls: planTls('verify-full', { ca, negotiation: 'direct' }),
      connectTimeoutMs: 5_000,
    }
  }

  test('the handshake is the first thing on the wire, and the session is a whole one', async () => {
    await using recorder = await recordingProxy(newest)
    await using session = await openSession(direct(recorder))
    const sql = 'select ssl from pg_stat_ssl where pid = pg_backend_pid()'
    expect(await session.query(sql)).toEqual([{ ssl: true }])
    expect(session.tlsSocket?.alpnProtocol).toBe('postgresql')
    expect(session.loginMethod).toBe('scram-sha-256-plus')
    expect(recorder.fromClient()[0]).toBe(HANDSHAKE)
  })

  test('the certificate is checked as ever', async () => {
    await newest.reload({ tls: certificates.server.otherRoot })
    await expect(openSession(direct(newest))).rejects.toMatchObject({ code: 'TLS_UNKNOWN_AUTHORITY' })
    await newest.reload({ tls: certificates.server.valid })
  })

  test('a server without TLS, or of an older version, is told from one that breaks off', async () => {
    const refused = { code: 'TLS_DIRECT_UNSUPPORTED', stage: 'tls' }
    await newest.reload({ tls: 'off' })
    await expect(openSession(direct(newest))).rejects.toMatchObject(refused)
    await newest.reload({ tls: certificates.server.valid })
    await using installed = await startCluster({ tls: certificates.server.valid })
    if (installed.major < 17) await expect(openSession(direct(installed))).rejects.toMatchObject(refused)
  })
})
