import { issueCertificate } from '@headwater/testkit/postgres-lab/authority.ts'
import {
  CERTIFICATE_USER,
  type ClientCertificateName,
  type RevocationListName,
  type ServerCertificateName,
} from '@headwater/testkit/postgres-lab/certificates.ts'
import { serveBrokenTls, serveWeakTls } from '@headwater/testkit/postgres-lab/refusing-servers.ts'
import { errorResponse } from '@headwater/testkit/postgres-lab/wire-messages.ts'
import {
  serveAnswer,
  serveAnswers,
  serveInjection,
  type WireServer,
} from '@headwater/testkit/postgres-lab/wire-servers.ts'
import type { FailureCode } from '#source/postgres/failures/failures.ts'
import type { TlsMode, TlsPlanExtras } from '#source/postgres/params/tls-plan.ts'
import type { Fault, Injected } from './fault.ts'
import { type FaultLab, injected, targetAt } from './fault-lab.ts'

const place: Fault['quotes'] = ({ host, port }) => [`${host}:${port}`]

/** A small server is asked for TLS. */
function atWireServer(
  code: FailureCode,
  name: string,
  open: () => Promise<WireServer>,
  timeoutMs?: number,
): Fault {
  const inject = async (): Promise<Injected> => {
    const server = await open()
    return injected(targetAt(server, { mode: 'require', timeoutMs }), server)
  }
  const silence = timeoutMs === undefined ? {} : { isSilent: true as const }
  return { name, code, stage: 'tls', quotes: place, inject, ...silence }
}

interface ServerCertificateFault {
  readonly shows: ServerCertificateName
  readonly mode?: TlsMode | undefined
  readonly crl?: RevocationListName | undefined
  readonly quotes?: readonly string[] | undefined
}

/** A real server shows a certificate that is checked against the root. */
function ofServerCertificate(code: FailureCode, name: string, how: ServerCertificateFault): Fault {
  const inject = async (lab: FaultLab): Promise<Injected> => {
    const cluster = await lab.overTls(how.shows)
    const { root, revocationLists } = await lab.certificates()
    const crl = how.crl === undefined ? {} : { crl: revocationLists[how.crl] }
    const tls = { ca: root.certificate, ...crl }
    return injected(targetAt(cluster, { mode: how.mode ?? 'verify-full', tls }))
  }
  const quotes: Fault['quotes'] = (target) => [...place(target), ...(how.quotes ?? [])]
  return { name, code, stage: 'tls', needs: 'openssl', quotes, inject }
}

/** A real server looks at a certificate of ours. */
function ofClientCertificate(code: FailureCode, name: string, shows: ClientCertificateName): Fault {
  const inject = async (lab: FaultLab): Promise<Injected> => {
    const cluster = await lab.overTls()
    const { client, root } = await lab.certificates()
    const tls: TlsPlanExtras = { ca: root.certificate, clientCertificate: client[shows] }
    return injected(targetAt(cluster, { user: CERTIFICATE_USER, mode: 'verify-full', tls }))
  }
  return { name, code, stage: 'tls', needs: 'openssl', quotes: () => [`CN=${CERTIFICATE_USER}`], inject }
}

const SERVER_CERTIFICATES: readonly Fault[] = [
  ofServerCertificate('TLS_CERTIFICATE_EXPIRED', 'a certificate that has expired', {
    shows: 'expired',
    quotes: ['valid until', 'GMT'],
  }),
  ofServerCertificate('TLS_CERTIFICATE_NOT_YET_VALID', 'a certificate that is not valid yet', {
    shows: 'notYetValid',
    quotes: ['valid from', 'GMT'],
  }),
  ofServerCertificate('TLS_SELF_SIGNED', 'a certificate that is signed by itself', {
    shows: 'selfSigned',
    quotes: ['CN=localhost'],
  }),
  ofServerCertificate('TLS_UNKNOWN_AUTHORITY', 'a certificate of another authority', {
    shows: 'otherRoot',
    quotes: ['CN=other test root'],
  }),
  ofServerCertificate('TLS_NAME_MISMATCH', 'a certificate for another name', {
    shows: 'wrongName',
    quotes: ['elsewhere.headwater.test', '"127.0.0.1"'],
  }),
  ofServerCertificate('TLS_CERTIFICATE_REVOKED', 'a certificate that was revoked', {
    shows: 'revoked',
    crl: 'current',
    quotes: ['serial number'],
  }),
  ofServerCertificate('TLS_REVOCATION_UNKNOWN', 'no revocation list of the authority', {
    shows: 'valid',
    crl: 'otherRoot',
    quotes: ['CN=test root'],
  }),
  ofServerCertificate('TLS_REVOCATION_LIST_EXPIRED', 'a revocation list that is out of date', {
    shows: 'valid',
    crl: 'expired',
    quotes: ['CN=test root'],
  }),
  {
    name: 'a certificate with a short key',
    code: 'TLS_CERTIFICATE_WEAK',
    stage: 'tls',
    needs: 'openssl',
    quotes: () => ['rsa, 1024 bits'],
    inject: async (lab) => {
      const { root } = await lab.certificates()
      const weak = { commonName: 'localhost', keyKind: 'rsa-1024' as const, issuer: root }
      const server = await serveWeakTls(await issueCertificate(weak))
      return injected(targetAt(server, { mode: 'verify-ca', tls: { ca: root.certificate } }), server)
    },
  },
  {
    name: 'a certificate that is signed by one that may not sign',
    code: 'TLS_CERTIFICATE_INVALID',
    stage: 'tls',
    needs: 'openssl',
    quotes: () => ['CN=valid.headwater.test'],
    inject: async (lab) => {
      const { root, server: issued } = await lab.certificates()
      const own = await issueCertificate({ commonName: 'localhost', issuer: issued.valid })
      const chain = { key: own.key, certificate: own.certificate + issued.valid.certificate }
      const server = await serveWeakTls(chain)
      return injected(targetAt(server, { mode: 'verify-ca', tls: { ca: root.certificate } }), server)
    },
  },
]

