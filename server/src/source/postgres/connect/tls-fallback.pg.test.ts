import {
  hasOpenssl,
  issueCertificate,
  type KeyPair,
  opensslTitle,
} from '@headwater/testkit/postgres-lab/authority.ts'
import { PsqlOracle, psqlPath, psqlTitle } from '@headwater/testkit/postgres-lab/psql.ts'
import { errorResponse, isSslRequest } from '@headwater/testkit/postgres-lab/wire-messages.ts'
import {
  serveAnswer,
  serveAnswers,
  serveHangUp,
  serveTlsAnswer,
  type WireServer,
} from '@headwater/testkit/postgres-lab/wire-servers.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { TlsMode } from '#source/postgres/params/tls-plan.ts'
import { targetOf } from '#source/postgres/testing/test-source.ts'
import { TLS_MODES } from '#source/postgres/testing/tls-matrix.ts'
import { openSession } from './session.ts'

const USER = { user: 'ann', password: 'secret', database: 'shop' }

/** Whatever these servers do, no session comes of it: what counts is what a client tries, in which order. */
const canRun = psqlPath !== undefined && hasOpenssl
describe.runIf(canRun)(`what is tried after a failure: ${psqlTitle}, ${opensslTitle}`, () => {
  let own: KeyPair
  let oracle: PsqlOracle
  beforeAll(async () => {
    own = await issueCertificate({ commonName: 'localhost' })
    oracle = await PsqlOracle.open(psqlPath ?? '')
  })
  afterAll(() => oracle[Symbol.asyncDispose]())

  const byPsql = async ({ host, port }: WireServer, sslMode: TlsMode): Promise<void> => {
    const rootCertificate = own.certificate
    const answer = await oracle.connect({ ...USER, host, port, sslMode, rootCertificate })
    expect(answer.isConnected).toBe(false)
  }

  const byUs = async ({ host, port }: WireServer, sslMode: TlsMode): Promise<void> => {
    const sslRootCertificate = own.certificate
    const target = targetOf({ ...USER, host, port }, { sslMode, sslRootCertificate })
    await expect(openSession(target)).rejects.toMatchObject({ name: 'SourceError' })
  }

  const refusal = (code: string): Buffer => errorResponse(code, 'that is how it is')
  const letter = (text: string): Buffer => Buffer.from(text)

  test.each<[string, () => Promise<WireServer>]>([
    ['hangs up when it is asked', () => serveHangUp('after first bytes')],
    ['agrees to TLS and hangs up', () => serveAnswer(letter('S'), 'close')],
    ['slips in a byte before it speaks TLS', () => serveTlsAnswer(own, refusal('28000'), 'x')],
    ['answers with an error', () => serveAnswers(refusal('0A000'), refusal('0A000'))],
    ['answers with an unknown letter', () => serveAnswer(letter('?'))],
    ['refuses TLS and hangs up', () => serveAnswers(letter('N'), letter(''))],
    ['refuses TLS and a role', () => serveAnswers(letter('N'), refusal('28000'))],
    ['refuses TLS and a password', () => serveAnswers(letter('N'), refusal('28P01'))],
    ['refuses TLS and has no connection left', () => serveAnswers(letter('N'), refusal('53300'))],
    ['refuses TLS and is starting up', () => serveAnswers(letter('N'), refusal('57P03'))],
    ['agrees to TLS and hangs up over it', () => serveTlsAnswer(own, letter(''))],
    ['refuses a role over TLS', () => serveTlsAnswer(own, refusal('28000'))],
    ['refuses a password over TLS', () => serveTlsAnswer(own, refusal('28P01'))],
    ['has no connection left over TLS', () => serveTlsAnswer(own, refusal('53300'))],
    ['is starting up over TLS', () => serveTlsAnswer(own, refusal('57P03'))],
    ['has no such database over TLS', () => serveTlsAnswer(own, refusal('3D000'))],
  ])('a server that %s', async (_, open) => {
    const tried = async (mode: TlsMode, by: typeof byUs): Promise<[TlsMode, string]> => {
      await using server = await open()
      await by(server, mode)
      return [mode, server.received().map(describeAttempt).join(', then ')]
    }
    const expected = await Promise.all(TLS_MODES.map((mode) => tried(mode, byPsql)))
    const actual = await Promise.all(TLS_MODES.map((mode) => tried(mode, byUs)))
    expect(Object.fromEntries(actual)).toEqual(Object.fromEntries(expected))
  })
})

/** What the client said on one connection. The bytes of a handshake may or may not have left before it failed. */
function describeAttempt(bytes: Buffer): string {
  if (!isSslRequest(bytes)) return 'plaintext'
  const rest = bytes.subarray(8)
  return rest.length === 0 || rest[0] === 0x16 ? 'TLS' : 'TLS, went on in plaintext'
}
