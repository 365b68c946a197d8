import { meddlingProxy } from '@headwater/testkit/postgres-lab/meddling-proxy.ts'
import { recordingProxy } from '@headwater/testkit/postgres-lab/proxies.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ConnectionTarget } from '#source/postgres/params/connection-target.ts'
import { diagnoseConnection } from './diagnose-connection.ts'
import type { Diagnosis } from './diagnosis.ts'
import { testConnection } from './test-connection.ts'
import { FaultLab, type TargetOptions, targetAt } from './testing/fault-lab.ts'
import { runAll } from './testing/fault-sources.ts'

let lab: FaultLab
beforeAll(() => {
  lab = new FaultLab()
})
afterAll(() => lab[Symbol.asyncDispose]())

const codes = (diagnosis: Diagnosis): string[] => diagnosis.findings.map(({ code }) => code)

async function roomy(options: TargetOptions = {}): Promise<ConnectionTarget> {
  return targetAt(await lab.roomy(), options)
}

/** Sessions of these roles are gone. */
async function expectNoSessions(...roles: readonly string[]): Promise<void> {
  const cluster = await lab.roomy()
  const sql = 'select usename, query from pg_stat_activity where usename = any($1)'
  await expect.poll(async () => (await cluster.query(sql, [roles])).rows, { timeout: 5_000 }).toEqual([])
}

describe('a source with which nothing is wrong', () => {
  test('everything is told', async () => {
    const cluster = await lab.narrow()
    const diagnosis = await diagnoseConnection(targetAt(cluster))
    expect(diagnosis).toEqual({
      ok: true,
      code: 'OK',
      stage: 'settings',
      message: 'The source can be reached and read.',
      remedy: undefined,
      findings: [expect.objectContaining({ severity: 'notice', code: 'NOT_ENCRYPTED' })],
      missingRights: [],
      tls: {
        mode: 'disable',
        verifyChain: false,
        verifyName: false,
        roots: 'none',
        clientCertificate: false,
        allowDowngrade: true,
        used: { encrypted: false, chainVerified: false, nameVerified: false, channelBound: false },
      },
      server: {
        version: cluster.version,
        timeZone: 'UTC',
        encoding: 'UTF8',
        isStandby: false,
        pooler: 'none',
        maxConnections: 8,
      },
      canReadInParallel: { isPossible: true, reasons: [] },
      canCaptureChanges: { isPossible: true, reasons: [] },
      failedAttempts: [],
      warnings: [],
      elapsedMs: expect.any(Number),
    })
  })

  test('the short test says the same in short', async () => {
    const cluster = await lab.narrow()
    expect(await testConnection(targetAt(cluster))).toEqual({
      ok: true,
      serverVersion: cluster.version,
      tls: { isEncrypted: false, isChainVerified: false, isNameVerified: false },
    })
    expect(await testConnection(targetAt(cluster, { password: 'wrong' }))).toMatchObject({
      ok: false,
      code: 'PASSWORD_REFUSED',
      stage: 'authenticate',
    })
  })

  test('settings are those of the user, not those that we read with', async () => {
    const cluster = await lab.roomy()
    await runAll(cluster, 'shop', [
      "alter role reader in database shop set timezone = 'Asia/Kolkata'",
      "alter role reader in database shop set statement_timeout = '45s'",
    ])
    const diagnosis = await diagnoseConnection(await roomy())
    expect(diagnosis.server?.timeZone).toBe('Asia/Kolkata')
    expect(diagnosis.findings[0]?.message).toContain('45000 ms')
    await runAll(cluster, 'shop', ['alter role reader in database shop reset all'])
  })

  test('a role whose statements may take a millisecond is let be', async () => {
    const target = await roomy({ user: 'tiny' })
    for (let round = 0; round < 20; round += 1) {
      const diagnosis = await diagnoseConnection(target)
      expect(diagnosis).toMatchObject({ ok: true, code: 'OK' })
      expect(codes(diagnosis)).toEqual(['STATEMENT_TIMEOUT_SHORT', 'NOT_ENCRYPTED'])
    }
  })

  test('a name is reached on whichever of its addresses answers', async () => {
    await using only4 = await recordingProxy(await lab.roomy())
    expect(await diagnoseConnection(targetAt({ ...only4, host: 'localhost' }))).toMatchObject({ ok: true })
  })

  test('a name whose addresses all refuse is told with them', async () => {
    const { message, code } = await diagnoseConnection(targetAt({ host: 'localhost', port: 1 }))
    expect({ code, message }).toMatchObject({
      code: 'CONNECTION_REFUSED',
      message: expect.stringMatching(/localhost:1 \(.*127\.0\.0\.1.*\)\.$/),
    })
  })
})

