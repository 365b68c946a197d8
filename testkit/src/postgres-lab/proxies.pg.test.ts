import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hasOpenssl, opensslTitle } from './authority.ts'
import { type Certificates, createCertificates } from './certificates.ts'
import { type Cluster, startCluster } from './cluster.ts'
import { recordingProxy, rewritingProxy, tlsInterceptor } from './proxies.ts'
import type { WireServer } from './wire-servers.ts'

let cluster: Cluster
beforeAll(async () => {
  cluster = await startCluster()
})
afterAll(() => cluster[Symbol.asyncDispose]())

/** What of the driver's client its types leave out. */
interface Reporting {
  readonly connection: {
    on(event: 'parameterStatus', listener: (status: ParameterStatus) => void): void
  }
}

interface ParameterStatus {
  readonly parameterName: string
  readonly parameterValue: string
}

async function query(
  at: WireServer,
  sql: string,
  ssl: pg.ClientConfig['ssl'] = false,
  reported = new Map<string, string>(),
): Promise<unknown[]> {
  const { user, password, database } = cluster
  const client = new pg.Client({ host: at.host, port: at.port, user, password, database, ssl })
  const { connection } = client as unknown as Reporting
  connection.on('parameterStatus', ({ parameterName, parameterValue }) => {
    reported.set(parameterName, parameterValue)
  })
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows
  } finally {
    await client.end()
  }
}

test('a recording proxy passes on and keeps both sides', async () => {
  await using proxy = await recordingProxy(cluster)
  expect(await query(proxy, "select 'ans' || 'wer' as said")).toEqual([{ said: 'answer' }])
  expect(proxy.fromClient().includes("select 'ans' || 'wer'")).toBe(true)
  expect(proxy.fromServer().includes('answer')).toBe(true)
})

test('it passes on what a server says last', async () => {
  await using proxy = await recordingProxy(cluster)
  await cluster.reload({ hba: 'host all all all reject' })
  await expect(query(proxy, 'select 1')).rejects.toMatchObject({ code: '28000' })
  await cluster.reload({ hba: 'host all all all scram-sha-256' })
})

test('a rewriting proxy changes what the server reports, and nothing else', async () => {
  await using proxy = await rewritingProxy(cluster, { server_version: '9.6.24' })
  const reported = new Map<string, string>()
  const [row] = await query(
    proxy,
    "select string_agg(n::text, ',') as all from generate_series(1, 20000) n",
    false,
    reported,
  )
  expect((row as { all: string }).all).toHaveLength(108_893)
  expect(reported.get('server_version')).toBe('9.6.24')
  expect(reported.get('server_encoding')).toBe('UTF8')
})

describe.runIf(hasOpenssl)(`with ${opensslTitle}`, () => {
  let certificates: Certificates
  beforeAll(async () => {
    certificates = await createCertificates()
    await cluster.reload({ tls: certificates.server.valid })
  })

  test('a man in the middle reads what is encrypted on both sides of him', async () => {
    await using middle = await tlsInterceptor(cluster, certificates.server.otherRoot)
    const sql = 'select ssl from pg_stat_ssl where pid = pg_backend_pid()'
    expect(await query(middle, sql, { rejectUnauthorized: false })).toEqual([{ ssl: true }])
    expect(middle.fromClient().includes(sql)).toBe(true)
    const verifying = { ca: certificates.root.certificate }
    await expect(query(middle, sql, verifying)).rejects.toThrow('certificate')
  })

  test('a recorder of the same session reads nothing', async () => {
    await using proxy = await recordingProxy(cluster)
    await query(proxy, 'select 1', { ca: certificates.root.certificate })
    expect(proxy.fromClient().includes('select 1')).toBe(false)
  })
})
