import { certificateNames, listNames } from '#source/postgres/connect/certificate-name.ts'
import { peerCertificate } from '#source/postgres/connect/open-tls.ts'
import type { Session } from '#source/postgres/connect/session.ts'
import type { ConnectionTarget } from '#source/postgres/params/connection-target.ts'
import { possibleEncryptions, type TlsMode } from '#source/postgres/params/tls-plan.ts'

/** What a connection's parameters mean for its encryption, and what a session then used. */
export interface EffectiveTls {
  readonly mode: TlsMode
  readonly verifyChain: boolean
  readonly verifyName: boolean
  /** The name that the certificate has to carry, where the name is checked. */
  readonly expectedName?: string | undefined
  readonly roots: 'given' | 'system' | 'none'
  readonly clientCertificate: boolean
  /** The session may end up in plaintext. */
  readonly allowDowngrade: boolean
  /** Of the session that the test opened. */
  readonly used?: UsedTls | undefined
}

export interface UsedTls {
  readonly encrypted: boolean
  readonly chainVerified: boolean
  readonly nameVerified: boolean
  /** SCRAM was bound to the channel, so that nobody sits in between. */
  readonly channelBound: boolean
  readonly protocol?: string | undefined
  readonly cipher?: string | undefined
  readonly certificate?: ServerCertificate | undefined
}

export interface ServerCertificate {
  readonly subject: string
  readonly issuer: string
  readonly names: string
  /** ISO 8601. */
  readonly validFrom: string
  readonly validTo: string
  readonly fingerprint256: string
}

export function effectiveTls({ tls, host }: ConnectionTarget, session?: Session | undefined): EffectiveTls {
  return {
    mode: tls.mode,
    verifyChain: tls.verifyChain,
    verifyName: tls.verifyName,
    ...(tls.verifyName ? { expectedName: tls.expectedName ?? host } : {}),
    roots: tls.verifyChain ? (tls.ca === undefined ? 'system' : 'given') : 'none',
    clientCertificate: tls.clientCertificate !== undefined,
    allowDowngrade: possibleEncryptions(tls).has('plain'),
    ...(session === undefined ? {} : { used: usedTls(session) }),
  }
}

/** What a session used, and what of it was proven. */
export function usedTls(session: Session): UsedTls {
  const { tlsSocket, loginMethod } = session
  const { tls } = session.target
  const encrypted = tlsSocket !== undefined
  const proven = {
    encrypted,
    chainVerified: encrypted && tls.verifyChain,
    nameVerified: encrypted && tls.verifyName,
    channelBound: loginMethod === 'scram-sha-256-plus',
  }
  if (tlsSocket === undefined) return proven
  const certificate = peerCertificate(tlsSocket)
  return {
    ...proven,
    protocol: tlsSocket.getProtocol() ?? undefined,
    cipher: tlsSocket.getCipher().standardName,
    certificate: certificate && {
      subject: certificate.subject.replaceAll('\n', ', '),
      issuer: certificate.issuer.replaceAll('\n', ', '),
      names: listNames(certificateNames(certificate)),
      validFrom: new Date(certificate.validFrom).toISOString(),
      validTo: new Date(certificate.validTo).toISOString(),
      fingerprint256: certificate.fingerprint256,
    },
  }
}
