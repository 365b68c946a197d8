import { createHash } from 'node:crypto'
import { hasOpenssl, opensslTitle } from '@headwater/testkit/postgres-lab/authority.ts'
import { type Certificates, createCertificates } from '@headwater/testkit/postgres-lab/certificates.ts'
import { type Cluster, startCluster } from '@headwater/testkit/postgres-lab/cluster.ts'
import { recordingProxy, tlsInterceptor, type WireProxy } from '@headwater/testkit/postgres-lab/proxies.ts'
import {
  errorResponse,
  PASSWORD_REQUEST,
  SSL_REQUEST,
} from '@headwater/testkit/postgres-lab/wire-messages.ts'
import { serveAnswer, serveInjection } from '@headwater/testkit/postgres-lab/wire-servers.ts'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { ConnectionTarget } from '#source/postgres/params/connection-target.ts'
import { planTls, type TlsMode, type TlsPlanExtras } from '#source/postgres/params/tls-plan.ts'
import { targetOf } from '#source/postgres/testing/test-source.ts'
import { openSession, type Session } from './session.ts'

const PASSWORD = 'never-in-clear-text'
const HBA = `
host all by_password all password
host all by_md5      all md5
host all by_scram    all scram-sha-256
`
const USERS = ['by_password', 'by_md5', 'by_scram'] as const
type User = (typeof USERS)[number]

interface Place {
  readonly host: string
  readonly port: number
}