const CLIENT_CERTIFICATES: readonly Fault[] = [
  ofClientCertificate(
    'CLIENT_CERTIFICATE_UNTRUSTED',
    'a client certificate of another authority',
    'otherRoot',
  ),
  ofClientCertificate('CLIENT_CERTIFICATE_EXPIRED', 'a client certificate that has expired', 'expired'),
  ofClientCertificate('CLIENT_CERTIFICATE_REVOKED', 'a client certificate that was revoked', 'revoked'),
  {
    ...ofClientCertificate(
      'CLIENT_CERTIFICATE_WRONG_USER',
      'a client certificate of somebody else',
      'wrongName',
    ),
    stage: 'authenticate',
    quotes: () => ['CN=somebody_else', `"${CERTIFICATE_USER}"`],
  },
  {
    name: 'a client certificate that is missing',
    code: 'CLIENT_CERTIFICATE_REQUIRED',
    stage: 'authenticate',
    needs: 'openssl',
    quotes: () => [`"${CERTIFICATE_USER}"`],
    inject: async (lab) =>
      injected(targetAt(await lab.overTls(), { user: CERTIFICATE_USER, mode: 'require' })),
  },
]

/** TLS does not come about, or does not prove what it has to. */
export const TLS_FAULTS: readonly Fault[] = [
  {
    name: 'a server without TLS',
    code: 'TLS_NOT_OFFERED',
    stage: 'tls',
    quotes: (target) => [...place(target), '"require"'],
    inject: async (lab) => injected(targetAt(await lab.narrow(), { mode: 'require' })),
  },
  atWireServer('TLS_NEGOTIATION_ERROR', 'an error for an answer to the request for TLS', () =>
    serveAnswers(errorResponse('53200', 'out of memory'), Buffer.alloc(0)),
  ),
  atWireServer('TLS_INJECTED_BYTES', 'bytes that are slipped in before the handshake', () =>
    serveInjection(errorResponse('28000', 'give up your password')),
  ),
  atWireServer('TLS_CLOSED', 'a server that hangs up in the handshake', () =>
    serveBrokenTls(Buffer.alloc(0), 'close'),
  ),
  atWireServer('TLS_HANDSHAKE_FAILED', 'a server that answers the handshake with nonsense', () =>
    serveBrokenTls(Buffer.from('this is not TLS at all')),
  ),
  atWireServer(
    'TLS_TIMEOUT',
    'a server that agrees to TLS and falls silent',
    () => serveAnswer(Buffer.from('S')),
    500,
  ),
  {
    name: 'a server without a TLS version that is wanted',
    code: 'TLS_VERSION_UNSUPPORTED',
    stage: 'tls',
    needs: 'openssl',
    quotes: (target) => [...place(target), 'TLSv1.2'],
    inject: async (lab) => {
      const cluster = await lab.overTls()
      await cluster.reload({ settings: { ssl_min_protocol_version: 'TLSv1.3' } })
      return {
        target: targetAt(cluster, { mode: 'require', tls: { maxVersion: 'TLSv1.2' } }),
        [Symbol.asyncDispose]: () => cluster.reload({ settings: { ssl_min_protocol_version: 'TLSv1.2' } }),
      }
    },
  },
  {
    name: 'a server that does not speak TLS unasked',
    code: 'TLS_DIRECT_UNSUPPORTED',
    stage: 'tls',
    quotes: place,
    inject: async (lab) =>
      injected(targetAt(await lab.narrow(), { mode: 'require', tls: { negotiation: 'direct' } })),
  },
  ...SERVER_CERTIFICATES,
  ...CLIENT_CERTIFICATES,
]
