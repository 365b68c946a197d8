import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { isIP, type Socket } from 'node:net'
import {
  type ConnectionOptions,
  connect,
  createSecureContext,
  getCACertificates,
  type SecureContext,
  type SecureContextOptions,
  type TLSSocket,
} from 'node:tls'
import { ConnectFault } from '#source/postgres/failures/connect-fault.ts'
import { codeOf } from '#source/postgres/failures/error-code.ts'
import type { FailureCode } from '#source/postgres/failures/failures.ts'
import type { ConnectionTarget } from '#source/postgres/params/connection-target.ts'
import type { TlsPlan } from '#source/postgres/params/tls-plan.ts'
import { certificateMatches, certificateNames, listNames } from './certificate-name.ts'
import { guardSocket } from './guard-socket.ts'

/** The name of PostgreSQL's protocol within TLS; a server that is asked directly has to choose it. */
const ALPN_PROTOCOL = 'postgresql'

/**
 * Turns a socket into an encrypted one and checks what the plan wants to be proven. It is given out only if all
 * of it was, and nothing but the handshake has been sent by then.
 * @throws ConnectFault
 */
export async function openTls(
  socket: Socket,
  target: ConnectionTarget,
  signal: AbortSignal,
): Promise<TLSSocket> {
  const { tls } = target
  const secured = startHandshake(socket, target)
  try {
    await guardSocket(secured, signal, () => once(secured, 'secureConnect'))
  } catch (error) {
    if (error instanceof ConnectFault && error.code !== 'CONNECTION_CLOSED') throw error
    throw new ConnectFault({ code: handshakeCode(error, tls), stage: 'tls', kind: 'handshake', cause: error })
  }
  assertChain(secured, target)
  assertName(secured, target)
  if (tls.negotiation === 'direct' && secured.alpnProtocol !== ALPN_PROTOCOL) {
    secured.destroy()
    throw new ConnectFault({ code: 'TLS_DIRECT_UNSUPPORTED', stage: 'tls', kind: 'handshake' })
  }
  return secured
}

/** Known where the handshake ended without a word of TLS; an older server takes a direct one for nonsense. */
function handshakeCode(error: unknown, { negotiation }: TlsPlan): FailureCode | undefined {
  const hungUp = error instanceof ConnectFault || isReset(error)
  const isTls = !hungUp && codeOf(error) !== 'ERR_SSL_WRONG_VERSION_NUMBER'
  if (negotiation === 'direct' && !isTls) return 'TLS_DIRECT_UNSUPPORTED'
  return hungUp ? 'TLS_CLOSED' : undefined
}

function isReset(error: unknown): boolean {
  return ['ECONNRESET', 'EPIPE'].includes(codeOf(error))
}

function startHandshake(socket: Socket, { tls, host }: ConnectionTarget): TLSSocket {
  const options: ConnectionOptions = {
    socket,
    secureContext: secureContextOf(tls),
    // What the certificate proves is judged once it is here to be quoted: see below. Names count by libpq's rules.
    rejectUnauthorized: false,
    checkServerIdentity: () => undefined,
    ALPNProtocols: [ALPN_PROTOCOL],
    ...(isIP(host) === 0 ? { servername: host } : {}),
  }
  return connect(options)
}

function assertChain(secured: TLSSocket, { tls }: ConnectionTarget): void {
  if (!tls.verifyChain || secured.authorized) return
  // The types say Error; it is the name of OpenSSL's reason.
  const cause = { code: String(secured.authorizationError) }
  const certificate = peerCertificate(secured)
  secured.destroy()
  const failed = { stage: 'tls', kind: 'handshake', cause } as const
  if (certificate === undefined) throw new ConnectFault({ ...failed, detail: cause.code })
  if (cause.code === UNNAMED && rsaBits(certificate) < SHORTEST_RSA_BITS) {
    const detail = `rsa, ${rsaBits(certificate)} bits`
    throw new ConnectFault({ ...failed, code: 'TLS_CERTIFICATE_WEAK', detail })
  }
  throw new ConnectFault({ ...failed, detail: describeReason(cause.code, certificate) })
}