describe.runIf(hasOpenssl)(`what travels in clear text, with ${opensslTitle}`, () => {
  let certificates: Certificates
  let cluster: Cluster
  beforeAll(async () => {
    certificates = await createCertificates()
    cluster = await startCluster({ hba: HBA })
    for (const user of USERS) {
      const encryption = user === 'by_md5' ? 'md5' : 'scram-sha-256'
      await cluster.query(`
        set password_encryption = '${encryption}'; create role ${user} login password '${PASSWORD}'`)
    }
  })
  beforeEach(() => cluster.reload({ tls: certificates.server.valid }))
  afterAll(() => cluster[Symbol.asyncDispose]())

  function target(
    at: Place,
    user: User,
    mode: TlsMode,
    extras: TlsPlanExtras = { ca: certificates.root.certificate },
  ): ConnectionTarget {
    const { database } = cluster
    const plain = targetOf({ host: at.host, port: at.port, database, user, password: PASSWORD })
    return { ...plain, tls: planTls(mode, extras), connectTimeoutMs: 5_000 }
  }

  const use = async (session: Promise<Session>): Promise<Session> => {
    await using opened = await session
    await opened.query('select 1')
    return opened
  }
  const codeOf = (session: Promise<Session>): Promise<string> =>
    use(session).then(
      () => 'connected',
      (error: { code?: string }) => error.code ?? String(error),
    )

  /** The two forms in which a password may be read, or guessed, from a recording. */
  function leaks(proxy: WireProxy, user: User): string[] {
    const sent = proxy.fromClient().toString('latin1')
    const inner = createHash('md5')
      .update(PASSWORD + user)
      .digest('hex')
    const salted = createHash('md5').update(inner).update(md5Salt(proxy.fromServer())).digest('hex')
    return Object.entries({
      password: PASSWORD,
      md5: `md5${salted}`,
      anyMd5: /md5[0-9a-f]{32}/.exec(sent)?.[0],
      user,
    })
      .filter(([, text]) => text !== undefined && sent.includes(text))
      .map(([name]) => name)
  }

  test.each<[User, string[]]>([
    ['by_password', ['password', 'user']],
    ['by_md5', ['md5', 'anyMd5', 'user']],
    ['by_scram', ['user']],
  ])('the recorder sees what a session in plaintext gives away: %s', async (user, expected) => {
    await using recorder = await recordingProxy(cluster)
    expect(await codeOf(openSession(target(recorder, user, 'disable')))).toBe('connected')
    expect(leaks(recorder, user)).toEqual(expected)
  })

  test.each(USERS)('from "require" on it sees nothing, whatever the server does: %s', async (user) => {
    for (const tls of [certificates.server.valid, certificates.server.otherRoot, 'off'] as const) {
      await cluster.reload({ tls })
      for (const mode of ['require', 'verify-ca', 'verify-full'] as const) {
        await using recorder = await recordingProxy(cluster)
        const code = await codeOf(openSession(target(recorder, user, mode)))
        expect(code === 'connected').toBe(tls === certificates.server.valid)
        expect(leaks(recorder, user)).toEqual([])
      }
    }
  })

  test.each<TlsMode>(['require', 'verify-ca', 'verify-full'])(
    '%s: a "no" to TLS that somebody on the way has made up is the end',
    async (mode) => {
      await using liar = await serveAnswer(Buffer.from('N'))
      expect(await codeOf(openSession(target(liar, 'by_password', mode)))).toBe('TLS_NOT_OFFERED')
      expect(liar.received()).toEqual([SSL_REQUEST])
    },
  )

  test.each<TlsMode>(['prefer', 'require', 'verify-full'])(
    '%s: bytes before the handshake are the end, and nothing is sent after them',
    async (mode) => {
      for (const injected of [PASSWORD_REQUEST, errorResponse('28000', 'try again in plaintext')]) {
        await using attacker = await serveInjection(injected)
        const code = await codeOf(openSession(target(attacker, 'by_password', mode)))
        expect(code).toBe('TLS_INJECTED_BYTES')
        expect(attacker.received()).toEqual([SSL_REQUEST])
      }
    },
  )

  test('every way of login works in plaintext and over TLS', async () => {
    const methods: Record<string, string[]> = {}
    for (const user of USERS) {
      const sessions = (['disable', 'require'] as const).map((mode) =>
        use(openSession(target(cluster, user, mode))),
      )
      methods[user] = (await Promise.all(sessions)).map(({ loginMethod }) => loginMethod)
    }
    expect(methods).toEqual({
      by_password: ['password', 'password'],
      by_md5: ['md5', 'md5'],
      by_scram: ['scram-sha-256', 'scram-sha-256-plus'],
    })
  })

  test('a wrong password is told as such by every way of login', async () => {
    for (const user of USERS) {
      const wrong = { ...target(cluster, user, 'require'), password: 'wrong' }
      expect(await codeOf(openSession(wrong))).toBe('PASSWORD_REFUSED')
    }
  })

  test('passwords beyond ASCII are prepared as the server prepares them', async () => {
    // A no-break space is a space, and a soft hyphen nothing, to SASLprep; the last one it leaves alone.
    for (const password of ['pässwörd', 'a\u00a0b', 'so\u00adft', '\u2168', '\u0221']) {
      await cluster.query(`alter role by_scram password '${password}'`)
      const own = { ...target(cluster, 'by_scram', 'require'), password }
      expect([password, await codeOf(openSession(own))]).toEqual([password, 'connected'])
    }
    await cluster.query(`alter role by_scram password '${PASSWORD}'`)
  })

  describe('a man in the middle, of whom "require" knows nothing', () => {
    const mechanisms = (middle: WireProxy): string[] =>
      middle
        .fromClient()
        .toString('latin1')
        .match(/SCRAM-SHA-256(-PLUS)?(?=\0)/g) ?? []

    test('can not pass on a login that is bound to the channel', async () => {
      await using middle = await tlsInterceptor(cluster, certificates.server.otherRoot)
      const code = await codeOf(openSession(target(middle, 'by_scram', 'require', {})))
      expect(code).toBe('CHANNEL_BINDING_FAILED')
      expect(mechanisms(middle)).toEqual(['SCRAM-SHA-256-PLUS'])
    })

    test('would get through without it', async () => {
      await using middle = await tlsInterceptor(cluster, certificates.server.otherRoot)
      const extras = { channelBinding: 'disable' } as const
      expect(await codeOf(openSession(target(middle, 'by_scram', 'require', extras)))).toBe('connected')
      expect(mechanisms(middle)).toEqual(['SCRAM-SHA-256'])
    })

    test.each(['by_password', 'by_md5'] as const)(
      'gets no password that was to be bound: %s',
      async (user) => {
        await using middle = await tlsInterceptor(cluster, certificates.server.otherRoot)
        const extras = { channelBinding: 'require' } as const
        const code = await codeOf(openSession(target(middle, user, 'require', extras)))
        expect(code).toBe('CHANNEL_BINDING_UNAVAILABLE')
        expect(leaks(middle, user)).toEqual(['user'])
      },
    )

    test('is found out by whoever checks the certificate', async () => {
      await using middle = await tlsInterceptor(cluster, certificates.server.otherRoot)
      const code = await codeOf(openSession(target(middle, 'by_password', 'verify-ca')))
      expect(code).toBe('TLS_UNKNOWN_AUTHORITY')
      expect(leaks(middle, 'by_password')).toEqual([])
    })
  })
})

/** The salt that follows the head of AuthenticationMD5Password; where there is none, no salt. */
function md5Salt(fromServer: Buffer): Buffer {
  const head = Buffer.concat([Buffer.from('R'), Buffer.from([0, 0, 0, 12, 0, 0, 0, 5])])
  const start = fromServer.indexOf(head)
  return start < 0 ? Buffer.alloc(0) : fromServer.subarray(start + head.length, start + head.length + 4)
}
