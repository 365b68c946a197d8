import { at, type Failure, patience, tlsMode } from './failure.ts'

/** TLS did not come about, or did not prove what it had to. */
export const TLS_FAILURES = {
  TLS_NOT_OFFERED: {
    stage: 'tls',
    message: (facts) => `The server ${at(facts)} does not offer TLS, which ${tlsMode(facts)} demands.`,
    remedy: 'Switch TLS on at the server (ssl = on).',
  },
  TLS_INJECTED_BYTES: {
    stage: 'tls',
    message: (facts) => `${at(facts)} sent bytes before the TLS handshake, where none belong.`,
    remedy: 'Find out who tampers with the connection on its way before you try again.',
  },
  TLS_NEGOTIATION_ERROR: {
    stage: 'tls',
    mayPass: true,
    message: (facts) => `The server ${at(facts)} answered the request for TLS with an error.`,
    remedy: 'Look into the log of the server for the error; it may be out of memory or of processes.',
  },
  TLS_CLOSED: {
    stage: 'tls',
    message: (facts) => `The server ${at(facts)} hung up in the middle of the TLS handshake.`,
    remedy: 'Look into the log of the server, or of the proxy in front of it, for why the handshake failed.',
  },
  TLS_TIMEOUT: {
    stage: 'tls',
    mayPass: true,
    message: (facts) =>
      `The server ${at(facts)} agreed to TLS and did not finish the handshake within ${patience(facts)}.`,
    remedy:
      'Check the network between this machine and the server; one that drops large packets looks like this.',
  },
  TLS_SELF_SIGNED: {
    stage: 'tls',
    message: (facts) =>
      `The certificate of ${at(facts)} (${facts.detail}) is signed by itself and not among the trusted roots.`,
    remedy: 'Give that certificate as sslRootCertificate.',
  },
  TLS_UNKNOWN_AUTHORITY: {
    stage: 'tls',
    message: (facts) => `The certificate of ${at(facts)} is signed by ${facts.detail}, which is not trusted.`,
    remedy:
      'Give the certificate of the authority that signed it in sslRootCertificate, which may hold several.',
  },
  TLS_CERTIFICATE_EXPIRED: {
    stage: 'tls',
    message: (facts) => `The certificate of ${at(facts)} has expired: ${facts.detail}.`,
    remedy: 'Renew the certificate of the server.',
  },
  TLS_CERTIFICATE_NOT_YET_VALID: {
    stage: 'tls',
    message: (facts) => `The certificate of ${at(facts)} is not valid yet: ${facts.detail}.`,
    remedy: 'Check the clocks of this machine and of the one that issued the certificate.',
  },
  TLS_CERTIFICATE_REVOKED: {
    stage: 'tls',
    message: (facts) => `The certificate of ${at(facts)} has been revoked: ${facts.detail}.`,
    remedy: 'Give the server a new certificate.',
  },
  TLS_REVOCATION_UNKNOWN: {
    stage: 'tls',
    message: (facts) =>
      `sslRevocationList has no list of ${facts.detail}, which signed the certificate of ${at(facts)}.`,
    remedy: 'Give a revocation list of each authority in the chain.',
  },
  TLS_REVOCATION_LIST_EXPIRED: {
    stage: 'tls',
    message: (facts) =>
      `The list of ${facts.detail} in sslRevocationList is out of date, so the certificate of ${at(facts)} can't be looked up.`,
    remedy: 'Give the newest revocation list of that authority.',
  },
  TLS_NAME_MISMATCH: {
    stage: 'tls',
    message: (facts) => {
      const { tls, host } = facts.target
      return `The certificate of ${at(facts)} is for ${facts.detail} and not for "${tls.expectedName ?? host}".`
    },
    remedy: 'Give a name that the certificate carries as the server, or as sslHostName.',
  },
  TLS_CERTIFICATE_WEAK: {
    stage: 'tls',
    message: (facts) =>
      `The certificate of ${at(facts)} has a key or a signature that is too weak: ${facts.detail}.`,
    remedy: 'Give the server a certificate with an RSA key of at least 2048 bits and a SHA-256 signature.',
  },
  TLS_CERTIFICATE_INVALID: {
    stage: 'tls',
    message: (facts) => `The certificate of ${at(facts)} is not accepted: ${facts.detail}.`,
    remedy: 'Check the certificate of the server, and the roots in sslRootCertificate.',
  },
  TLS_VERSION_UNSUPPORTED: {
    stage: 'tls',
    message: (facts) =>
      `The server ${at(facts)} speaks none of the TLS versions that it is offered: ${facts.detail}.`,
    remedy: 'Let the server speak TLS 1.2 or newer (ssl_min_protocol_version, ssl_max_protocol_version).',
  },
  TLS_DIRECT_UNSUPPORTED: {
    stage: 'tls',
    message: (facts) => `The server ${at(facts)} does not speak TLS without being asked first.`,
    remedy: 'Leave sslNegotiation out; direct TLS needs PostgreSQL 17 or newer.',
  },
  TLS_HANDSHAKE_FAILED: {
    stage: 'tls',
    message: (facts) => `The TLS handshake with ${at(facts)} failed: ${facts.detail}`,
    remedy: 'Check the TLS settings of the server, and of the proxy in front of it.',
  },
} as const satisfies Record<string, Failure>

/** The server looked at our certificate and does not like it. */
export const CLIENT_CERTIFICATE_FAILURES = {
  CLIENT_CERTIFICATE_UNTRUSTED: {
    stage: 'tls',
    message: (facts) =>
      `The server ${at(facts)} does not know the authority that signed the client certificate${facts.detail}.`,
    remedy: 'Give a client certificate that an authority in the ssl_ca_file of the server has signed.',
  },
  CLIENT_CERTIFICATE_EXPIRED: {
    stage: 'tls',
    message: (facts) => `The client certificate${facts.detail} has expired, says the server ${at(facts)}.`,
    remedy: 'Renew the certificate in sslCertificate.',
  },
  CLIENT_CERTIFICATE_REVOKED: {
    stage: 'tls',
    message: (facts) => `The client certificate${facts.detail} is revoked, says the server ${at(facts)}.`,
    remedy: 'Ask the owner of the server for a new client certificate.',
  },
  CLIENT_CERTIFICATE_REJECTED: {
    stage: 'tls',
    message: (facts) => `The server ${at(facts)} rejects the client certificate${facts.detail}.`,
    remedy: 'Check sslCertificate against the ssl_ca_file and ssl_crl_file of the server.',
  },
} as const satisfies Record<string, Failure>