/** What Node.js calls those of OpenSSL's reasons that it has no name for: that a key is too short, for one. */
const UNNAMED = 'UNSPECIFIED'
const SHORTEST_RSA_BITS = 2048

function rsaBits({ publicKey }: X509Certificate): number {
  return publicKey.asymmetricKeyDetails?.modulusLength ?? Number.POSITIVE_INFINITY
}

/** What of the certificate is to blame. */
function describeReason(reason: string, certificate: X509Certificate): string {
  const { validFrom, validTo, subject, issuer, serialNumber } = certificate
  const oneLine = (name: string): string => name.replaceAll('\n', ', ')
  switch (reason) {
    case 'CERT_HAS_EXPIRED':
      return Date.parse(validTo) < Date.now()
        ? `it was valid until ${validTo}`
        : 'an authority of its chain has'
    case 'CERT_NOT_YET_VALID':
      return `it is valid from ${validFrom} on`
    case 'CERT_REVOKED':
      return `serial number ${serialNumber}`
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
      return oneLine(subject)
    case 'UNABLE_TO_GET_CRL':
    case 'CRL_HAS_EXPIRED':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
    case 'SELF_SIGNED_CERT_IN_CHAIN':
      return oneLine(issuer)
    default:
      return `${oneLine(issuer)} (${reason})`
  }
}

function assertName(secured: TLSSocket, { tls, host }: ConnectionTarget): void {
  if (!tls.verifyName) return
  const certificate = peerCertificate(secured)
  const name = tls.expectedName ?? host
  if (certificate !== undefined && certificateMatches(certificate, name)) return
  secured.destroy()
  const detail = certificate === undefined ? 'nothing' : listNames(certificateNames(certificate))
  throw new ConnectFault({ code: 'TLS_NAME_MISMATCH', stage: 'tls', kind: 'handshake', detail })
}

/**
 * The certificate that the server has shown.
 * @NOTE not `getPeerX509Certificate`: after it, Node.js 24 gives the driver a certificate without its bytes, and
 * SCRAM can't be bound to the channel.
 */
export function peerCertificate(socket: TLSSocket): X509Certificate | undefined {
  const { raw } = socket.getPeerCertificate()
  return raw === undefined ? undefined : new X509Certificate(raw)
}

/** What most verifying connections share: reading some 300 roots holds up the thread for a tenth of a second. */
let systemContext: SecureContext | undefined

function secureContextOf(plan: TlsPlan): SecureContext {
  const { verifyChain, ca, crl, clientCertificate, minVersion, maxVersion } = plan
  const isPlain = [crl, clientCertificate, minVersion, maxVersion].every((part) => part === undefined)
  if (!verifyChain || ca !== undefined || !isPlain) return createSecureContext(contextOptions(plan))
  systemContext ??= createSecureContext(contextOptions(plan))
  return systemContext
}

/** Node.js reads only the first list of a text. */
const REVOCATION_LIST = /-----BEGIN X509 CRL-----.*?-----END X509 CRL-----/gs

function contextOptions(plan: TlsPlan): SecureContextOptions {
  const { verifyChain, ca, crl, clientCertificate, minVersion = 'TLSv1.2', maxVersion } = plan
  return {
    minVersion,
    ...(maxVersion === undefined ? {} : { maxVersion }),
    ...(clientCertificate === undefined
      ? {}
      : {
          cert: clientCertificate.certificate,
          key: clientCertificate.key,
          passphrase: clientCertificate.passphrase,
        }),
    // Roots and lists count only where a certificate has to prove something.
    ...(verifyChain ? { ca: ca ?? systemRoots() } : {}),
    ...(verifyChain && crl !== undefined ? { crl: crl.match(REVOCATION_LIST) ?? [crl] } : {}),
  }
}

/** The roots that Node.js carries and those of the machine, where a company puts its own. */
function systemRoots(): string[] {
  return [...new Set([...getCACertificates('default'), ...getCACertificates('system')])]
}