describe('rights', () => {
  test.each(['clerk', 'doorless', 'columnist', 'outsider'])(
    'what %s lacks is given by the statements',
    async (user) => {
      const cluster = await lab.roomy()
      const database = user === 'clerk' ? 'shop' : 'office'
      const target = await roomy({ user, database })
      const before = await diagnoseConnection(target)
      expect(before.missingRights.length).toBeGreaterThan(0)
      const statements = before.missingRights.map(({ statement }) => statement)
      await runAll(cluster, database, ['begin', ...statements, 'commit'])
      const after = await diagnoseConnection(target)
      expect({ ...after, elapsedMs: 0 }).toMatchObject({ code: 'OK', missingRights: [] })
    },
  )

  test('all three of forty tables are named, each with its statement', async () => {
    const cluster = await lab.roomy()
    await runAll(cluster, 'shop', ['revoke select on item_07, item_23, item_40 from clerk'])
    const { missingRights } = await diagnoseConnection(await roomy({ user: 'clerk' }))
    expect(missingRights).toEqual(
      ['item_07', 'item_23', 'item_40'].map((name) => ({
        privilege: 'SELECT',
        kind: 'relation',
        object: `public.${name}`,
        statement: `GRANT SELECT ON "public"."${name}" TO "clerk";`,
      })),
    )
  })
})

describe('a rented server', () => {
  test.each([
    ['rds.logical_replication', 'Set rds.logical_replication = 1', 'Run GRANT rds_replication TO "reader".'],
    [
      'cloudsql.logical_decoding',
      'Set the flag cloudsql.logical_decoding = on',
      'Run ALTER ROLE "reader" REPLICATION.',
    ],
    [
      'azure.extensions',
      'Set the server parameter wal_level = logical',
      'Run ALTER ROLE "reader" REPLICATION.',
    ],
  ])('with %s has remedies of its own', async (setting, forLevel, forRole) => {
    const cluster = await lab.roomy()
    await runAll(cluster, 'postgres', [`alter role reader set "${setting}" = '0'`])
    const { canCaptureChanges } = await diagnoseConnection(await roomy())
    await runAll(cluster, 'postgres', ['alter role reader reset all'])
    const remedies = canCaptureChanges?.reasons.map(({ remedy }) => remedy) ?? []
    expect(remedies[0]).toContain(forLevel)
    expect(remedies).toContain(forRole)
  })
})

describe('a session that ends in the middle', () => {
  const QUESTIONS = [
    'set_config',
    'as backend_pid',
    'as without_usage',
    'hidden_columns',
    'row_security_active',
    'pg_export_snapshot',
    'set transaction snapshot',
    'pg_replication_slots',
  ]
  test.each(QUESTIONS)('before it is asked: %s', async (question) => {
    const cluster = await lab.roomy()
    await using proxy = await meddlingProxy(cluster, question, async ({ serverPid }) => {
      await cluster.query('select pg_terminate_backend($1)', [serverPid])
      return undefined
    })
    const diagnosis = await diagnoseConnection(targetAt(proxy))
    if (question === 'set transaction snapshot') {
      expect(diagnosis.canReadInParallel).toMatchObject({ isPossible: false })
    } else {
      expect(codes(diagnosis)[0]).toBe('SESSION_TERMINATED')
      expect(diagnosis.ok).toBe(false)
    }
    await expectNoSessions('reader')
  })

  test.each(QUESTIONS)('without a word: %s', async (question) => {
    await using proxy = await meddlingProxy(await lab.roomy(), question, async ({ client }) => {
      client.destroy()
      return undefined
    })
    const diagnosis = await diagnoseConnection(targetAt(proxy))
    expect(diagnosis.ok).toBe(question === 'set transaction snapshot')
    await expectNoSessions('reader')
  })

  test('what comes after a check that does not end is unfinished as well', async () => {
    await using proxy = await meddlingProxy(await lab.roomy(), 'as without_usage', async () => undefined)
    const diagnosis = await diagnoseConnection(targetAt(proxy))
    expect(codes(diagnosis)).toEqual([
      'CHECK_UNFINISHED',
      'CHECK_UNFINISHED',
      'CHECK_UNFINISHED',
      'NOT_ENCRYPTED',
    ])
    expect(diagnosis).toMatchObject({ ok: true, code: 'CHECK_UNFINISHED', server: { encoding: 'UTF8' } })
    await expectNoSessions('reader')
  })
})

test('who has asked may hang up', async () => {
  const controller = new AbortController()
  const gone = new Error('gone')
  await using proxy = await meddlingProxy(await lab.roomy(), 'as without_usage', async () => {
    controller.abort(gone)
    return undefined
  })
  await expect(diagnoseConnection(targetAt(proxy), { signal: controller.signal })).rejects.toBe(gone)
  await expect(diagnoseConnection(targetAt(proxy), { signal: AbortSignal.abort(gone) })).rejects.toBe(gone)
  await expectNoSessions('reader')
})
